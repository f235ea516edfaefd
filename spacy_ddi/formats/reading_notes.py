"""What could not be known of a text, as rows: notes on its sentences, or on the whole of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypedDict

from spacy.tokens import Doc

from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.formats.relation_records import sentence_notes
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.reading_flags import NO_DRUG

NOTE_COLUMNS: Final = ("document", "flag", "start", "end", "file")
"""Of the table of notes, of many documents."""


class Note(TypedDict):
    """A flag of `sentence_notes`, or `no_drug`, with the characters that it is about."""

    flag: str
    start: int
    end: int


class Noted(NamedTuple):
    """What is to be told of a part of a text.

    notes (List[Note]): Notes on its sentences.
    names_drugs (bool): Whether any drug was recognised.
    """

    notes: list[Note]
    names_drugs: bool


def noted_in(doc: Doc, offset: int, source: MentionSource) -> Noted:
    """What is to be told of a Doc.

    doc (Doc): The annotated Doc.
    offset (int): Where it begins in the text.
    source (MentionSource): Where the component found the mentions.
    RETURNS (Noted): Plain data.
    """
    notes: list[Note] = [
        {"flag": note.flag, "start": note.start_char + offset, "end": note.end_char + offset}
        for note in sentence_notes(doc, source)
    ]
    return Noted(notes, bool(source(doc)))


def notes_of(parts: Sequence[Noted], n_characters: int) -> list[Note]:
    """The notes on a text.

    parts (Sequence[Noted]): What is to be told of each of its parts.
    n_characters (int): How long it is.
    RETURNS (List[Note]): Those on its sentences, and one if it names no drug.
    """
    notes = [note for part in parts for note in part.notes]
    if not any(part.names_drugs for part in parts):
        notes.append({"flag": NO_DRUG, "start": 0, "end": n_characters})
    return notes


def note_rows(parts: Sequence[Noted], document: TextDocument) -> list[dict[str, Any]]:
    """The notes on a document as rows by the columns of `NOTE_COLUMNS`.

    parts (Sequence[Noted]): What is to be told of each of its parts.
    document (TextDocument): The document.
    RETURNS (List[Dict[str, Any]]): A row a note.
    """
    return [
        {"document": document.id, **note, "file": document.file}
        for note in notes_of(parts, len(document.text))
    ]


def note_schema() -> Any:
    """The schema of the table of notes.

    RETURNS (pyarrow.Schema): With the columns of `NOTE_COLUMNS`.
    """
    import pyarrow as pa

    offsets = dict.fromkeys(("start", "end"), pa.int64())
    return pa.schema([(name, offsets.get(name, pa.string())) for name in NOTE_COLUMNS])
