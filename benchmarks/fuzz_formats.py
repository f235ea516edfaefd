"""Damage files of all formats, read them, and count what the readers make of them.

    python -m benchmarks.fuzz_formats 10000

Each file is read in a process that is killed after a time limit, so that endless loops and crashes
are counted, too. The files are the same each time. `--first 2000` begins with that number, and
`--show` prints where readers failed.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer

from benchmarks.fuzz.findings import Finding
from spacy_ddi.threads import one_thread


class Worker:
    """A process that reads damaged files, and is replaced when it dies or hangs.

    limit (float): Seconds that a file may take.
    memory (int): Bytes of memory that the process may have beside what is loaded.
    """

    def __init__(self, limit: float, memory: int) -> None:
        self.limit, self.memory = limit, memory
        self._process: Any = None
        self._ours: Connection

    def __call__(self, number: int) -> Finding:
        """What became of a file.

        number (int): The file's.
        RETURNS (Finding): Also of kind 'hang' or 'crash'.
        """
        if self._process is None:
            self._start()
        self._ours.send(number)
        try:
            if self._ours.poll(self.limit):
                finding: Finding = self._ours.recv()
                return finding
        except EOFError:
            self._process.join()
            code = self._process.exitcode
            self._process = None
            return Finding("crash", *_told(number), said=f"exit code {code}")
        self.stop()
        return Finding("hang", *_told(number), said=f"more than {self.limit:g} s")

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def _start(self) -> None:
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self.memory))
        self._process.start()
        theirs.close()
        assert self._ours.recv() == "ready"


def _serve(requests: Connection, memory: int) -> None:
    """Check the files whose numbers come."""
    import resource

    one_thread()
    check_file(0)  # Imports take more memory than any file may.
    most = psutil.Process().memory_info().vms + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    requests.send("ready")
    while True:
        try:
            number = requests.recv()
        except EOFError:
            return
        requests.send(check_file(number))


def check_file(number: int) -> Finding:
    """Make a damaged file and read it.

    number (int): Which one.
    RETURNS (Finding): What became of it.
    """
    from benchmarks.fuzz.check import check, damaged_file

    with tempfile.TemporaryDirectory() as folder:
        return check(damaged_file(number), Path(folder))


def _told(number: int) -> tuple[str, str]:
    """Format and damage of a file on which the reading process died."""
    from benchmarks.fuzz.check import damaged_file

    file = damaged_file(number)
    return file.original.format, file.title


def main(
    n: Annotated[int, typer.Argument(help="How many files.")],
    first: Annotated[int, typer.Option(help="The number of the first.")] = 0,
    limit: Annotated[float, typer.Option(help="Seconds that a file may take.")] = 10.0,
    memory: Annotated[int, typer.Option(help="GiB of memory that a file may take.")] = 2,
    show: Annotated[bool, typer.Option(help="Print all that is said of a fault.")] = False,
) -> None:
    """Read damaged files, and print a line for each that is read wrongly."""
    worker = Worker(limit, memory << 30)
    by_format: dict[str, Counter[str]] = {}
    slowest, begin = (0.0, 0), time.perf_counter()
    for number in range(first, first + n):
        start = time.perf_counter()
        finding = worker(number)
        slowest = max(slowest, (time.perf_counter() - start, number))
        by_format.setdefault(finding.format, Counter())[finding.kind] += 1
        if finding.said:
            said = finding.said if show else finding.said.strip().splitlines()[-1][:300]
            print(f"{finding.kind} {finding.title}: {said}", flush=True)
    worker.stop()
    kinds = ("read", "told", "silent", "lost", "fault", "hang", "crash")
    print(f"{'format':14}" + "".join(f"{kind:>8}" for kind in kinds))
    total: Counter[str] = Counter()
    for name, counts in sorted(by_format.items()):
        total += counts
        print(f"{name:14}" + "".join(f"{counts[kind]:8,}" for kind in kinds))
    print(f"{'all':14}" + "".join(f"{total[kind]:8,}" for kind in kinds))
    seconds = time.perf_counter() - begin
    print(f"{n:,} files in {seconds:.0f} s; the slowest, {slowest[1]}, took {slowest[0]:.1f} s")
    if sum(total[kind] for kind in kinds if kind not in ("read", "told")):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
