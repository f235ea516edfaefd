"""What workers tell of their work. Without spaCy, so that who only counts starts fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from spacy_ddi.runs.shards import Chunk


class Report(NamedTuple):
    """What became of a chunk.

    name (str): Its part.
    documents, interactions, errors, characters (int): How many.
    """

    name: str
    documents: int
    interactions: int
    errors: int
    characters: int


Annotate = Callable[[Chunk], Report]
"""Annotates a chunk and writes its part; see `Annotator`."""

MakeAnnotator = Callable[[], Annotate]
"""Picklable; called once in each worker."""
