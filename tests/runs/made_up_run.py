"""A run whose annotator needs no model: run as a script, it is what the kill test kills."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from spacy_ddi.errors import DDIError
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs import shards
from spacy_ddi.runs.local_engine import annotate_here, annotate_locally
from spacy_ddi.runs.parts import SCHEMA
from spacy_ddi.runs.ray_engine import annotate_with_ray
from spacy_ddi.runs.report import Annotate, Report, Said
from spacy_ddi.runs.run import Engine, Outcome, run

SETTINGS = {"pipeline": "made up"}


class MadeUpAnnotator:
    """Gives each document one interaction, of its text with itself.

    seconds (float): What documents take that come together.
    deadly (Optional[Path]): A folder with a file for each document that ends its process: how
        often.
    """

    def __init__(self, seconds: float = 0.0, deadly: Path | None = None) -> None:
        self.seconds, self.deadly = seconds, deadly

    def __call__(self, documents: Sequence[TextDocument]) -> Said:
        time.sleep(self.seconds)
        for each in documents if self.deadly is not None else ():
            self._die_of(each.id)
        return Said(
            [
                dict.fromkeys(SCHEMA.names)
                | {"document": each.id, "sentence": each.text, "label": "int", "score": 0.5}
                for each in documents
            ],
            [],
        )

    def _die_of(self, name: str) -> None:
        assert self.deadly is not None
        path = self.deadly / name
        if path.exists() and (left := int(path.read_text(encoding="utf-8"))):
            path.write_text(str(left - 1), encoding="utf-8")
            os._exit(1)


def write_deadly(folder: Path, times: dict[str, int]) -> Path:
    """Say which documents end their process, and how often. Each has a file of its own, since
    processes read and write them at the same time."""
    folder.mkdir()
    for name, n in times.items():
        (folder / name).write_text(str(n), encoding="utf-8")
    return folder


def deaths_left(folder: Path) -> dict[str, int]:
    """How often each of them is still to do it."""
    return {path.name: int(path.read_text(encoding="utf-8")) for path in folder.iterdir()}


def make(problem: str = "", is_bug: bool = False, **more: Any) -> Annotate:
    """Called in each process; a problem is raised."""
    if problem:
        raise TypeError(problem) if is_bug else DDIError(problem)
    return MadeUpAnnotator(**more)


def start(
    names: list[str],
    output: Path,
    *,
    engine: Engine = annotate_here,
    settings: dict[str, Any] = SETTINGS,
    on_report: Callable[[Report], None] = lambda report: None,
    retry_errors: bool = False,
    format_name: str | None = None,
    **more: Any,
) -> Outcome:
    """Run it, in this process if there is no engine."""
    return run(
        names,
        output,
        partial(make, **more),
        settings=settings,
        engine=engine,
        on_report=on_report,
        retry_errors=retry_errors,
        format_name=format_name,
    )


if __name__ == "__main__":
    name, output = sys.argv[1], Path(sys.argv[2])
    chunk, _, shard_bytes = sys.argv[3].partition(":")
    shards.CHUNK = int(chunk)  # type: ignore[misc]
    if shard_bytes:
        shards.SHARD_BYTES = int(shard_bytes)  # type: ignore[misc]
    if sys.argv[4:5] == ["ray"]:
        by_ray = partial(annotate_with_ray, output=output, n_process=int(sys.argv[5]))
        start([name], output, engine=by_ray, seconds=0.5, on_report=lambda _: print(flush=True))
    else:
        start([name], output, engine=partial(annotate_locally, n_process=2), seconds=0.05)
