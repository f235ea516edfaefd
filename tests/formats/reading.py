"""What tests of formats read, and damaged files for them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.format import Format
from spacy_ddi.formats.inputs import read_documents
from spacy_ddi.formats.text_document import TextDocument


class Found(NamedTuple):
    documents: list[TextDocument]
    errors: list[str]


def found_in(path: Path, format: Format | None = None) -> Found:
    errors: list[CorpusError] = []
    name = format.name if format else None
    documents = list(read_documents([str(path)], format_name=name, on_error=errors.append))
    return Found(documents, [str(error) for error in errors])


def damages(content: bytes, n: int = 300) -> Iterator[bytes]:
    """Cut-off and changed content, the same each time."""
    rng = random.Random(0)
    for _ in range(n):
        damaged = bytearray(content)
        if rng.random() < 0.3:
            del damaged[rng.randrange(len(damaged)) :]
        else:
            for _ in range(rng.choice((1, 1, 5))):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        yield bytes(damaged)
