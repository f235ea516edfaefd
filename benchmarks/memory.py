"""Memory of this process. Linux only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

STATUS = Path("/proc/self/status")
RESET_PEAK = Path("/proc/self/clear_refs")


def measure(function: Callable[[], object]) -> tuple[float, float]:
    """Call a function and see what it takes.

    function (Callable): The function.
    RETURNS (Tuple[float, float]): Its peak of memory above what is held before, in megabytes; its
        seconds.
    """
    before = read_status("VmRSS")
    RESET_PEAK.write_text("5")
    start = perf_counter()
    function()
    seconds = perf_counter() - start
    return read_status("VmHWM") - before, seconds


def read_status(name: str) -> float:
    """A field of the process's status, in megabytes."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"{STATUS} has no {name}")
