"""Gold annotation on a Doc."""

from __future__ import annotations

import pytest
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.errors import DDIError
from spacy_ddi.gold import (
    MENTIONS_KEY,
    SOFT_LABELS,
    copy_mentions,
    gold_mentions_of,
    labelled_pairs,
    set_soft_labels,
    soft_labels_of,
)
from spacy_ddi.stored_pairs import RELATIONS_KEY

WORDS = ["Dexarol", "raises", "plinozide", "and", "dexarol", "levels"]
SOFT = {"none": 0.75, "int": 0.25}
PLACES = ((0, 7), (15, 24))


@pytest.fixture
def doc() -> Doc:
    install_extensions()
    return Doc(Vocab(), words=WORDS)


def merge(doc: Doc, start: int, end: int) -> None:
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[start:end])


def test_labels_are_found_by_characters_whatever_the_tokens(doc):
    doc._.ddi_rels = [make_relation((0, 1), (2, 3), "int", 1.0)]
    assert labelled_pairs(doc) == {PLACES: "int"}
    merge(doc, 0, 2)
    assert labelled_pairs(doc) == {PLACES: "int"}


def test_two_labels_for_one_stored_pair_are_warned_of(doc):
    """They can't be set, but a file may hold them."""
    relation = make_relation((0, 1), (2, 3), "int", 1.0)
    doc.user_data[RELATIONS_KEY] = [relation, relation]
    assert labelled_pairs(doc) == {PLACES: "int"}
    doc.user_data[RELATIONS_KEY] = [relation, {**relation, "label": "effect"}]
    with pytest.warns(UserWarning, match=r"DDI945.*'Dexarol' and 'plinozide'.*int.*effect"):
        assert labelled_pairs(doc) == {PLACES: "effect"}


def soft_label(head: tuple[int, int], tail: tuple[int, int]) -> dict:
    offsets = zip(("head_start", "head_end", "tail_start", "tail_end"), head + tail, strict=True)
    return {**dict(offsets), "probs": SOFT}


def test_soft_labels_follow_their_characters(doc):
    set_soft_labels(doc, [soft_label((0, 1), (2, 3))])
    merge(doc, 0, 2)
    stored = DocBin(docs=[doc], store_user_data=True).to_bytes()
    [read] = DocBin().from_bytes(stored).get_docs(Vocab())
    assert soft_labels_of(read) == soft_labels_of(doc) == {PLACES: SOFT}


def test_soft_labels_of_version_0_3_0_are_read(doc):
    doc.user_data[SOFT_LABELS] = (soft_label((0, 1), (2, 3)),)
    assert soft_labels_of(doc) == {PLACES: SOFT}


def test_soft_label_of_the_longer_of_two_mentions_at_one_place(doc):
    """Which a candidate generator gives first."""
    set_soft_labels(doc, [soft_label((4, 6), (4, 5))])
    assert soft_labels_of(doc) == {((29, 36), (29, 43)): SOFT}


def test_doc_without_soft_labels(doc):
    assert soft_labels_of(doc) == {}
    assert SOFT_LABELS not in doc.user_data


def test_mentions_are_copied_by_characters_onto_other_tokens():
    source = Doc(Vocab(), words=["NNXTI", ")-based", "dexarol"], spaces=[False, True, False])
    target = Doc(source.vocab, words=["NNXTI)-based", "dexarol"], spaces=[True, False])
    mentions = [
        Span(source, 0, 1, label="group", span_id="e0"),
        Span(source, 1, 2, label="drug", span_id="e1"),
        Span(source, 2, 3, label="drug", span_id="e2"),
    ]
    copy_mentions(mentions, target, MENTIONS_KEY)
    assert [(s.text, s.label_, s.id_) for s in target.spans[MENTIONS_KEY]] == [
        ("NNXTI)-based", "group", "e0"),
        ("dexarol", "drug", "e2"),
    ]


def test_nested_mentions_are_copied(doc):
    target = Doc(doc.vocab, words=WORDS)
    copy_mentions([doc[0:3], doc[0:1], doc[2:3]], target, "mine")
    assert [(s.start, s.end) for s in target.spans["mine"]] == [(0, 3), (0, 1), (2, 3)]


@pytest.mark.parametrize("mentions", [gold_mentions_of, MentionSource()])
def test_mentions_of_a_group_follow_their_characters(doc, mentions):
    """spaCy does not move span groups when tokens are merged."""
    doc.spans[MENTIONS_KEY] = [Span(doc, 2, 3, label="drug", span_id="e0"), Span(doc, 0, 1)]
    merge(doc, 0, 2)
    found = {span.text: (span.label_, span.id_) for span in mentions(doc)}
    assert found == {"plinozide": ("drug", "e0"), "Dexarol raises": ("", "")}


def test_mentions_that_spacy_has_lost_are_an_error(doc):
    doc.spans[MENTIONS_KEY] = [Span(doc, 4, 6, label="drug")]
    merge(doc, 0, 4)
    with pytest.raises(DDIError, match=r"DDI050.*ddi_mentions"):
        gold_mentions_of(doc)
