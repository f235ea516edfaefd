"""Memory of this process. Linux only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

STATUS = Path("/proc/self/status")
RESET_PEAK = Path("/proc/self/clear_refs")


def measure(function: Callable[[], object], *, before: float) -> tuple[float, float]:
    """Call a function and see what it takes.

    function (Callable): The function.
    before (float): `read_status("VmRSS")` of when all was loaded and nothing was done.
    RETURNS (Tuple[float, float]): Its peak of memory above that, in megabytes; its seconds.
    """
    RESET_PEAK.write_text("5")
    start = perf_counter()
    function()
    seconds = perf_counter() - start
    return read_status("VmHWM") - before, seconds


class ProcessTree:
    """Watches the memory of this process and its children while a block runs: the most that
    they held together, what they share counted once.

    seconds (float): Between two looks.
    """

    def __init__(self, seconds: float = 0.25) -> None:
        self.seconds = seconds
        self.peak = 0.0
        self._ended = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> ProcessTree:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self.seconds):
            self.peak = max(self.peak, tree_megabytes())


def tree_megabytes() -> float:
    """What this process and its children hold together (PSS), in megabytes."""
    tasks = Path("/proc/self/task").iterdir()
    children = [pid for task in tasks for pid in read_if_there(task / "children").split()]
    rollups = [read_if_there(Path(f"/proc/{pid}/smaps_rollup")) for pid in ("self", *children)]
    rows = [row.split() for rollup in rollups for row in rollup.splitlines()]
    return sum(int(row[1]) for row in rows if row[0] == "Pss:") / 1024


def read_if_there(path: Path) -> str:
    """The text of a file of a process or thread; nothing if that has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def read_status(name: str) -> float:
    """A field of the process's status, in megabytes."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"{STATUS} has no {name}")
