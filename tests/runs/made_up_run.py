"""A run whose annotator needs no model: run as a script, it is what the kill test kills."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from spacy_ddi.errors import DDIError
from spacy_ddi.runs import shards
from spacy_ddi.runs.local_engine import annotate_locally
from spacy_ddi.runs.parts import SCHEMA, write_part
from spacy_ddi.runs.ray_engine import annotate_with_ray
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.run import Engine, Outcome, run
from spacy_ddi.runs.shards import Chunk

SETTINGS = {"pipeline": "made up"}


class MadeUpAnnotator:
    """Gives each document one interaction, of its text with itself.

    folder (Path): The output's folder.
    deadly (Optional[Path]): A file that says how often a process is still to die.
    seconds (float): What a chunk takes.
    """

    def __init__(self, folder: Path, deadly: Path | None = None, seconds: float = 0.0) -> None:
        self.folder, self.deadly, self.seconds = folder, deadly, seconds

    def __call__(self, chunk: Chunk) -> Report:
        time.sleep(self.seconds)
        if self.deadly is not None and chunk.number == 1 and (n := int(self.deadly.read_text())):
            self.deadly.write_text(str(n - 1))
            os._exit(1)
        rows: list[dict[str, Any]] = [
            dict.fromkeys(SCHEMA.names)
            | {"document": each.id, "sentence": each.text, "label": "int", "score": 0.5}
            for each in chunk.documents
        ]
        write_part(self.folder, chunk.name, rows, chunk.errors)
        n_characters = sum(len(each.text) for each in chunk.documents)
        return Report(chunk.name, len(rows), len(rows), len(chunk.errors), n_characters)


def make(folder: Path, problem: str = "", **more: Any) -> Any:
    """Called in each process; a problem is raised."""
    if problem:
        raise DDIError(problem)
    return MadeUpAnnotator(folder, **more)


def start(
    names: list[str],
    output: Path,
    *,
    n_process: int = 1,
    engine: Engine | None = None,
    settings: dict[str, Any] = SETTINGS,
    on_report: Callable[[Report], None] = lambda report: None,
    **more: Any,
) -> Outcome:
    """Run it, locally if there is no other engine."""
    return run(
        names,
        output,
        partial(make, output, **more),
        settings=settings,
        engine=engine or partial(annotate_locally, n_process=n_process),
        on_report=on_report,
    )


if __name__ == "__main__":
    name, output = sys.argv[1], Path(sys.argv[2])
    shards.CHUNK = int(sys.argv[3])  # type: ignore[misc]
    if sys.argv[4:] == ["ray"]:
        by_ray = partial(annotate_with_ray, output=output, n_process=1)
        start([name], output, engine=by_ray, seconds=0.5, on_report=lambda _: print(flush=True))
    else:
        start([name], output, n_process=2, seconds=0.02)
