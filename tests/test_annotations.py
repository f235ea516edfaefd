"""What is written on a Doc."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from spacy_ddi.annotations import (
    Relation,
    RelationDict,
    get_relations,
    install_extensions,
    make_relation,
    relations_of_doc,
    set_relations,
)
from spacy_ddi.gold import MENTIONS_KEY, copy_mentions

WORDS = ["Dexarol", "raises", "plinozide", "and", "dexarol", "levels"]


@pytest.fixture
def doc() -> Doc:
    """Two relations: dexarol with the other two mentions."""
    install_extensions()
    doc = Doc(Vocab(), words=WORDS)
    set_relations(
        doc, [make_relation((0, 1), (2, 3), "int", 0.5), make_relation((4, 6), (2, 3), "", 1.0)]
    )
    return doc


@pytest.mark.parametrize("places", [((0, 1), (2, 3)), ((2, 3), (0, 1))])
def test_earlier_mention_is_the_head(places):
    assert make_relation(*places, "int", 0.5) == {
        "head_start": 0,
        "head_end": 1,
        "tail_start": 2,
        "tail_end": 3,
        "label": "int",
        "score": 0.5,
    }


def test_shorter_of_two_mentions_at_one_place_is_the_head():
    relation = make_relation((0, 3), (0, 1), "int", 0.5)
    assert (relation["head_end"], relation["tail_end"]) == (1, 3)


def test_views_have_spans(doc):
    first, second = doc._.ddi
    assert (first.head.text, first.tail.text, first.label, first.score) == (
        "Dexarol",
        "plinozide",
        "int",
        0.5,
    )
    assert (second.head.text, second.tail.text, second.label) == ("plinozide", "dexarol levels", "")


def test_span_has_the_relations_of_exactly_this_mention(doc):
    assert doc[2:3]._.ddi == doc._.ddi
    assert doc[4:6]._.ddi == doc._.ddi[1:]
    assert doc[4:5]._.ddi == ()


def test_other_mention_of_a_relation(doc):
    relation = doc._.ddi[0]
    assert relation.other(doc[0:1]).text == "plinozide"
    assert relation.other(doc[2:3]).text == "Dexarol"
    with pytest.raises(ValueError, match="takes no part"):
        relation.other(doc[4:5])


def test_none_found_and_not_looked_for_stay_apart(doc):
    fresh = Doc(doc.vocab, words=WORDS)
    assert fresh._.ddi_rels == fresh._.ddi == ()
    assert not fresh.user_data
    fresh._.ddi_rels = []
    assert fresh._.ddi_rels == []


def test_what_the_getter_gives_is_a_copy(doc):
    doc._.ddi_rels.clear()
    assert len(doc._.ddi_rels) == 2


def through_docbin(doc: Doc) -> Doc:
    data = DocBin(docs=[doc], store_user_data=True).to_bytes()
    return next(DocBin().from_bytes(data).get_docs(Vocab()))


@pytest.mark.parametrize(
    "carry",
    [
        lambda doc: Doc(Vocab()).from_bytes(doc.to_bytes()),
        lambda doc: pickle.loads(pickle.dumps(doc)),
        lambda doc: doc.copy(),
        through_docbin,
    ],
    ids=["bytes", "pickle", "copy", "DocBin"],
)
def test_relations_survive(doc, carry):
    carried = carry(doc)
    assert carried._.ddi_rels == doc._.ddi_rels
    assert [relation.head.text for relation in carried._.ddi] == ["Dexarol", "plinozide"]


def test_relations_go_into_json(doc):
    assert doc.to_json(underscore=["ddi_rels"])["_"]["ddi_rels"] == doc._.ddi_rels


GOOD: RelationDict = make_relation((0, 1), (2, 3), "int", 0.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"head_start": 2, "tail_start": 0, "head_end": 3, "tail_end": 1},
        {"head_end": 0},
        {"head_start": -1},
        {"tail_end": 7},
        {"tail_end": 3.0},
        {"head_start": False},
        {"label": None},
        {"score": 1},
        {"score": float("nan")},
        {"score": float("inf")},
    ],
    ids=str,
)
def test_wrong_shape_is_refused_and_nothing_changes(doc, wrong):
    before = doc._.ddi_rels
    with pytest.raises(ValueError, match=r"DDI006.*Doc of 6 tokens"):
        doc._.ddi_rels = [GOOD, {**GOOD, **wrong}]
    assert doc._.ddi_rels == before


@pytest.mark.parametrize(
    "wrong", [{}, "int", (0, 1), {k: v for k, v in GOOD.items() if k != "score"}], ids=str
)
def test_what_is_no_relation_is_refused(doc, wrong):
    with pytest.raises(ValueError, match="DDI006"):
        doc._.ddi_rels = [wrong]


def test_probabilities_are_optional(doc):
    doc._.ddi_rels = [{**GOOD, "probs": {"none": 0.5, "int": 0.5}}]
    assert doc._.ddi_rels[0]["probs"] == {"none": 0.5, "int": 0.5}


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


@pytest.fixture
def foreign_extension() -> Iterator[None]:
    install_extensions()
    Doc.remove_extension("ddi")
    Doc.set_extension("ddi", default=None)
    yield
    Doc.remove_extension("ddi")
    install_extensions()


def test_extension_of_somebody_else_is_not_overwritten(foreign_extension):
    with pytest.raises(ValueError, match=r"DDI005.*Doc\._\.ddi "):
        install_extensions()


def test_extensions_can_be_installed_again():
    install_extensions()
    install_extensions()
    assert Doc.get_extension("ddi")[2] is relations_of_doc
    assert Doc.get_extension("ddi_rels")[2] is get_relations


def test_views_are_immutable(doc):
    relation: Relation = doc._.ddi[0]
    with pytest.raises(AttributeError, match="label"):
        relation.label = "effect"
