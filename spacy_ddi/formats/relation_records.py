"""Relations as flat records, for JSON lines and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from spacy.tokens import Doc, Span

from spacy_ddi.annotations import Relation, relations_of_doc
from spacy_ddi.candidates.mentions import DEFAULT_SOURCE, MentionSource


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


def relation_records(
    doc: Doc, *, offset: int = 0, source: MentionSource = DEFAULT_SOURCE
) -> Iterator[RelationRecord]:
    """The relations of a Doc as records.

    doc (Doc): The annotated Doc.
    offset (int): Where the Doc begins in the whole text, in characters.
    source (MentionSource): Where the component found the mentions.
    YIELDS (RelationRecord): The records, in the order of the relations.
    """
    types = mention_types(doc, source)
    sents = sentences(doc)
    for relation in relations_of_doc(doc):
        start = relation.head.start
        sentence = next(sent for sent in sents if sent.start <= start < sent.end)
        yield _record(relation, sentence, types, offset)


def mention_types(doc: Doc, source: MentionSource = DEFAULT_SOURCE) -> dict[tuple[int, int], str]:
    """The types of the mentions of a Doc.

    doc (Doc): The Doc.
    source (MentionSource): Where the component found the mentions.
    RETURNS (Dict[Tuple[int, int], str]): The type by token range.
    """
    return {(span.start, span.end): span.label_ for span in source(doc)}


def sentences(doc: Doc) -> list[Span]:
    """The sentences of a Doc; one without boundaries is one sentence.

    doc (Doc): The Doc.
    RETURNS (List[Span]): The sentences.
    """
    return list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]


def count_of(number: int, noun: str) -> str:
    """A number with its noun, e.g. '1 sentence', '2,000 sentences'.

    number (int): How many.
    noun (str): The singular.
    RETURNS (str): The two.
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _record(
    relation: Relation, sentence: Span, types: dict[tuple[int, int], str], offset: int
) -> RelationRecord:
    head, tail = relation.head, relation.tail
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
