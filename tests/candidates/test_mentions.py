"""Where mentions come from, and in which order."""

from __future__ import annotations

import pickle

import pytest
from spacy.tokens import Doc, Span

from spacy_ddi.candidates.mentions import MentionSource, mention_ranges
from spacy_ddi.gold import MENTIONS_KEY
from tests.helpers import make_doc


def places(spans: list[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


@pytest.fixture
def doc() -> Doc:
    """Entities (2, 3), (0, 1); group "drugs" (3, 5), (0, 2), (0, 1)."""
    doc = make_doc(["a", "b", "c", "d", "e"])
    del doc.spans[MENTIONS_KEY]
    doc.ents = [Span(doc, 2, 3, label="GROUP"), Span(doc, 0, 1, label="DRUG")]
    doc.spans["drugs"] = [
        Span(doc, 3, 5, label="DRUG"),
        Span(doc, 0, 1, label="BRAND"),
        Span(doc, 0, 2, label="DRUG"),
    ]
    return doc


def test_entities_serve_where_the_group_is_missing(doc: Doc) -> None:
    assert places(MentionSource()(doc)) == [(0, 1), (2, 3)]


def test_an_empty_group_means_no_mentions(doc: Doc) -> None:
    doc.spans[MENTIONS_KEY] = []
    assert MentionSource()(doc) == []


def test_group_in_text_order_the_longer_first(doc: Doc) -> None:
    assert places(MentionSource("drugs")(doc)) == [(0, 2), (0, 1), (3, 5)]


def test_of_equal_places_the_first_is_kept() -> None:
    doc = make_doc(["a", "b"])
    doc.spans[MENTIONS_KEY] = [Span(doc, 0, 1, label="DRUG"), Span(doc, 0, 1, label="BRAND")]
    assert [span.label_ for span in MentionSource()(doc)] == ["DRUG"]


def test_labels_choose_before_equal_places_are_dropped() -> None:
    doc = make_doc(["a", "b"])
    doc.spans[MENTIONS_KEY] = [Span(doc, 0, 1, label="DRUG"), Span(doc, 0, 1, label="BRAND")]
    assert [span.label_ for span in MentionSource(labels=("BRAND",))(doc)] == ["BRAND"]


def test_empty_spans_are_left_out() -> None:
    doc = make_doc(["a", "b"])
    doc.spans[MENTIONS_KEY] = [Span(doc, 1, 1, label="DRUG"), Span(doc, 1, 2, label="DRUG")]
    assert places(MentionSource()(doc)) == [(1, 2)]


def test_source_chooses_labels(doc: Doc) -> None:
    assert places(MentionSource("drugs", ("BRAND",))(doc)) == [(0, 1)]
    assert len(MentionSource("drugs", None)(doc)) == 3
    assert MentionSource("drugs", ())(doc) == []


def test_entities_of_other_types_are_no_drugs() -> None:
    doc = make_doc("a b c d")
    doc.spans.clear()
    labels = ["DISEASE", "drug", "GPE", "Brand"]
    doc.ents = [Span(doc, i, i + 1, label=label) for i, label in enumerate(labels)]
    assert places(MentionSource()(doc)) == [(1, 2), (3, 4)]


def test_spans_of_the_group_without_a_label_are_mentions() -> None:
    doc = make_doc("a b", mentions=[(0, 1)], label="")
    assert places(MentionSource()(doc)) == [(0, 1)]


def test_source_survives_pickle(doc: Doc) -> None:
    source = MentionSource("drugs", ("DRUG",))
    again = pickle.loads(pickle.dumps(source))
    assert again == source
    assert places(again(doc)) == [(0, 2), (3, 5)]


def test_ranges_of_mentions(doc: Doc) -> None:
    assert mention_ranges(MentionSource("drugs")(doc)).tolist() == [[0, 2], [0, 1], [3, 5]]
    assert mention_ranges([]).shape == (0, 2)
