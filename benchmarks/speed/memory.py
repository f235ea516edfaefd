"""Peaks of memory, in megabytes. Linux only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import psutil

MEGABYTE = 2**20


def held(*, tree: bool = False) -> float:
    """What this process holds now; with `tree` its children too, what they share counted once."""
    own = psutil.Process()
    if not tree:
        return own.memory_info().rss / MEGABYTE
    total = 0
    for process in [own, *own.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it has just ended
            continue
    return total / MEGABYTE


def measure(function: Callable[[], object], *, tree: bool = False) -> tuple[float, float]:
    """Call a function: the peak of memory meanwhile, and its seconds. The peak is exact; with
    `tree` it is the most of looks at four times a second."""
    looks, ended = [0.0], Event()

    def watch() -> None:
        while not ended.wait(0.25):
            looks.append(held(tree=True))

    thread = Thread(target=watch, daemon=True)
    if tree:
        thread.start()
    Path("/proc/self/clear_refs").write_text("5")  # the kernel forgets earlier peaks
    start = perf_counter()
    function()
    seconds = perf_counter() - start
    ended.set()
    status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return max(looks) if tree else int(status["VmHWM"].split()[0]) / 1024, seconds
