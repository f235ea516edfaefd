"""The registered scorer."""

from __future__ import annotations

import pytest
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry
from spacy.vocab import Vocab

from spacy_ddi.scoring.scorer import score_relations
from tests.scoring.test_counts import nothing

LABELS = ("effect", "int")


def test_scorer_is_registered():
    assert registry.scorers.get("spacy-ddi.relation_scorer.v1")() is score_relations


def test_figures_bear_the_component_s_prefix(make_example):
    examples = [
        make_example("AA BB", {(0, 1): "effect"}, {(0, 1): "effect"}),
        make_example("AA BB", {}, {(0, 1): "int"}),
    ]
    scores = score_relations(examples, labels=LABELS)
    assert all(name.startswith("ddi_") for name in scores)
    assert (scores["ddi_micro_p"], scores["ddi_micro_r"]) == (0.5, 1.0)
    assert scores["ddi_per_type"]["effect"] == {"p": 1.0, "r": 1.0, "f": 1.0}
    assert scores["ddi_candidate_recall"] == 1.0


def test_candidates_of_the_component_are_used(make_example):
    example = make_example("AA BB", {(0, 1): "effect"}, {})
    scores = score_relations([example], labels=LABELS, candidates=nothing)
    assert (scores["ddi_candidate_recall"], scores["ddi_n_candidates"]) == (0.0, 0)


def test_pairs_that_are_all_negative_are_an_annotation(make_example):
    scores = score_relations([make_example("AA BB", {}, {})], labels=LABELS)
    assert scores["ddi_micro_f"] == 0.0
    assert scores["ddi_n_pairs"] == 1


@pytest.mark.parametrize("n_examples", [0, 2])
def test_all_figures_are_none_where_nothing_is_annotated(n_examples):
    docs = [Doc(Vocab(), words=["a", "b"]) for _ in range(n_examples)]
    scores = score_relations([Example(doc, doc.copy()) for doc in docs], labels=LABELS)
    assert "ddi_micro_f" in scores
    assert set(scores.values()) == {None}
