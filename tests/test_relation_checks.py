"""What may be set as `doc._.ddi_rels`."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_ddi.annotations import RelationDict, install_extensions, make_relation
from spacy_ddi.errors import DDIError

GOOD: RelationDict = make_relation((0, 1), (2, 3), "int", 0.5)
OTHER: RelationDict = make_relation((2, 3), (4, 6), "effect", 1.0)


@pytest.fixture
def doc() -> Doc:
    install_extensions()
    doc = Doc(Vocab(), words=["Dexarol", "raises", "plinozide", "and", "dexarol", "levels"])
    doc._.ddi_rels = [OTHER]
    return doc


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"head_start": 2, "tail_start": 0, "head_end": 3, "tail_end": 1}, "head stands behind"),
        ({"tail_start": 0, "tail_end": 1}, "same mention"),
        ({"head_end": 0}, "empty"),
        ({"head_start": -1}, "outside"),
        ({"tail_end": 7}, "outside"),
        ({"tail_end": 3.0}, "no integer"),
        ({"tail_end": np.float64(3)}, "no integer"),
        ({"tail_end": "3"}, "no integer"),
        ({"head_start": False}, "no integer"),
        ({"head_start": np.False_}, "no integer"),
        ({"label": None}, "no string"),
        ({"label": 3}, "no string"),
        ({"score": 7.0}, "score"),
        ({"score": -0.001}, "score"),
        ({"score": True}, "score"),
        ({"score": np.True_}, "score"),
        ({"score": "0.5"}, "score"),
        ({"score": None}, "score"),
        ({"score": float("nan")}, "score"),
        ({"score": float("inf")}, "score"),
        ({"probs": None}, "probs"),
        ({"probs": [0.5, 0.5]}, "probs"),
        ({"probs": {"none": 1.5}}, "probs"),
        ({"probs": {"none": True}}, "probs"),
        ({"probs": {0: 0.5}}, "probs"),
        ({"head": "Dexarol"}, r"unknown keys: \['head'\]"),
    ],
    ids=str,
)
def test_wrong_entry_is_refused_and_nothing_changes(doc, wrong, problem):
    with pytest.raises(DDIError, match=rf"DDI006.*{problem}.*Doc of 6 tokens"):
        doc._.ddi_rels = [OTHER, {**GOOD, **wrong}]
    assert doc._.ddi_rels == [OTHER]


@pytest.mark.parametrize("key", GOOD)
def test_missing_key_is_refused(doc, key):
    with pytest.raises(DDIError, match=rf"DDI006.*missing: \['{key}'\]"):
        doc._.ddi_rels = [{other: value for other, value in GOOD.items() if other != key}]


@pytest.mark.parametrize("wrong", [None, "int", b"int", 3, GOOD, ["int"], [(0, 1)]], ids=str)
def test_what_is_no_list_of_relations_is_refused(doc, wrong):
    with pytest.raises(DDIError, match="DDI006"):
        doc._.ddi_rels = wrong
    assert doc._.ddi_rels == [OTHER]


@pytest.mark.parametrize("labels", [("int", "effect"), ("int", "int")])
def test_second_relation_of_a_pair_is_refused(doc, labels):
    with pytest.raises(DDIError, match=r"DDI048.*'Dexarol' and 'plinozide'.*int"):
        doc._.ddi_rels = [{**GOOD, "label": label} for label in labels]
    assert doc._.ddi_rels == [OTHER]


def test_nested_and_overlapping_mentions_are_accepted(doc):
    places = [((0, 2), (1, 3)), ((0, 3), (1, 2)), ((0, 1), (0, 3))]
    doc._.ddi_rels = [make_relation(*place, "int", 1.0) for place in places]
    assert len(doc._.ddi_rels) == 3


@pytest.mark.parametrize("real", [np.float32, np.float64, np.float16, float])
@pytest.mark.parametrize("integer", [np.int64, np.int32, np.uint8, int])
def test_numbers_of_numpy_become_plain(doc, integer, real):
    offsets = {key: integer(GOOD[key]) for key in GOOD if key not in ("label", "score")}
    doc._.ddi_rels = [
        {**offsets, "label": np.str_("int"), "score": real(0.5), "probs": {"int": real(0.25)}}
    ]
    [relation] = doc._.ddi_rels
    assert relation == {**GOOD, "probs": {"int": 0.25}}
    assert {type(value) for value in relation.values()} - {type(relation["probs"])} == {
        int,
        str,
        float,
    }
    assert type(relation["probs"]["int"]) is float
    Doc(doc.vocab).from_bytes(doc.to_bytes())


@pytest.mark.parametrize("score", [0, 1, 0.0, 1.0])
def test_ends_of_the_scale_are_scores(doc, score):
    doc._.ddi_rels = [{**GOOD, "score": score}]
    assert doc._.ddi_rels[0]["score"] == score
    assert type(doc._.ddi_rels[0]["score"]) is float


@pytest.mark.parametrize(
    "make",
    [tuple, iter, lambda rels: (MappingProxyType(r) for r in rels)],
    ids=["tuple", "iterator", "other mappings"],
)
def test_any_iterable_of_mappings_can_be_set(doc, make):
    doc._.ddi_rels = make([GOOD, OTHER])
    assert doc._.ddi_rels == [GOOD, OTHER]


def test_later_changes_of_what_was_set_change_nothing(doc):
    relation = {**GOOD, "probs": {"int": 0.5}}
    doc._.ddi_rels = [relation]
    relation["score"] = 7.0
    relation["probs"]["int"] = 7.0
    assert doc._.ddi_rels == [{**GOOD, "probs": {"int": 0.5}}]
