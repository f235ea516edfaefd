"""Runs that are killed, and gone on with."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from spacy_ddi.runs import shards
from tests.runs.made_up_run import start
from tests.runs.test_run import content, write_lines

ROOT = Path(__file__).parents[2]
VICTIMS = ("worker", "all", "driver")
KILLS = 10
CHUNK = 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")


def test_ten_kills_leave_the_table_as_it_would_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL at random times from the start of a command on, to the driver, to one of its two
    workers, or to all of them."""
    monkeypatch.setattr(shards, "CHUNK", CHUNK)
    chance = random.Random(1)
    path = write_lines(tmp_path / "a.jsonl", 2000, broken=700)
    start([str(path)], tmp_path / "whole")
    output = tmp_path / "out"
    done = 0
    begun = time.monotonic()
    process = begin(path, output)
    wait_for_chunks(output, 1, process)
    seconds = time.monotonic() - begun  # that a command takes until it has done something
    for number in range(KILLS):
        victim = VICTIMS[number % len(VICTIMS)]
        # A worker is killed where there are some, soon after the others were.
        time.sleep(chance.uniform(0, 1.3 * seconds if victim != "worker" else seconds / 4))
        assert process.poll() is None, "it ended before it could be killed"
        if kill(process, victim, chance):
            assert process.wait() == -signal.SIGKILL
            process = begin(path, output)
        assert chunks_of(output) >= done, "what was done is gone"
        done = chunks_of(output)
    assert process.wait(100) == 0
    assert content(output) == content(tmp_path / "whole")


def begin(path: Path, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.runs.made_up_run", str(path), str(output), str(CHUNK)]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def chunks_of(output: Path) -> int:
    """How many chunks are done, those of parts among them."""
    alone = {int(each.stem.split("-")[1]) for each in output.glob("unfinished/[0-9]*.parquet")}
    parts = [int(each.stem.split("-")[2]) for each in output.glob("part-*.parquet")]
    return len(alone.union(*(range(10 * part, 10 * part + 10) for part in parts)))


def wait_for_chunks(
    output: Path, n: int, process: subprocess.Popen[bytes], limit: float = 100
) -> None:
    """Wait until so many are done, at most so many seconds."""
    end = time.monotonic() + limit
    while chunks_of(output) < n:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end, "it does nothing"
        time.sleep(0.01)


def is_worker(process: psutil.Process) -> bool:
    """Whether it is a worker that runs; one that was killed before may not be collected yet."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def kill(process: subprocess.Popen[bytes], victim: str, chance: random.Random) -> bool:
    """Kill, and see that nothing is left where the driver is gone. Gives whether it is gone."""
    workers = [each for each in psutil.Process(process.pid).children() if is_worker(each)]
    if victim == "worker" and workers:
        chance.choice(workers).kill()
        return False
    if victim == "all":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
        assert not psutil.wait_procs(workers, timeout=60)[1], "a worker outlives its driver"
    return True
