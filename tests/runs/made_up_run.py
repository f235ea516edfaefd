"""A run whose annotator needs no model: run as a script, it is what the kill test kills."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from spacy_ddi.runs import shards
from spacy_ddi.runs.local_engine import annotate_locally
from spacy_ddi.runs.parts import SCHEMA, write_part
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.run import Outcome, run
from spacy_ddi.runs.shards import Chunk

SETTINGS = {"pipeline": "made up"}


class MadeUpAnnotator:
    """Gives each document one interaction, of its text with itself.

    folder (Path): The output's folder.
    deadly (Optional[Path]): A file that lets the process die, once: it is removed before.
    seconds (float): What a chunk takes.
    """

    def __init__(self, folder: Path, deadly: Path | None = None, seconds: float = 0.0) -> None:
        self.folder, self.deadly, self.seconds = folder, deadly, seconds

    def __call__(self, chunk: Chunk) -> Report:
        time.sleep(self.seconds)
        if self.deadly is not None and chunk.number == 1 and self.deadly.exists():
            self.deadly.unlink()
            os._exit(1)
        rows: list[dict[str, Any]] = [
            dict.fromkeys(SCHEMA.names)
            | {"document": each.id, "sentence": each.text, "label": "int", "score": 0.5}
            for each in chunk.documents
        ]
        write_part(self.folder, chunk.name, rows, chunk.errors)
        n_characters = sum(len(each.text) for each in chunk.documents)
        return Report(chunk.name, len(rows), len(rows), len(chunk.errors), n_characters)


def make(folder: Path, deadly: Path | None = None, seconds: float = 0.0) -> Any:
    """Called in each process."""
    return MadeUpAnnotator(folder, deadly, seconds)


def start(
    names: list[str],
    output: Path,
    *,
    n_process: int = 1,
    settings: dict[str, Any] = SETTINGS,
    **more: Any,
) -> Outcome:
    """Run it."""
    return run(
        names,
        output,
        partial(make, output, **more),
        settings=settings,
        engine=partial(annotate_locally, n_process=n_process),
    )


if __name__ == "__main__":
    shards.CHUNK = int(sys.argv[3])  # type: ignore[misc]
    start([sys.argv[1]], Path(sys.argv[2]), n_process=2, seconds=0.02)
