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
VICTIMS = ("all", "driver", "worker")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> random.Random:
    monkeypatch.setattr(shards, "CHUNK", 10)
    return random.Random(1)


def test_ten_kills_leave_the_table_as_it_would_have_been(
    tmp_path: Path, chance: random.Random
) -> None:
    """SIGKILL at random points, to the driver, to one of its two workers, or to all of them."""
    path = write_lines(tmp_path / "a.jsonl", 2000, broken=700)
    start([str(path)], tmp_path / "whole")
    output = tmp_path / "out"
    process = begin(path, output)
    for number in range(10):
        # There are 200 parts. What is made between two kills shows that a start goes on.
        wait_for_parts(output, number * 16 + chance.randint(1, 16), process)
        time.sleep(chance.uniform(0, 0.05))
        victim = VICTIMS[number % len(VICTIMS)]
        kill(process, victim, chance)
        if victim != "worker":
            assert process.wait() == -signal.SIGKILL
            process = begin(path, output)
    assert process.wait(100) == 0
    assert content(output) == content(tmp_path / "whole")


def begin(path: Path, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.runs.made_up_run", str(path), str(output), "10"]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def wait_for_parts(output: Path, n: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 100
    while len(list(output.glob("part-*.parquet"))) < n:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end, "it makes no parts"
        time.sleep(0.002)


def kill(process: subprocess.Popen[bytes], victim: str, chance: random.Random) -> None:
    """Kill, and see that nothing is left where the driver is gone."""
    workers = [
        child
        for child in psutil.Process(process.pid).children()
        if "spawn_main" in " ".join(child.cmdline())
    ]
    if victim == "worker":
        chance.choice(workers).kill()
    elif victim == "driver":
        process.kill()
        assert not psutil.wait_procs(workers, timeout=60)[1], "a worker outlives its driver"
    else:
        os.killpg(process.pid, signal.SIGKILL)
