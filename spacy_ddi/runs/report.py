"""What workers tell of their work. Without spaCy, so that who only counts starts fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.shards import Chunk


class Report(NamedTuple):
    """What became of a chunk.

    shard, number (int): Which chunk.
    is_last (bool): Whether it is its shard's last.
    documents, interactions, errors (int): How many.
    begin, end (int): As in `Chunk`.
    """

    shard: int
    number: int
    is_last: bool
    documents: int
    interactions: int
    errors: int
    begin: int
    end: int


class Said(NamedTuple):
    """What a pipeline says of documents.

    rows (List[Dict[str, Any]]): Interactions by the columns of `SCHEMA`.
    errors (List[str]): Lines of the error table.
    notes (List[Dict[str, Any]]): What could not be known, by the columns of `NOTE_COLUMNS`.
    """

    rows: list[dict[str, Any]]
    errors: list[str]
    notes: list[dict[str, Any]]


Annotate = Callable[[Sequence[TextDocument]], Said]
"""Annotates documents; see `Annotator`."""

MakeAnnotator = Callable[[], Annotate]
"""Picklable; called once in each worker."""

Work = Callable[[Chunk], Report]
"""Annotates a chunk and writes what is found; see `Worker`."""

MakeWork = Callable[[], Work]
"""Picklable; called once in each process."""
