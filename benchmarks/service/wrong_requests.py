"""Requests that don't fit, of many kinds, and what the service says to them."""

from __future__ import annotations

import http.client
import json
import random
import socket
from contextlib import closing
from typing import Any, Final, NamedTuple

from benchmarks.service.asking import Client, is_up

TEXT: Final = "Fluconazole raises warfarin levels."
JSON: Final = "application/json"
FILE: Final = "application/octet-stream"
ADDRESSES: Final = ("/extract", "/explain", "/show")


class Wrong(NamedTuple):
    """A request that is to be refused. One whose `address` is empty is sent as its bytes are."""

    body: bytes
    address: str = "/extract"
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", JSON),)


RAW: Final = (
    b"garbage\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
    b"POST /extract HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n{}",
    b"POST /extract HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
)


def wrong_request(rng: random.Random) -> Wrong:
    """A request that does not fit, of a kind chosen at random."""
    address = rng.choice(ADDRESSES)
    kind = rng.randrange(12)
    others = {7: _wrong_file, 8: _wrong_place, 9: _vain_address, 10: _key_twice}
    if kind in others:
        return others[kind](rng)
    if kind < 5:
        return Wrong(wrong_body(rng), address)
    if kind == 5:
        kinds = ["text/plain", "", "application/x-www-form-urlencoded", FILE]
        headers: list[tuple[tuple[str, str], ...]] = [(("Content-Type", kind),) for kind in kinds]
        headers.append((("Content-Type", JSON), ("Content-Encoding", "gzip")))
        return Wrong(json.dumps({"text": TEXT}).encode(), address, headers=rng.choice(headers))
    if kind == 6:
        method, address = rng.choice([("PUT", address), ("DELETE", "/health"), ("POST", "/none")])
        return Wrong(b"{}", address, method)
    return Wrong(rng.choice(RAW), "")


def _wrong_place(rng: random.Random) -> Wrong:
    places = {"head_start": 0, "head_end": rng.randrange(20), "tail_start": rng.randrange(50)}
    return Wrong(json.dumps({"text": TEXT, **places, "tail_end": 99}).encode(), "/explain")


def _vain_address(rng: random.Random) -> Wrong:
    """A body that fits, and an address that does not."""
    ends = ["/", "//", "/text", "?min_score=2", "?text=a", "?min_score=0.5&types=int"]
    return Wrong(json.dumps({"text": TEXT}).encode(), rng.choice(ADDRESSES) + rng.choice(ends))


def _key_twice(rng: random.Random) -> Wrong:
    """A body that would fit, but for a key that it has twice."""
    fitting = {"text": TEXT, "min_score": 0.5, "types": []}
    pairs = [*fitting.items(), rng.choice(list(fitting.items()))]
    rng.shuffle(pairs)
    members = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs)
    return Wrong(f"{{{', '.join(members)}}}".encode())


def wrong_body(rng: random.Random) -> bytes:
    """A body that does not fit: no JSON, other JSON, or JSON that was cut or changed."""
    values: list[Any] = [None, True, 1, -1, 1e400, float("nan"), "", "a", [], {}, ["a"], [None]]
    values += [{"text": 1}, "\ud800"]
    fitting = {"text": TEXT, "min_score": 0.5, "types": []}
    no_texts = [each for each in values if not isinstance(each, str) and each not in (0, 1)]
    place, half = rng.randrange(len(TEXT)), chr(rng.randrange(0xD800, 0xE000))
    other = [
        rng.choice(values),
        {**fitting, rng.choice(["txt", "texts", "\ud800", ""]): "a"},
        {"text": TEXT[:place] + half + TEXT[place:]},
        {**fitting, "text": rng.choice(no_texts)},
    ]
    bodies = [json.dumps(each).encode() for each in other]
    bodies.append(rng.randbytes(rng.randrange(1, 60)))
    bodies.append(json.dumps(fitting).encode()[: rng.randrange(1, 60)])
    bodies.append(b'{"text": ' + rng.choice([b"[", b'{"a":']) * rng.choice([5, 50_000]))
    return rng.choice(bodies)


def _wrong_file(rng: random.Random) -> Wrong:
    name, content = rng.choice(
        [
            ("report.pdf", b"%PDF-1.7"),
            ("report.txt", b""),
            ("notes.csv&text_column=none", b"id,note\n1,a\n"),
            ("notes.json", b"{" + rng.randbytes(40)),
            ("notes.txt.gz", b"\x1f\x8b" + rng.randbytes(40)),
            ("pages.parquet", b"PAR1" + rng.randbytes(40)),
            ("a.txt&format=none", b"Some text."),
        ]
    )
    return Wrong(content, f"/extract-file?name={name}", headers=(("Content-Type", FILE),))


def check_refusals(port: int, n_requests: int) -> list[str]:
    """Send requests that don't fit. Gives those that were not refused in words, with what was said
    instead; and what is wrong with the service after them."""
    rng = random.Random(0)
    problems = []
    for _ in range(n_requests):
        wrong = wrong_request(rng)
        status, words = send(port, wrong)
        if not (400 <= status < 500 and len(words) > 20):
            problems.append(
                f"{wrong.method} {wrong.address} {wrong.body[:200]!r}: {status} {words}"
            )
    if not is_up(port):
        problems.append("the service does not answer any more")
    else:
        with closing(Client(port)) as client:
            client(TEXT)
    return problems


def send(port: int, wrong: Wrong) -> tuple[int, str]:
    """The status of an answer, and its message."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as connection,
        closing(http.client.HTTPResponse(connection)) as response,
    ):
        if wrong.address:
            head = [f"{wrong.method} {wrong.address} HTTP/1.1", "Host: localhost"]
            head += [f"{name}: {value}" for name, value in wrong.headers]
            head += [f"Content-Length: {len(wrong.body)}", "", ""]
            connection.sendall("\r\n".join(head).encode() + wrong.body)
        else:
            connection.sendall(wrong.body)
        response.begin()
        content = response.read()
    if response.headers.get_content_type() == JSON:
        return response.status, json.loads(content)["error"]
    return response.status, content.decode()
