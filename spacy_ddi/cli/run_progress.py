"""What is seen of a run while it goes on: documents, rate, how much of the input, time left."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Final

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TextColumn

from spacy_ddi.cli.console import say
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.run import Plan

SECONDS: Final = 60.0
"""Between two lines, where there is no terminal."""


class RunProgress:
    """A bar on standard error, or a line a minute if that is no terminal. It tells how much of the
    input files is read, by their bytes: how many documents they hold is known only in the end.
    """

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._is_seen = console.is_terminal
        self._progress = Progress(
            TextColumn("Reading"),
            BarColumn(),
            TextColumn("{task.fields[said]}"),
            console=console,
            transient=True,
            disable=not self._is_seen,
        )
        self._task = self._progress.add_task("", total=None, said="")
        self._sizes: list[int] = []
        self._read: dict[int, int] = {}
        self._bytes = self._own_bytes = 0
        self._earlier = self.documents = 0
        self._begin = self._said = monotonic()

    def __enter__(self) -> RunProgress:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    @property
    def has_nothing_to_do(self) -> bool:
        """Whether an earlier start has done all that there is."""
        return bool(self._sizes) and not self._read

    def start(self, plan: Plan) -> None:
        """Tell what there is to do.

        plan (Plan): The run's.
        """
        self._sizes, self._earlier = plan.shard_sizes, plan.documents
        self._read = dict.fromkeys(plan.missing, 0)
        self._bytes = sum(self._sizes) - sum(self._sizes[number] for number in plan.missing)
        self._begin = self._said = monotonic()
        self._progress.update(self._task, total=sum(self._sizes), completed=self._bytes)

    def add(self, report: Report) -> None:
        """Count a chunk in.

        report (Report): What became of it. What comes before it in its shard counts as read: an
            earlier start has done it, or another process is at it.
        """
        self.documents += report.documents
        self._own_bytes += report.end - report.begin
        end = self._sizes[report.shard] if report.is_last else report.end
        before = self._read[report.shard]
        self._read[report.shard] = max(before, end)
        self._bytes += self._read[report.shard] - before
        self._progress.update(self._task, completed=self._bytes, said=self.words())
        if not self._is_seen and monotonic() - self._said >= SECONDS:
            self._said = monotonic()
            say(self.words())

    def words(self) -> str:
        """How far the run is.

        RETURNS (str): In words. Rate and time left are those of this start.
        """
        seconds = max(monotonic() - self._begin, 1e-3)
        total = sum(self._sizes)
        share = 100 * self._bytes // total if total else 100
        said = (
            f"{self._earlier + self.documents:,} documents, {self.documents / seconds:,.1f} a "
            f"second, {share} % of {decimal(total)}"
        )
        if not self._own_bytes:
            return said
        return f"{said}, {in_words(seconds * (total - self._bytes) / self._own_bytes)} left"


def in_words(seconds: float) -> str:
    """A time, as exactly as one can wait.

    seconds (float): The time.
    RETURNS (str): Such as "40 s", "12 min" or "3.5 h".
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
