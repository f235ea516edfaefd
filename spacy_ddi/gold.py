"""Gold annotation on a Doc: where it is kept, and how pairs are compared.

Corpus readers put their gold mentions in the span group `MENTIONS_KEY`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

from spacy.tokens import Doc, Span

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.stored_pairs import (
    RELATIONS_KEY,
    PlacePair,
    StoredPair,
    by_characters,
    character_range,
    containing_span,
    places_of,
    read_pairs,
)
from spacy_ddi.warning_messages import Warnings

MENTIONS_KEY: Final = "ddi_mentions"
"""Span group of a corpus Doc's gold mentions; a span's label is the mention's type, its `id_` the
corpus's entity id. Unlike `doc.ents` it can hold nested mentions."""

SENTENCE_ID: Final = "ddi_sentence"
"""Key in `doc.user_data`: the id of the corpus sentence that the Doc holds."""

SENTENCE_IDS: Final = "ddi_sentences"
"""Key in `doc.user_data`: the ids of the corpus sentences of a Doc that holds several, in order."""

DOCUMENT_ID: Final = "ddi_document"
"""Key in `doc.user_data`: the id of the corpus document that the Doc belongs to."""

ORIGIN: Final = "ddi_origin"
"""Key in `doc.user_data`: the file that a gold Doc was read from, and the place in it."""

SOFT_LABELS: Final = "ddi_soft_labels"
"""Key in `doc.user_data`: what a teacher says of the Doc's pairs, stored by
characters; set and read by `set_soft_labels` and `soft_labels_of`."""

UNTYPED: Final = ""
"""Label of an annotated interaction without a type (there is one in the DDI corpus)."""


class SoftLabelDict(TypedDict):
    """The probability of every class, `none` included, for one pair of mentions; token offsets as
    in a `RelationDict`."""

    head_start: int
    head_end: int
    tail_start: int
    tail_end: int
    probs: dict[str, float]


def origin_of(doc: Doc) -> str:
    """Where a gold Doc was read from.

    doc (Doc): The gold Doc.
    RETURNS (str): File, and line or number, for messages; empty if it was made in the program.
    """
    return str(doc.user_data.get(ORIGIN, ""))


def place_pair(mention: Span, other: Span) -> PlacePair:
    """What identifies a pair of mentions in Docs of the same text, whatever their tokens.

    mention, other (Span): The mentions, in any order.
    RETURNS (PlacePair): Character offsets (start, end) of the two, the smaller first.
    """
    one, two = (mention.start_char, mention.end_char), (other.start_char, other.end_char)
    return (one, two) if one <= two else (two, one)


def labelled_pairs(doc: Doc) -> dict[PlacePair, str]:
    """The interacting pairs of a Doc and their types. Two types for one pair are warned of; the
    last one counts.

    doc (Doc): The Doc.
    RETURNS (Dict[PlacePair, str]): The label by character offsets.
    """
    labels: dict[PlacePair, str] = {}
    for pair in read_pairs(doc, RELATIONS_KEY) or ():
        label, place = pair["label"], _key(pair)
        if labels.setdefault(place, label) != label:
            _warn_of_two_labels(doc, place, [labels[place], label])
            labels[place] = label
    return labels


def set_soft_labels(doc: Doc, soft_labels: Iterable[SoftLabelDict]) -> None:
    """Store what a teacher says of the pairs of a Doc, in place of what was there.

    doc (Doc): The Doc.
    soft_labels (Iterable[SoftLabelDict]): By the Doc's tokens.
    RAISES (DDIError): If a pair lies outside of the Doc.
    """
    doc.user_data[SOFT_LABELS] = [by_characters(doc, soft) for soft in soft_labels]


def soft_labels_of(doc: Doc) -> dict[PlacePair, dict[str, float]]:
    """What a teacher says of the pairs of a Doc.

    doc (Doc): The Doc.
    RETURNS (Dict[PlacePair, Dict[str, float]]): The probability of every class, `none` included, by
        character offsets; empty for a Doc that no teacher labelled.
    """
    pairs: list[StoredPair] = read_pairs(doc, SOFT_LABELS) or []
    return {_key(pair): pair["probs"] for pair in pairs}


def gold_mentions_of(doc: Doc) -> Sequence[Span]:
    """The mentions of a gold Doc: its span group `MENTIONS_KEY`, or else its entities.

    doc (Doc): The gold Doc.
    RETURNS (Sequence[Span]): The mentions, in the group's order.
    """
    return group_spans(doc, MENTIONS_KEY) if MENTIONS_KEY in doc.spans else list(doc.ents)


def group_spans(doc: Doc, spans_key: str) -> list[Span]:
    """The spans of a group, each at the tokens that hold its characters now. spaCy does not move a
    group when tokens are merged or split: its spans then name other words.

    doc (Doc): The Doc.
    spans_key (str): The group.
    RETURNS (List[Span]): The spans, in the group's order.
    RAISES (DDIError): If a span lies outside of the Doc, as spaCy counts.
    """
    group = doc.spans[spans_key]
    try:
        return [_current(span) for span in group]
    except IndexError:
        raise DDIError(Errors.GROUP_OUTSIDE.format(key=spans_key, text=doc.text[:60])) from None


def copy_mentions(mentions: Iterable[Span], target: Doc, spans_key: str) -> None:
    """Put mentions of one Doc on another of the same text, in place.

    A mention that doesn't fall on the other Doc's tokens takes in the whole of the tokens that it
    touches; of several mentions that then coincide, the first is kept.

    mentions (Iterable[Span]): The mentions.
    target (Doc): The Doc that gets them.
    spans_key (str): The span group that gets them.
    """
    spans: dict[tuple[int, int], Span] = {}
    for mention in mentions:
        span = target.char_span(
            mention.start_char,
            mention.end_char,
            label=mention.label_,
            span_id=mention.id_,
            alignment_mode="expand",
        )
        if span is not None:
            spans.setdefault((span.start, span.end), span)
    target.spans[spans_key] = list(spans.values())


def _current(span: Span) -> Span:
    doc, place = span.doc, (span.start_char, span.end_char)
    if not len(span) or place == character_range(doc, span.start, span.end):
        return span
    return containing_span(doc, place, label=span.label, kb_id=span.kb_id, span_id=span.id)


def _key(pair: StoredPair) -> PlacePair:
    # Of two mentions at one place, a candidate generator gives the longer one first.
    one, two = sorted(places_of(pair))
    return one, two


def _warn_of_two_labels(doc: Doc, place: PlacePair, labels: list[str]) -> None:
    text = doc.text
    head, tail = (text[slice(*characters)] for characters in place)
    message = Warnings.TWO_LABELS.format(head=head, tail=tail, text=text[:60], labels=labels)
    warnings.warn(message, stacklevel=3)
