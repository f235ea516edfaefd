"""What stands before the service, around an application that only says what it got."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.client import HTTPResponse
from threading import Event

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from spacy_ddi.web.connections import Connection
from spacy_ddi.web.guard import HEADERS, Guard
from tests.web.serving import SETTINGS, Running, served

LIMITS = replace(SETTINGS, max_bytes=1_000, max_seconds=0.5, max_waiting=3)
OPEN = Event()


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    body = (await request.body()).decode()
    if request.url.path == "/wait":
        await run_in_threadpool(OPEN.wait, 20)
    await PlainTextResponse(body or "nothing")(scope, receive, send)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    with served(Guard(echo, LIMITS), lifespan="off") as running:
        yield running


def test_what_is_within_the_limits_comes_through_whole(guarded):
    assert guarded("/", b'"a text"').content == b'"a text"'
    assert guarded("/").content == b"nothing"


def test_every_response_forbids_what_is_from_elsewhere(guarded):
    for answer in (guarded("/"), guarded("/", b'""'), guarded("/", b"x" * 2_000)):
        assert {name.lower(): value for name, value in HEADERS.items()}.items() <= (
            answer.headers.items()
        )
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy


def test_a_long_body_is_refused(guarded):
    answer = guarded("/", b"x" * 1_001)
    assert (answer.status, "1,000 bytes" in answer.json["error"]) == (413, True)


def test_a_long_body_of_unknown_length_is_refused(guarded):
    chunk = b"64\r\n" + b"x" * 100 + b"\r\n"
    assert raw(guarded, b"Transfer-Encoding: chunked\r\n\r\n" + 11 * chunk)[0] == 413


def test_a_body_that_does_not_come_is_refused(guarded):
    start = time.monotonic()
    status, content = raw(guarded, b"Content-Length: 10\r\n\r\nabc")
    assert status == 408
    assert b"DDI303" in content
    assert time.monotonic() - start > 0.4


def raw(running: Running, rest: bytes) -> tuple[int, bytes]:
    """What a request of these bytes is answered with."""
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
        connection.sendall(head + rest)
        response = HTTPResponse(connection)
        response.begin()
        return response.status, response.read()


def test_more_than_can_wait_are_told_when_to_come_back(guarded):
    OPEN.clear()
    with ThreadPoolExecutor(12) as threads:
        waiting = [threads.submit(guarded, "/wait", b'"a"') for _ in range(12)]
        until = time.monotonic() + 20
        while sum(each.done() for each in waiting) < 9 and time.monotonic() < until:
            time.sleep(0.01)
        OPEN.set()
        answers = [each.result() for each in waiting]
    assert sorted(answer.status for answer in answers) == [200] * 3 + [503] * 9
    busy = next(answer for answer in answers if answer.status == 503)
    assert busy.headers["retry-after"] == "5"
    assert "busy: 3 requests are waiting" in busy.json["error"]
    assert guarded("/", b'"a"').status == 200


def test_pages_come_although_all_places_are_taken(guarded):
    OPEN.clear()
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(guarded, "/wait", b'"a"') for _ in range(3)]
        time.sleep(0.2)
        assert guarded("/").status == 200
        OPEN.set()
        assert {each.result().status for each in waiting} == {200}


def test_more_connections_than_may_be_open_are_told_so(guarded, monkeypatch):
    monkeypatch.setattr(Connection, "most", 2)
    address = ("127.0.0.1", guarded.port)
    with socket.create_connection(address), socket.create_connection(address):
        answer = guarded("/")
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert "more than 2 connections" in answer.json["error"]
    until = time.monotonic() + 20
    while guarded("/").status != 200:  # until it has noticed that they are closed
        assert time.monotonic() < until


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "ä/ö"])
def test_a_body_of_another_type_is_refused(guarded, kind):
    """So a page elsewhere can't let a browser ask: it would have to ask for leave first."""
    answer = guarded("/", b'""', kind=kind)
    assert (answer.status, "application/json only" in answer.json["error"]) == (415, True)


def test_a_compressed_body_is_refused(guarded):
    answer = guarded("/", b'""', Content_Encoding="gzip")
    assert (answer.status, "DDI315" in answer.json["error"]) == (415, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:8000", "[::1]:8000"])
def test_this_machine_may_be_called_by_its_names(guarded, host):
    assert guarded("/", Host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_name_that_was_made_to_lead_here_gets_nothing(guarded, host):
    answer = guarded("/", Host=host)
    assert answer.status in (400, 421)


def test_a_service_for_others_has_any_name():
    with served(Guard(echo, replace(LIMITS, host="0.0.0.0")), lifespan="off") as running:
        assert running("/", Host="ddi.example").status == 200
