"""What is seen of a run while it goes on: documents, rate, time left."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from spacy_ddi.runs.report import Report
from spacy_ddi.runs.run import Plan
from spacy_ddi.runs.shards import shard_of


class RunProgress:
    """A bar on standard error, if that is a terminal. It tells how much of the bytes is done:
    how many documents they hold is known only in the end."""

    def __init__(self) -> None:
        self.documents = 0
        self.interactions = 0
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("Reading"),
            BarColumn(),
            TextColumn("{task.fields[documents]:,} documents"),
            _Rate(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=None, documents=0)
        self._sizes: list[int] = []
        self._shard = 0
        self._characters = 0

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

    def start(self, plan: Plan) -> None:
        """Tell what there is to do.

        plan (Plan): The run's.
        """
        self._sizes = plan.shard_sizes
        self._progress.update(self._task, total=sum(self._sizes))

    def add(self, report: Report) -> None:
        """Count a part in.

        report (Report): What became of it. Parts of several shards may come mixed: those before
            the last shard that was begun count as read.
        """
        self.documents += report.documents
        self.interactions += report.interactions
        shard = shard_of(report.name)
        if shard > self._shard:
            self._shard, self._characters = shard, 0
        if shard == self._shard:
            self._characters += report.characters
        before = sum(self._sizes[: self._shard])
        done = before + min(self._characters, self._sizes[self._shard])
        self._progress.update(self._task, completed=done, documents=self.documents)


class _Rate(ProgressColumn):
    """Documents a second."""

    def render(self, task: Task) -> Text:
        rate = task.fields["documents"] / task.elapsed if task.elapsed else 0.0
        return Text(f"{rate:,.1f} a second")
