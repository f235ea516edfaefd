"""Documents and errors that come of a file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.format import Format, Reader
from spacy_ddi.formats.inputs import read_documents
from spacy_ddi.formats.text_document import TextDocument


class Found(NamedTuple):
    documents: list[TextDocument]
    errors: list[str]


def found_in(path: Path, format: Format | None = None) -> Found:
    """What a user finds, who names the format or leaves it to be told."""
    errors: list[CorpusError] = []
    name = format.name if format else None
    documents = list(read_documents([str(path)], format_name=name, on_error=errors.append))
    return Found(documents, [str(error) for error in errors])


def read(reader: Reader, path: Path) -> Found:
    """What a reader finds; the errors that end the file are among the others."""
    errors: list[str] = []
    documents = []
    try:
        for document in reader(path, on_error=lambda error: errors.append(str(error))):
            documents.append(document)
    except CorpusError as error:
        errors.append(str(error))
    return Found(documents, errors)
