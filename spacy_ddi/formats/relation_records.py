"""Relations as flat records, for JSON lines and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypedDict

from spacy.tokens import Doc

from spacy_ddi.annotations import Relation, relations_of_doc, sentences
from spacy_ddi.candidates.mentions import DEFAULT_SOURCE, MentionSource
from spacy_ddi.gold import DOCUMENT_ID

__all__ = [
    "RelationRecord",
    "count_of",
    "mention_types",
    "relation_records",
    "sentences",
    "to_records",
]


ANY_TYPE = MentionSource(labels=None)
"""Where the types of mentions are looked up, whatever they are."""


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


def to_records(
    docs: Doc | Iterable[Doc], *, source: MentionSource = ANY_TYPE
) -> Iterator[dict[str, Any]]:
    """The relations of Docs as rows of a table: `pd.DataFrame(to_records(nlp.pipe(texts)))`.

    docs (Union[Doc, Iterable[Doc]]): One annotated Doc, or several.
    source (MentionSource): Where the component found the mentions, if it has a `spans_key` of its
        own.
    YIELDS (Dict[str, Any]): The keys of a `RelationRecord`; where several Docs are given,
        before them `document`: the id of the corpus document, or else the number of the Doc from 0.
    """
    if isinstance(docs, Doc):
        for relation, types in _typed(docs, source):
            yield {**_record(relation, types, 0)}
        return
    for number, doc in enumerate(docs):
        document = doc.user_data.get(DOCUMENT_ID, number)
        for relation, types in _typed(doc, source):
            yield {"document": document, **_record(relation, types, 0)}


def relation_records(
    doc: Doc, *, offset: int = 0, source: MentionSource = ANY_TYPE
) -> Iterator[RelationRecord]:
    """The relations of a passage as records for output, scores with four decimals.

    doc (Doc): The annotated Doc.
    offset (int): Where the Doc begins in the whole text, in characters.
    source (MentionSource): Where the component found the mentions.
    YIELDS (RelationRecord): The records, in the order of the relations.
    """
    for relation, types in _typed(doc, source):
        record = _record(relation, types, offset)
        record["score"] = round(record["score"], 4)
        yield record


def mention_types(doc: Doc, source: MentionSource = ANY_TYPE) -> dict[tuple[int, int], str]:
    """The types of the mentions of a Doc.

    doc (Doc): The Doc.
    source (MentionSource): Where the component found the mentions.
    RETURNS (Dict[Tuple[int, int], str]): The type by token range.
    """
    return {(span.start, span.end): span.label_ for span in source(doc)}


def count_of(number: int, noun: str) -> str:
    """A number with its noun, e.g. '1 sentence', '2,000 sentences'.

    number (int): How many.
    noun (str): The singular.
    RETURNS (str): The two.
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _typed(doc: Doc, source: MentionSource) -> Iterator[tuple[Relation, tuple[str, str]]]:
    """Relations with the types of head and tail."""
    relations = relations_of_doc(doc)
    types = (
        {(span.start_char, span.end_char): span.label_ for span in source(doc)}
        if relations and source != DEFAULT_SOURCE
        else {}
    )
    for r in relations:
        yield (
            r,
            (
                types.get((r.head_start_char, r.head_end_char), r.head_type),
                types.get((r.tail_start_char, r.tail_end_char), r.tail_type),
            ),
        )


def _record(relation: Relation, types: tuple[str, str], offset: int) -> RelationRecord:
    return {
        "head": relation.head_text,
        "head_type": types[0],
        "head_start": relation.head_start_char + offset,
        "head_end": relation.head_end_char + offset,
        "tail": relation.tail_text,
        "tail_type": types[1],
        "tail_start": relation.tail_start_char + offset,
        "tail_end": relation.tail_end_char + offset,
        "label": relation.label,
        "score": relation.score,
        "sentence": relation.sentence,
        "sentence_start": relation.sentence_start_char + offset,
    }
