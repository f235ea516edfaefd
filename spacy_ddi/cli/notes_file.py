"""`extract --notes`: what could not be known, in a file of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spacy_ddi.whole_files import written_whole

OnNotes = Callable[[Iterable[Mapping[str, Any]]], None]
"""Takes the notes on a text as they come."""


@contextmanager
def notes_written(path: Path | None) -> Iterator[OnNotes]:
    """A block whose notes are written as JSON lines. The file is there if the block ends well.

    path (Optional[Path]): The file; None to write nothing.
    YIELDS (Callable): Writes notes.
    """
    if path is None:
        yield lambda notes: None
        return
    with written_whole(path) as aside, aside.open("w", encoding="utf-8", newline="\n") as file:

        def write(notes: Iterable[Mapping[str, Any]]) -> None:
            file.writelines(json.dumps(note, ensure_ascii=False) + "\n" for note in notes)

        yield write
