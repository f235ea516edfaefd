"""JSON lines: an object a line. Those of others have a text and perhaps an id; ours have all that a
document has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import index
from pathlib import Path
from typing import Any, Final, cast

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.bounded import numbered_lines
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns, find_columns, row_document
from spacy_ddi.formats.compressed_files import open_bytes
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.json_values import parse_object
from spacy_ddi.formats.row_files import write_json_rows
from spacy_ddi.formats.text_document import Section, TextDocument

_NOT_READ: Final = (
    "its annotation is not as it should be: a mention has id, type and ranges ([[start, end], …]), "
    "an interaction head and tail (ids of mentions) and label, a section start, end, kind and "
    "title, and values of metadata are strings"
)


def read_json_lines(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read JSON lines; see `Reader`. A line is read at a time.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of a line.
    columns (Columns): Which values hold text and id.
    YIELDS (TextDocument): A document a line. Lines of white space are passed over.
    """
    with open_bytes(path) as file:
        for number, line in numbered_lines(file, path, on_error=on_error):
            if not line.strip():
                continue
            try:
                yield _document(line, columns, path, number)
            except CorpusError as error:
                on_error(error)


def write_json_lines(documents: Iterable[TextDocument], path: Path) -> None:
    """Write JSON lines that `read_json_lines` reads with all that they have; see `Writer`.

    documents (Iterable[TextDocument]): The documents.
    path (Path): The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document in documents:
            file.write(json.dumps(to_dict(document), ensure_ascii=False) + "\n")


def to_dict(document: TextDocument) -> dict[str, Any]:
    """A document as JSON has it.

    document (TextDocument): The document.
    RETURNS (Dict[str, Any]): Without what is empty, but for id and text.
    """
    more = {
        "year": document.year,
        "sections": [
            {"start": s.start, "end": s.end, "kind": s.kind, "title": s.title}
            for s in document.sections
        ],
        "mentions": [
            {"id": m.id, "type": m.type, "ranges": [list(r) for r in m.ranges]}
            for m in document.mentions
        ],
        "interactions": [
            {"head": i.head, "tail": i.tail, "label": i.label}
            | ({} if i.score is None else {"score": i.score})
            for i in document.interactions
        ],
        "metadata": dict(document.metadata),
    }
    return {"id": document.id, "text": document.text} | {k: v for k, v in more.items() if v}


def _document(line: bytes, columns: Columns, path: Path, number: int) -> TextDocument:
    place = f"line {number}"
    try:
        row = parse_object(line)
    except ValueError as error:
        problem = f"not a line of JSON ({error})"
        raise CorpusError.at(Errors.DOCUMENT, path, place, problem=problem) from None
    return document_of_object(row, columns, path=path, number=number, place=place)


def document_of_object(
    row: dict[str, Any], columns: Columns, *, path: Path, number: int, place: str
) -> TextDocument:
    """The document of an object of JSON.

    row (Dict[str, Any]): The object.
    columns (Columns): Which values hold text and id.
    path (Path): The file.
    number (int): Which object it is, from 1.
    place (str): Where it is: 'line 3'.
    RETURNS (TextDocument): With all that `to_dict` gave it.
    RAISES (CorpusError): If it has no text, or annotation that does not fit it.
    """
    named = find_columns(row, columns, path, place)
    plain = row_document(row, named, path=path, number=number, place=place)
    try:
        document = _with_annotations(plain, row)
        problem = annotation_problem(document)
    except (TypeError, KeyError, ValueError, AttributeError):
        # Perhaps somebody else's keys of these names.
        is_annotated = row.get("mentions") or row.get("interactions")
        return replace(plain, not_read=_NOT_READ) if is_annotated else plain
    if problem:
        raise CorpusError.at(Errors.DOCUMENT, path, place, problem=problem)
    return document


def _with_annotations(plain: TextDocument, row: dict[str, Any]) -> TextDocument:
    """The document with what `to_dict` gave it; what has other types is of others."""
    return replace(
        plain,
        sections=tuple(
            Section(index(s["start"]), index(s["end"]), _str(s["kind"]), _str(s["title"]))
            for s in row.get("sections", ())
        ),
        mentions=tuple(
            Mention(
                _str(m["id"]),
                _str(m["type"]),
                tuple((index(start), index(end)) for start, end in m["ranges"]),
            )
            for m in row.get("mentions", ())
        ),
        interactions=tuple(
            Interaction(_str(i["head"]), _str(i["tail"]), _str(i["label"]), _score(i.get("score")))
            for i in row.get("interactions", ())
        ),
        metadata={_str(key): _str(value) for key, value in row.get("metadata", {}).items()},
    )


def _score(value: object) -> float | None:
    if value is not None and type(value) not in (int, float):
        raise TypeError
    return cast(float | None, value)


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _recognizes(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


JSON_LINES = Format(
    "jsonl",
    (".jsonl", ".ndjson", ".jsonlines"),
    _recognizes,
    read_json_lines,
    write_json_lines,
    write_rows=write_json_rows,
    is_fallback=True,
)
JSON_DOCUMENTS = Format(
    "jsonl-documents", (".jsonl",), lambda head: False, read_json_lines, write_json_lines
)
