"""JSON of others: an array of objects with a text, or one such object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spacy_ddi.formats.columns import FIRST_OF_THEM, TEXT_NAMES, Columns
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.json_keys import first_keys
from spacy_ddi.formats.json_lines import document_of_object
from spacy_ddi.formats.json_streams import Piece, read_json_documents
from spacy_ddi.formats.text_document import TextDocument


def read_json_objects(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read objects as `read_json_lines` does, but from an array; see `Reader`. One is in memory at
    a time.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of an object.
    columns (Columns): Which values hold text and id.
    YIELDS (TextDocument): A document an object.
    """

    def parse(row: dict[str, Any], piece: Piece) -> TextDocument:
        return document_of_object(row, columns, path=path, number=piece.number, place=piece.place)

    yield from read_json_documents(path, parse, on_error=on_error)


def _recognizes(head: bytes) -> bool:
    """Whether the first object has a text; an empty array has no object of another kind."""
    keys = {key.decode("utf-8", "replace").strip().lower() for key in first_keys(head)[0]}
    return not keys.isdisjoint(TEXT_NAMES) or b"".join(head.split()) == b"[]"


JSON_OBJECTS = Format("json", (".json",), _recognizes, read_json_objects, is_fallback=True)
