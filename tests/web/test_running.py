"""The command, as processes."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from spacy_ddi.errors import DDIError
from spacy_ddi.web.listening import bound_socket
from spacy_ddi.web.web_app import make_web_app
from tests.cli.conftest import KNOWN
from tests.web.serving import SETTINGS, Answer, Running, served

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


@contextmanager
def started(pipeline: str, *options: str) -> Iterator[tuple[Running, subprocess.Popen[str]]]:
    """The command, once it answers."""
    command = [sys.executable, "-m", "spacy_ddi", "serve", "--pipeline", pipeline, "--port", "0"]
    process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    reading = Thread(target=process.stderr.read)
    try:
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        assert found, said
        running = Running(int(found[1]), None, reading)  # type: ignore[arg-type]
        reading.start()
        while not is_up(running):
            assert process.poll() is None, "it ended"
            time.sleep(0.1)
        yield running, process
    finally:
        process.kill()
        process.wait()
        if reading.ident:
            reading.join()
        process.stderr.close()


def is_up(running: Running) -> bool:
    try:
        return running("/health").status == 200
    except OSError:
        return False


def test_stopped_service_still_answers_what_was_asked(pipeline):
    with started(pipeline) as (running, process):
        answers: list[Answer] = []
        text = f"{KNOWN} " * 3_000
        asking = Thread(target=lambda: answers.append(running("/extract", {"text": text})))
        asking.start()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        asking.join(60)
        assert [answer.status for answer in answers] == [200]
        assert len(answers[0].json["interactions"]) == 3_000
        assert process.wait(60) in (0, -signal.SIGTERM)


def test_what_is_not_answered_within_the_grace_is_refused_in_words(nlp, monkeypatch):
    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.5)
        return pipe(*args, **kwargs)

    pipe = nlp.pipe
    monkeypatch.setattr(nlp, "pipe", slow)
    body = {"text": f"{KNOWN} " * 4_000}
    places = {"head_start": 0, "head_end": 7, "tail_start": 15, "tail_end": 24}
    asked = [("/extract", body)] * 3 + [("/show", body), ("/explain", {"text": KNOWN, **places})]
    app = make_web_app(lambda: nlp, replace(SETTINGS, grace=3))
    with served(app, grace=1) as running, ThreadPoolExecutor(len(asked)) as threads:
        answers = [threads.submit(running, *each) for each in asked]
        time.sleep(0.5)
        start = time.monotonic()
        running.server.should_exit = True
        *refused, shown, _ = (each.result() for each in answers)
        running.thread.join(20)
        assert time.monotonic() - start < 10
    assert [answer.status for answer in refused] == [503] * 3
    assert all("[DDI306]" in answer.json["error"] for answer in refused)
    assert all(answer.headers["retry-after"] for answer in refused)
    assert shown.status == 200
    assert "[DDI306]" in shown.lines[-1]["error"]


def test_several_processes_answer(pipeline):
    with started(pipeline, "--workers", "2") as (running, process):
        for _ in range(4):
            assert len(running("/extract", {"text": KNOWN}).json["interactions"]) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_port_that_is_taken_is_told():
    with bound_socket(SETTINGS) as bound:
        bound.listen()
        with pytest.raises(DDIError, match=r"DDI320.*in use"):
            bound_socket(replace(SETTINGS, port=bound.getsockname()[1]))


def test_it_listens_at_this_machine_only():
    with bound_socket(SETTINGS) as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
        assert bound.family == socket.AF_INET
