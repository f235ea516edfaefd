"""Relations as flat records, for JSON lines and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from spacy.tokens import Doc

from spacy_ddi.annotations import Relation, relations_of_doc


class RelationRecord(TypedDict):
    """One interaction. Offsets are characters of the whole text, end exclusive; the sentence begins
    at `sentence_start`. `score` is the probability of the label, in [0, 1]."""

    head: str
    head_type: str
    head_start: int
    head_end: int
    tail: str
    tail_type: str
    tail_start: int
    tail_end: int
    label: str
    score: float
    sentence: str
    sentence_start: int


def relation_records(doc: Doc, *, offset: int = 0) -> Iterator[RelationRecord]:
    """The relations of a Doc as records.

    doc (Doc): The annotated Doc.
    offset (int): Where the Doc begins in the whole text, in characters.
    YIELDS (RelationRecord): The records, in the order of the relations.
    """
    types = {(span.start, span.end): span.label_ for span in doc.ents}
    for relation in relations_of_doc(doc):
        yield _record(relation, types, offset)


def _record(relation: Relation, types: dict[tuple[int, int], str], offset: int) -> RelationRecord:
    head, tail, sentence = relation.head, relation.tail, relation.head.sent
    return {
        "head": head.text,
        "head_type": types.get((head.start, head.end), ""),
        "head_start": head.start_char + offset,
        "head_end": head.end_char + offset,
        "tail": tail.text,
        "tail_type": types.get((tail.start, tail.end), ""),
        "tail_start": tail.start_char + offset,
        "tail_end": tail.end_char + offset,
        "label": relation.label,
        "score": round(relation.score, 4),
        "sentence": sentence.text.strip(),
        "sentence_start": sentence.start_char
        + len(sentence.text)
        - len(sentence.text.lstrip())
        + offset,
    }
