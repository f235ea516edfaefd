"""Gold annotation on a Doc: where it is kept, and how pairs are compared.

Corpus readers put their gold mentions in the span group `MENTIONS_KEY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

from spacy.tokens import Doc, Span

from spacy_ddi.annotations import relations_of_doc

MENTIONS_KEY: Final = "ddi_mentions"
"""Span group of a corpus Doc's gold mentions; a span's label is the mention's type, its `id_` the
corpus's entity id. Unlike `doc.ents` it can hold nested mentions."""

SENTENCE_ID: Final = "ddi_sentence"
"""Key in `doc.user_data`: the id of the corpus sentence that the Doc holds."""

DOCUMENT_ID: Final = "ddi_document"
"""Key in `doc.user_data`: the id of the corpus document that the Doc belongs to."""

SOFT_LABELS: Final = "ddi_soft_labels"
"""Key in `doc.user_data`: what a teacher says of the Doc's pairs, a list of `SoftLabelDict`."""

UNTYPED: Final = ""
"""Label of an annotated interaction without a type (there is one in the DDI corpus)."""

PlacePair = tuple[tuple[int, int], tuple[int, int]]


class SoftLabelDict(TypedDict):
    """The probability of every class, `none` included, for one pair of mentions; token offsets as
    in a `RelationDict`."""

    head_start: int
    head_end: int
    tail_start: int
    tail_end: int
    probs: dict[str, float]


def place_pair(mention: Span, other: Span) -> PlacePair:
    """What identifies a pair of mentions in Docs of the same text, whatever their tokens.

    mention, other (Span): The mentions, in any order.
    RETURNS (PlacePair): Character offsets (start, end) of the two, the smaller first.
    """
    one, two = (mention.start_char, mention.end_char), (other.start_char, other.end_char)
    return (one, two) if one <= two else (two, one)


def labelled_pairs(doc: Doc) -> dict[PlacePair, str]:
    """The interacting pairs of a Doc and their types.

    doc (Doc): The Doc.
    RETURNS (Dict[PlacePair, str]): The label by character offsets.
    """
    return {place_pair(r.head, r.tail): r.label for r in relations_of_doc(doc)}


def soft_labels_of(doc: Doc) -> dict[PlacePair, dict[str, float]]:
    """What a teacher says of the pairs of a Doc.

    doc (Doc): The Doc.
    RETURNS (Dict[PlacePair, Dict[str, float]]): The probability of every class, `none` included, by
        character offsets; empty for a Doc that no teacher labelled.
    """
    soft_labels: list[SoftLabelDict] = doc.user_data.get(SOFT_LABELS, [])
    return {
        place_pair(
            doc[soft["head_start"] : soft["head_end"]], doc[soft["tail_start"] : soft["tail_end"]]
        ): soft["probs"]
        for soft in soft_labels
    }


def gold_mentions_of(doc: Doc) -> Sequence[Span]:
    """The mentions of a gold Doc: its span group `MENTIONS_KEY`, or else its entities.

    doc (Doc): The gold Doc.
    RETURNS (Sequence[Span]): The mentions, in the group's order.
    """
    return list(doc.spans[MENTIONS_KEY]) if MENTIONS_KEY in doc.spans else list(doc.ents)


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
