"""The command, as processes."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import pytest

from spacy_ddi.errors import DDIError
from spacy_ddi.web.listening import bound_socket
from tests.cli.conftest import KNOWN
from tests.web.serving import SETTINGS, Answer, Running

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
        running = Running(int(found[1]), None)  # type: ignore[arg-type]
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
