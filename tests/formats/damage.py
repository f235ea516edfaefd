"""Damaged copies of files, for tests that nothing but errors of the project comes of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.format import Reader
from spacy_ddi.formats.inputs import DAMAGED
from spacy_ddi.formats.text_document import TextDocument


def read(reader: Reader, path: Path) -> tuple[list[TextDocument], list[str]]:
    """Documents, and the messages of the errors; those that end the file are among them."""
    errors: list[str] = []
    documents = []
    try:
        for document in reader(path, on_error=lambda error: errors.append(str(error))):
            documents.append(document)
    except CorpusError as error:
        errors.append(str(error))
    return documents, errors


def damaged(content: bytes, number: int) -> bytes:
    """A damaged copy: cut off, a byte changed, or a piece taken out."""
    drawn = random.Random(number)
    place = drawn.randrange(len(content))
    if number % 3 == 0:
        return content[:place]
    if number % 3 == 1:
        return content[:place] + bytes([drawn.randrange(256)]) + content[place + 1 :]
    return content[:place] + content[place + drawn.randrange(1, 20) :]


def check_damaged(
    reader: Reader,
    path: Path,
    *,
    n_copies: int = 300,
    check: Callable[[TextDocument], object] = lambda document: document.text.encode(),
) -> int:
    """Read damaged copies of a file in its place. All errors name the file.

    RETURNS (int): How many copies gave an error.
    """
    content = path.read_bytes()
    n_errors = 0
    for number in range(n_copies):
        path.write_bytes(damaged(content, number))
        try:
            documents, errors = read(reader, path)
        except DAMAGED:
            documents, errors = [], [str(path)]  # as read_documents has it
        for document in documents:
            check(document)
            for mention in document.mentions:
                for start, end in mention.ranges:
                    assert 0 <= start < end <= len(document.text)
        assert all(path.stem in error for error in errors), errors
        n_errors += bool(errors)
    path.write_bytes(content)
    return n_errors
