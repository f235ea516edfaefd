"""What the service says of a Doc: plain data, which outlives the Doc."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

from spacy.tokens import Doc

from spacy_ddi.annotations import sentences
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.component.ddi_relation import DDIRelation
from spacy_ddi.component.reported import highest_promises
from spacy_ddi.errors import Errors
from spacy_ddi.formats.page_passages import Mark, PagePassage, page_passages
from spacy_ddi.formats.reading_notes import Noted, noted_in, notes_of
from spacy_ddi.formats.relation_records import RelationRecord, relation_records, sentence_notes
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.reading_flags import ALONE, MEANINGS, Flag
from spacy_ddi.runs.predictions import place_in
from spacy_ddi.stored_pairs import PlacePair
from spacy_ddi.web.bodies import Choice
from spacy_ddi.web.drug_links import ShownDrug, shown_drug
from spacy_ddi.web.refusal import Refusal


class ShownMark(TypedDict):
    """A mention, and the text before it in its passage."""

    before: str
    text: str
    type: str
    drug: ShownDrug | None


class ShownPassage(TypedDict):
    """A sentence with its mentions; `rest` is the text after the last. It begins at the character
    `start` of the document. `notes` say what of it was not read in full. Each interaction is a
    `RelationRecord` and its place (`place_in`) with the marks of its ends, and with the line that
    it shares with others."""

    start: int
    marks: list[ShownMark]
    rest: str
    notes: list[str]
    interactions: list[dict[str, Any]]


class ShownPart(TypedDict):
    """A part of a document: its sentences that name drugs, how many it has, and how many with one
    drug only."""

    n_sentences: int
    n_alone: int
    n_characters: int
    passages: list[ShownPassage]


class Found(NamedTuple):
    """What is found in a part of a text.

    records (List[RelationRecord]): The interactions that were asked for.
    noted (Noted): What is to be told of it.
    """

    records: list[RelationRecord]
    noted: Noted


def found_in(doc: Doc, offset: int, source: MentionSource, least: Mapping[str, float]) -> Found:
    """What is found in a Doc.

    doc (Doc): The annotated Doc.
    offset (int): Where it begins in the text.
    source (MentionSource): Where the component found the mentions.
    least (Mapping[str, float]): The score that an interaction needs, by its type.
    RETURNS (Found): Plain data.
    """
    return Found(chosen_records(doc, offset, source, least), noted_in(doc, offset, source))


def answer_of(text: str, parts: Sequence[Found]) -> dict[str, list[Any]]:
    """The answer to a text.

    text (str): The text.
    parts (Sequence[Found]): What is found in each of its parts.
    RETURNS (Dict[str, List]): Interactions and notes.
    """
    notes = notes_of([part.noted for part in parts], len(text))
    return {"interactions": [record for part in parts for record in part.records], "notes": notes}


def chosen_records(
    doc: Doc, offset: int, source: MentionSource, least: Mapping[str, float]
) -> list[RelationRecord]:
    """The interactions of a Doc that were asked for.

    doc (Doc): The annotated Doc.
    offset (int): Where it begins in the text.
    source (MentionSource): Where the component found the mentions.
    least (Mapping[str, float]): The score that an interaction needs, by its type.
    RETURNS (List[RelationRecord]): The records, as the command line prints them.
    """
    return [
        record
        for record in relation_records(doc, offset=offset, source=source)
        if record["score"] >= least[record["label"]]
    ]


def least_scores_of(choice: Choice, component: DDIRelation) -> dict[str, float]:
    """The score that an interaction needs to be given.

    choice (Choice): What was asked for.
    component (DDIRelation): Finds interactions.
    RETURNS (Dict[str, float]): The least score by type.
    RAISES (Refusal): If the pipeline has no such type, or can't promise a precision.
    """
    unknown = [name for name in choice.types or () if name not in component.labels]
    if unknown:
        problem = f"there is no type {unknown[0][:100]!r}, only {', '.join(component.labels)}"
        raise Refusal(422, Errors.BAD_REQUEST.format(problem=problem))
    if choice.min_precision is not None:
        _require_promised(choice.min_precision, choice.types or component.labels, component)
    return component.find_least_scores(
        min_precision=choice.min_precision, min_score=choice.min_score, types=choice.types
    )


def _require_promised(asked: float, labels: Iterable[str], component: DDIRelation) -> None:
    precisions = component.cfg["precisions"]
    if precisions is None:
        raise Refusal(422, Errors.NO_PROMISE)
    highest = highest_promises(labels, precisions)
    if asked > max(highest.values()):
        known = ", ".join(f"{label} {promised:g}" for label, promised in highest.items())
        raise Refusal(422, Errors.TOO_SURE.format(found=asked, known=known))


def shown_part(doc: Doc, offset: int, source: MentionSource, document: TextDocument) -> ShownPart:
    """A Doc as the page shows it.

    doc (Doc): The annotated Doc.
    offset (int): Where it begins in the text.
    document (TextDocument): What it is a part of.
    source (MentionSource): Where the component found the mentions.
    RETURNS (ShownPart): Its sentences with mentions.
    """
    records = {_place(record): record for record in relation_records(doc, source=source)}
    notes = sentence_notes(doc, source)
    return {
        "n_sentences": len(sentences(doc)),
        "n_alone": sum(note.flag == ALONE for note in notes),
        "n_characters": len(doc.text),
        "passages": [
            _shown_passage(passage, offset, records, notes, document)
            for passage in page_passages(doc, source)
        ],
    }


def _shown_passage(
    passage: PagePassage,
    offset: int,
    records: dict[PlacePair, RelationRecord],
    notes: list[Flag],
    document: TextDocument,
) -> ShownPassage:
    marks = passage.marks()
    text = passage.span.doc.text
    position = passage.span.start_char
    shown = []
    for mark in marks:
        shown.append(_shown_mark(mark, text[position : mark.span.start_char]))
        position = mark.span.end_char
    interactions = []
    for arc in passage.arcs(marks):
        record: dict[str, Any] = dict(records[arc.relation.place])
        for key in ("head_start", "head_end", "tail_start", "tail_end", "sentence_start"):
            record[key] += offset
        interactions.append(
            {
                "record": place_in(document, record["head_start"]) | record,
                "head_mark": arc.head,
                "tail_mark": arc.tail,
                "hub": arc.hub,
                "group": arc.group,
            }
        )
    rest = text[position : passage.span.end_char]
    return {
        "start": passage.span.start_char + offset,
        "marks": shown,
        "rest": rest,
        "notes": [
            f"A sentence {MEANINGS[note.flag]}."
            for note in notes
            if note.flag != ALONE
            and passage.span.start_char <= note.start_char < passage.span.end_char
        ],
        "interactions": interactions,
    }


def _place(record: RelationRecord) -> PlacePair:
    return (record["head_start"], record["head_end"]), (record["tail_start"], record["tail_end"])


def _shown_mark(mark: Mark, before: str) -> ShownMark:
    return {
        "before": before,
        "text": mark.span.text,
        "type": mark.kind,
        "drug": shown_drug(mark.drug) if mark.drug else None,
    }
