"""Runs on Ray that are killed, and gone on with."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from spacy_ddi.runs import shards
from tests.conftest import ROOT
from tests.runs.made_up_run import start
from tests.runs.test_kills import CHUNK, chunks_of, wait_for_chunks
from tests.runs.test_ray_engine import needs_ray
from tests.runs.test_run import content, write_lines

pytestmark = [
    needs_ray,
    pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL"),
]


LIMIT = 600
"""Seconds, since Ray takes minutes to start on a busy machine."""


Command = subprocess.Popen[bytes]


def test_kills_leave_the_table_as_it_would_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: Callable[[Path, Path], Command]
) -> None:
    """SIGKILL at random times: to one of two actors that are at work, to the driver, to the driver
    and all that Ray has started."""
    monkeypatch.setattr(shards, "CHUNK", CHUNK)
    chance = random.Random(1)
    path = write_lines(tmp_path / "a.jsonl", 600, broken=300)
    start([str(path)], tmp_path / "whole")
    output = tmp_path / "out"
    begun = time.monotonic()
    command = begin(path, output)
    wait_for_chunks(output, 1, command, LIMIT)
    seconds = time.monotonic() - begun  # that a command takes until it has done something
    time.sleep(chance.uniform(0, 1))
    chance.choice(workers_of(command)).kill()
    wait_for_chunks(output, chunks_of(output) + 1, command, LIMIT)
    time.sleep(chance.uniform(0, 1))
    workers = workers_of(command)
    command.kill()
    assert command.wait() == -signal.SIGKILL
    assert not psutil.wait_procs(workers, timeout=60)[1], "a worker outlives its driver"
    done = chunks_of(output)
    command = begin(path, output)
    time.sleep(chance.uniform(0, 1.3 * seconds))
    assert command.poll() is None, "it ended before it could be killed"
    kill(tree_of(command))
    assert command.wait() == -signal.SIGKILL
    assert chunks_of(output) >= done, "what was done is gone"
    command = begin(path, output)
    assert command.wait(LIMIT) == 0
    assert content(output) == content(tmp_path / "whole")


@pytest.fixture
def begin() -> Iterator[Callable[[Path, Path], Command]]:
    """Starts commands, and ends at last what they have left."""
    commands = []

    def begin_one(path: Path, output: Path) -> Command:
        run = [sys.executable, "-m", "tests.runs.made_up_run", str(path), str(output), str(CHUNK)]
        commands.append(
            subprocess.Popen(
                [*run, "ray", "2"],
                cwd=ROOT,
                env={**os.environ, "RAY_worker_niceness": "0"},  # else they wait for all others
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return commands[-1]

    yield begin_one
    for command in commands:
        if command.poll() is None:
            kill(tree_of(command))
            command.wait()


def tree_of(command: Command) -> list[psutil.Process]:
    driver = psutil.Process(command.pid)
    return [driver, *driver.children(recursive=True)]


def workers_of(command: Command) -> list[psutil.Process]:
    """The actors that annotate."""
    return [each for each in tree_of(command) if "(_Actor)" in title_of(each)]


def title_of(process: psutil.Process) -> str:
    with suppress(psutil.Error):  # it may have ended
        return " ".join(process.cmdline())
    return ""


def kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
