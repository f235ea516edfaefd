"""Docs made from other Docs keep relations."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.derived_docs import concatenate_docs, span_as_doc
from spacy_ddi.errors import DDIError
from spacy_ddi.gold import (
    DOCUMENT_ID,
    MENTIONS_KEY,
    ORIGIN,
    SENTENCE_ID,
    SOFT_LABELS,
    labelled_pairs,
    set_soft_labels,
    soft_labels_of,
)

VOCAB = Vocab()
SOFT = {"none": 0.75, "int": 0.25}


def annotated(words: str, *places: tuple[int, int], spaces: list[bool] | None = None) -> Doc:
    """A Doc whose first mention interacts with each of the others."""
    install_extensions()
    doc = Doc(VOCAB, words=words.split(" "), spaces=spaces)
    doc.spans[MENTIONS_KEY] = [Span(doc, *place, label="drug") for place in places]
    doc._.ddi_rels = [make_relation(places[0], place, "int", 0.5) for place in places[1:]]
    return doc


def named(doc: Doc) -> list[tuple[str, str]]:
    return [(relation.head.text, relation.tail.text) for relation in doc._.ddi]


FIRST = ("Dexarol raises plinozide", (0, 1), (2, 3))
SECOND = ("No NNXTI with iron salts", (1, 2), (3, 5))


@pytest.mark.parametrize("last_space", [True, False])
@pytest.mark.parametrize("ensure_whitespace", [True, False])
def test_joined_docs_keep_their_relations(last_space, ensure_whitespace):
    first = annotated(*FIRST, spaces=[True, True, last_space])
    second = annotated(*SECOND)
    joined = concatenate_docs([first, second], ensure_whitespace=ensure_whitespace)
    assert named(joined) == [("Dexarol", "plinozide"), ("NNXTI", "iron salts")]
    assert [relation.tail_type for relation in joined._.ddi] == ["drug", "drug"]
    assert [r["head_start"] for r in joined._.ddi_rels] == [0, 4]
    assert [r.tail_text for r in joined._.ddi] == ["plinozide", "iron salts"]
    assert named(first) == [("Dexarol", "plinozide")]


def test_joining_makes_the_same_doc_as_spacy():
    docs = [annotated(*FIRST), Doc(VOCAB), annotated(*SECOND)]
    with pytest.warns(UserWarning, match="W101"):
        expected = Doc.from_docs(docs)
    joined = concatenate_docs(iter(docs))
    assert joined.text == expected.text
    assert len(joined.spans[MENTIONS_KEY]) == len(expected.spans[MENTIONS_KEY]) == 4
    assert named(joined) == [("Dexarol", "plinozide"), ("NNXTI", "iron salts")]


def test_not_looked_for_stays_so_when_joined():
    fresh = [Doc(VOCAB, words=["a", "b"]) for _ in range(2)]
    assert concatenate_docs(fresh)._.ddi_rels == ()
    fresh[0]._.ddi_rels = []
    assert concatenate_docs(fresh)._.ddi_rels == []
    assert fresh[1]._.ddi_rels == ()


def test_user_data_can_be_excluded():
    assert concatenate_docs([annotated(*FIRST)], exclude=["user_data"])._.ddi_rels == ()


def test_nothing_to_join_is_an_error():
    with pytest.raises(DDIError, match="DDI049"):
        concatenate_docs([])


def test_user_data_of_others_is_warned_of_as_by_spacy():
    doc = annotated(*FIRST)
    doc.user_data["mine"] = 1
    with pytest.warns(UserWarning, match="W102.*mine"):
        concatenate_docs([doc, annotated(*SECOND)])


def test_gold_sentences_become_a_gold_document():
    docs = [annotated(*FIRST), annotated(*SECOND)]
    for i, doc in enumerate(docs):
        doc.user_data[DOCUMENT_ID] = "D0"
        doc.user_data[SENTENCE_ID] = f"D0.s{i}"
        doc.user_data[ORIGIN] = f"D0.xml, line {i}"
        set_soft_labels(doc, [soft_label(doc)])
    joined = concatenate_docs(docs)
    assert joined.user_data[DOCUMENT_ID] == "D0"
    assert SENTENCE_ID not in joined.user_data
    assert list(soft_labels_of(joined)) == list(labelled_pairs(joined))
    docs[1].user_data[DOCUMENT_ID] = "D1"
    assert DOCUMENT_ID not in concatenate_docs(docs).user_data


def soft_label(doc: Doc) -> dict:
    offsets = {key: doc._.ddi_rels[0][key] for key in doc._.ddi_rels[0] if key.endswith(("t", "d"))}
    return {**offsets, "probs": SOFT}


def test_relations_wholly_inside_a_span_go_with_it():
    doc = concatenate_docs([annotated(*FIRST), annotated(*SECOND)])
    doc._.ddi_rels += [make_relation((0, 1), (4, 5), "effect", 0.25)]
    part = span_as_doc(doc[2:8])
    assert part.text.strip() == doc[2:8].text
    assert named(part) == [("NNXTI", "iron salts")]
    assert part._.ddi_rels == [make_relation((2, 3), (4, 6), "int", 0.5)]
    assert [(s.text, s.label_) for s in part.spans[MENTIONS_KEY]] == [
        ("plinozide", "drug"),
        ("NNXTI", "drug"),
        ("iron salts", "drug"),
    ]
    assert len(doc._.ddi_rels) == 3


def test_relations_follow_characters_in_a_part_too():
    doc = annotated("To Dexarol and plinozide now", (1, 2), (3, 4))
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[1:3])
    part = span_as_doc(doc[1:4])
    assert [(r.head.text, r.head_text, r.tail.text) for r in part._.ddi] == [
        ("Dexarol and", "Dexarol", "plinozide")
    ]
    assert span_as_doc(doc[2:4])._.ddi_rels == []


def test_not_looked_for_stays_so_in_a_part():
    doc = Doc(VOCAB, words=["a", "b"])
    assert span_as_doc(doc[1:2])._.ddi_rels == ()
    assert MENTIONS_KEY not in span_as_doc(doc[1:2]).spans
    doc._.ddi_rels = []
    assert span_as_doc(doc[1:2])._.ddi_rels == []


def test_empty_span_is_an_empty_doc():
    part = span_as_doc(annotated(*FIRST)[1:1])
    assert part.text == ""
    assert part._.ddi_rels == []


def test_copied_user_data_has_the_soft_labels_of_the_part():
    doc = concatenate_docs([annotated(*FIRST), annotated(*SECOND)])
    doc.user_data["mine"] = 1
    pairs = [{**relation, "probs": SOFT} for relation in doc._.ddi_rels]
    set_soft_labels(doc, pairs)
    part = span_as_doc(doc[3:8], copy_user_data=True)
    assert part.user_data["mine"] == 1
    assert list(soft_labels_of(part)) == list(labelled_pairs(part)) == [((3, 8), (14, 24))]
    assert SOFT_LABELS in doc.user_data


@given(st.data())
def test_cutting_a_joined_doc_gives_the_parts(data):
    docs = []
    for _ in range(data.draw(st.integers(1, 3))):
        n = data.draw(st.integers(3, 6))
        words = data.draw(st.lists(st.sampled_from(["a", "bc", "\n"]), min_size=n, max_size=n))
        spaces = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
        docs.append(annotated(" ".join(words), (0, 1), (1, 2), (1, n), spaces=spaces))
    joined = concatenate_docs(docs, ensure_whitespace=data.draw(st.booleans()))
    start = 0
    for doc in docs:
        part = span_as_doc(joined[start : start + len(doc)])
        start += len(doc)
        assert part._.ddi_rels == doc._.ddi_rels
        assert named(part) == named(doc)
