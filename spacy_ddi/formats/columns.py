"""Rows with a column of texts: which column it is, and the document that a row is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import HALF_CHARACTER
from spacy_ddi.formats.text_document import TextDocument

TEXT_NAMES: Final = ("text", "abstract", "sentence", "content", "body", "note", "narrative")
ID_NAMES: Final = ("id", "pmid", "document", "doc_id", "document_id", "_id", "uid", "uuid")
YEAR_NAMES: Final = ("year", "pub_year", "publication_year", "date", "pub_date")
"""What columns are called that hold text, identifier and year, the first that is there."""

MOST_SHOWN: Final = 30
"""Columns that a message lists, and characters of their names."""

_YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


class Columns(NamedTuple):
    """Which columns to read.

    text (Optional[str]): That of the texts; None for the first of `TEXT_NAMES`.
    id (Optional[str]): That of the identifiers; None for the first of `ID_NAMES`, or else the
        number of the row.
    """

    text: str | None = None
    id: str | None = None


FIRST_OF_THEM: Final = Columns()
"""Columns by their usual names."""


class FoundColumns(NamedTuple):
    """The columns of a table, by what they hold.

    text (str): The texts.
    id (Optional[str]): The identifiers.
    year (Optional[str]): Years or dates.
    """

    text: str
    id: str | None
    year: str | None


def find_columns(
    names: Iterable[str], wanted: Columns, path: Path, place: str = ""
) -> FoundColumns:
    """Which columns of a table hold what.

    names (Iterable[str]): What its columns are called.
    wanted (Columns): Those that the user named.
    path (Path): The file, for messages.
    place (str): Where in it, if only one object has these names; empty for all of the file.
    RETURNS (FoundColumns): The columns.
    RAISES (CorpusError): If a named column is not there, or none that could hold text.
    """
    by_lower = {name.strip().lower(): name for name in reversed(list(names))}
    found: dict[str, str | None] = {}
    for kind, column, usual in (
        ("text", wanted.text, TEXT_NAMES),
        ("id", wanted.id, ID_NAMES),
        ("year", None, YEAR_NAMES),
    ):
        sought = (column.lower(),) if column else usual
        name = next((by_lower[each] for each in sought if each in by_lower), None)
        if name is None and (column or kind == "text"):
            raise CorpusError.at(
                Errors.VALUE_MISSING if place else Errors.COLUMN_MISSING,
                path,
                place,
                column=column or " or ".join(usual),
                found=_listed(list(reversed(by_lower.values()))),
            )
        found[kind] = name
    assert found["text"] is not None
    return FoundColumns(found["text"], found["id"], found["year"])


def _listed(names: list[str]) -> str:
    """The names of columns, as many as a message can have."""
    shown = [name if len(name) <= MOST_SHOWN else f"{name[:MOST_SHOWN]}…" for name in names]
    more = "…" * (len(names) > MOST_SHOWN)
    return ", ".join([*shown[:MOST_SHOWN], *more]) or "none"


def row_document(
    row: Mapping[str, Any], columns: FoundColumns, *, path: Path, number: int, place: str = ""
) -> TextDocument:
    """The document of a row.

    row (Mapping[str, Any]): The cells by column.
    columns (FoundColumns): What holds what.
    path (Path): The file.
    number (int): Of the row, from 1.
    place (str): Where it is; empty for 'row' and its number.
    RETURNS (TextDocument): Its text without more.
    RAISES (CorpusError): If the row has no text, or one that no file in UTF-8 can hold.
    """
    place = place or f"row {number}"
    text = row.get(columns.text)
    if not isinstance(text, str):
        found = "is empty" if text is None else f"holds a {type(text).__name__}, and no text"
        problem = f"the column {columns.text!r} {found}"
        raise CorpusError.at(Errors.DOCUMENT, path, place, problem=problem)
    given = row.get(columns.id) if columns.id else None
    id_ = f"{path.name}:{number}" if given is None or given == "" else str(given)
    if HALF_CHARACTER.search(text) or HALF_CHARACTER.search(id_):
        problem = "the text or the id is not in UTF-8"
        raise CorpusError.at(Errors.DOCUMENT, path, place, problem=problem)
    year = _YEAR.search(str(row.get(columns.year) or "")) if columns.year else None
    return TextDocument(id_, text, year=int(year[0]) if year else None, file=str(path), place=place)
