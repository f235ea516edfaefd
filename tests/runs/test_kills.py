"""Runs that are killed, and gone on with."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from benchmarks.memory_of_runs import CITATION
from spacy_ddi.runs import shards
from tests.runs.made_up_run import start
from tests.runs.test_run import content, write_lines

ROOT = Path(__file__).parents[2]
N_BROKEN = 4
VICTIMS = ("worker", "all", "driver")
KILLS = 10
CHUNK = 20
SHARD_BYTES = 40_000
"""So much that the second and the third file share a shard."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")


def test_ten_kills_leave_the_table_as_it_would_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL at random times from the start of a command on, to the driver, to one of its two
    workers, or to all of them. There are four files, in three shards."""
    monkeypatch.setattr(shards, "CHUNK", CHUNK)
    monkeypatch.setattr(shards, "SHARD_BYTES", SHARD_BYTES)
    chance = random.Random(1)
    path = write_files(tmp_path / "in")
    assert start([str(path)], tmp_path / "whole").documents == 2000 - N_BROKEN
    names = {each.stem[:11] for each in (tmp_path / "whole").glob("part-*")}
    assert names == {"part-000000", "part-000001", "part-000002"}
    total = chunks_of(tmp_path / "whole")
    output = tmp_path / "out"
    done = 0
    begun = time.monotonic()
    process = begin(path, output)
    wait_for_chunks(output, 1, process)
    seconds = time.monotonic() - begun  # that a command takes until it has done something
    for number in range(KILLS):
        victim = VICTIMS[number % len(VICTIMS)]
        # A worker is killed where there are some, soon after the others were.
        wait = chance.uniform(0, 1.3 * seconds if victim != "worker" else seconds / 4)
        # Where the machine has become quicker since, the command does not come to its end before.
        most = total * (number + 1) // (KILLS + 1)
        wait_while(partial(has_done_less, output, most), wait)
        assert process.poll() is None, "it ended before it could be killed"
        if kill(process, victim, chance):
            assert process.wait() == -signal.SIGKILL
            process = begin(path, output)
        assert chunks_of(output) >= done, "what was done is gone"
        done = chunks_of(output)
    assert process.wait(100) == 0
    assert content(output) == content(tmp_path / "whole")


def write_files(folder: Path) -> Path:
    """Write 2,000 documents in files of four formats, some of which can't be read."""
    folder.mkdir()
    write_lines(folder / "a.jsonl", 900, broken=700)
    rows = [f"b{n},Text {n}." for n in range(500)]
    rows[300] += ",more"
    (folder / "b.csv").write_text("\n".join(["id,text", *rows]), encoding="utf-8")
    objects: list[dict[str, str]] = [{"id": f"c{n}", "text": f"Text {n}."} for n in range(200)]
    objects[100] = {}
    (folder / "c.json").write_text(json.dumps(objects, indent=0), encoding="utf-8")
    citations = [CITATION.format(number=n, text="<" * (n == 399)) for n in range(400)]
    content = f"<PubmedArticleSet>{''.join(citations)}</PubmedArticleSet>"
    (folder / "d.xml.gz").write_bytes(gzip.compress(content.encode(), 0, mtime=0))
    return folder


def begin(path: Path, output: Path) -> subprocess.Popen[bytes]:
    module, sizes = "tests.runs.made_up_run", f"{CHUNK}:{SHARD_BYTES}"
    command = [sys.executable, "-m", module, str(path), str(output), sizes]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def chunks_of(output: Path) -> int:
    """How many chunks are done, those of parts among them."""
    alone = [each.stem.split("-") for each in output.glob("unfinished/[0-9]*.parquet")]
    parts = [each.stem.split("-")[1:] for each in output.glob("part-*.parquet")]
    done = {(int(shard), int(number)) for shard, number, *_ in alone}
    for shard, number, *_ in parts:
        done.update((int(shard), 10 * int(number) + each) for each in range(10))
    return len(done)


def wait_for_chunks(
    output: Path, n: int, process: subprocess.Popen[bytes], limit: float = 100
) -> None:
    """Wait until so many are done, at most so many seconds."""
    end = time.monotonic() + limit
    while chunks_of(output) < n:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end, "it does nothing"
        time.sleep(0.01)


def has_done_less(output: Path, n: int) -> bool:
    """Whether fewer chunks than that are done."""
    return chunks_of(output) < n


def wait_while(condition: Callable[[], bool], limit: float) -> None:
    """Wait as long as a condition holds, at most so many seconds."""
    end = time.monotonic() + limit
    while time.monotonic() < end and condition():
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
