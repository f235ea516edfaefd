"""Relations as flat records, for JSON lines and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypedDict

from spacy.tokens import Doc

from spacy_ddi.annotations import Relation, each_doc, relations_of_doc, sentences
from spacy_ddi.candidates.mentions import DEFAULT_SOURCE, MentionSource
from spacy_ddi.gold import DOCUMENT_ID
from spacy_ddi.linked_drugs import Drug, drugs_of
from spacy_ddi.reading_flags import ALONE, NO_DRUG, Flag, flags_of

__all__ = [
    "RelationRecord",
    "count_of",
    "mention_types",
    "notes_on",
    "relation_records",
    "sentence_notes",
    "sentences",
    "to_records",
]


ANY_TYPE = MentionSource(labels=None)
"""Where the types of mentions are looked up, whatever they are."""


class RelationRecord(TypedDict):
    """One interaction. Offsets are characters of the whole text, end exclusive; the sentence begins
    at `sentence_start`. `score` is the probability of the label, in [0, 1]. `head_id` is the main
    identifier of what the head names, and `head_name` the name of that: 'Lisinopril' where the head
    is 'Zestril'. Both are empty where it is not known, and without a linker. `flags` says what of
    the sentence was not read in full, in the words of `spacy_ddi.reading_flags.MEANINGS`; mostly
    nothing."""

    head: str
    head_type: str
    head_id: str
    head_name: str
    head_start: int
    head_end: int
    tail: str
    tail_type: str
    tail_id: str
    tail_name: str
    tail_start: int
    tail_end: int
    label: str
    score: float
    sentence: str
    sentence_start: int
    flags: list[str]


def to_records(
    docs: Doc | Iterable[Doc], *, source: MentionSource = ANY_TYPE
) -> Iterator[dict[str, Any]]:
    """The relations of Docs as rows of a table: `pd.DataFrame(to_records(nlp.pipe(texts)))`.

    docs (Union[Doc, Iterable[Doc]]): One annotated Doc, or several.
    source (MentionSource): Where the component found the mentions, if it has a `spans_key` of its
        own.
    YIELDS (Dict[str, Any]): The keys of a `RelationRecord`; where several Docs are given,
        before them `document`: the id of the corpus document, or else the number of the Doc from 0.
    RAISES (DDIError): If something else than Docs is given.
    """
    for number, doc in enumerate(each_doc(docs, "to_records")):
        document = {} if doc is docs else {"document": doc.user_data.get(DOCUMENT_ID, number)}
        for record in _records(doc, 0, source):
            yield {**document, **record}


def relation_records(
    doc: Doc, *, offset: int = 0, source: MentionSource = ANY_TYPE
) -> Iterator[RelationRecord]:
    """The relations of a passage as records for output, scores with four decimals.

    doc (Doc): The annotated Doc.
    offset (int): Where the Doc begins in the whole text, in characters.
    source (MentionSource): Where the component found the mentions.
    YIELDS (RelationRecord): The records, in the order of the relations.
    """
    for record in _records(doc, offset, source):
        record["score"] = round(record["score"], 4)
        yield record


def mention_types(doc: Doc, source: MentionSource = ANY_TYPE) -> dict[tuple[int, int], str]:
    """The types of the mentions of a Doc.

    doc (Doc): The Doc.
    source (MentionSource): Where the component found the mentions.
    RETURNS (Dict[Tuple[int, int], str]): The type by token range.
    """
    return {(span.start, span.end): span.label_ for span in source(doc)}


def notes_on(doc: Doc, source: MentionSource = DEFAULT_SOURCE) -> list[Flag]:
    """What is to be told of a Doc that is a whole text.

    doc (Doc): The annotated Doc.
    source (MentionSource): Where the component found the mentions.
    RETURNS (List[Flag]): Those of `sentence_notes`, and one of the whole text, `no_drug`, if no
        mention is in it.
    """
    no_drug = [] if source(doc) else [Flag(NO_DRUG, 0, len(doc.text))]
    return [*sentence_notes(doc, source), *no_drug]


def sentence_notes(doc: Doc, source: MentionSource) -> list[Flag]:
    """What is to be told of the sentences of a Doc, those without an interaction too.

    doc (Doc): The annotated Doc; it may be a part of a text.
    source (MentionSource): Where the component found the mentions.
    RETURNS (List[Flag]): The stored flags, and one for each sentence with a single mention; in text
        order.
    """
    first_tokens = Counter(mention.start for mention in source(doc))
    alone = [
        Flag(ALONE, sentence.start_char, sentence.end_char)
        for sentence in sentences(doc)
        if sum(first_tokens[token] for token in range(sentence.start, sentence.end)) == 1
    ]
    return sorted([*flags_of(doc), *alone], key=lambda flag: flag.start_char)


def count_of(number: int, noun: str) -> str:
    """A number with its noun, e.g. '1 sentence', '2,000 sentences'.

    number (int): How many.
    noun (str): The singular.
    RETURNS (str): The two.
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _records(doc: Doc, offset: int, source: MentionSource) -> Iterator[RelationRecord]:
    drugs = drugs_of(doc)
    flags = flags_of(doc)
    for relation, types in _typed(doc, source):
        known = tuple(
            _id_and_name(drugs.get(place), mention.kb_id_)
            for place, mention in zip(relation.place, (relation.head, relation.tail), strict=True)
        )
        start = relation.head_start_char
        of_sentence = [each.flag for each in flags if each.start_char <= start < each.end_char]
        yield _record(relation, types, known, offset, of_sentence)


def _id_and_name(drug: Drug | None, kb_id: str) -> tuple[str, str]:
    """What a linker says of a mention: ours, or another that sets the entity's identifier."""
    return (drug.id, drug.name) if drug else (kb_id, "")


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


def _record(
    relation: Relation,
    types: tuple[str, str],
    known: tuple[tuple[str, str], ...],
    offset: int,
    flags: list[str],
) -> RelationRecord:
    return {
        "head": relation.head_text,
        "head_type": types[0],
        "head_id": known[0][0],
        "head_name": known[0][1],
        "head_start": relation.head_start_char + offset,
        "head_end": relation.head_end_char + offset,
        "tail": relation.tail_text,
        "tail_type": types[1],
        "tail_id": known[1][0],
        "tail_name": known[1][1],
        "tail_start": relation.tail_start_char + offset,
        "tail_end": relation.tail_end_char + offset,
        "label": relation.label,
        "score": relation.score,
        "sentence": relation.sentence,
        "sentence_start": relation.sentence_start_char + offset,
        "flags": flags,
    }
