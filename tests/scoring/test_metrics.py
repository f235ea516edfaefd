"""The figures, computed by hand."""

from __future__ import annotations

import pytest

from spacy_ddi.scoring.counts import PairCounts, Tally
from spacy_ddi.scoring.metrics import compute_scores, rates

LABELS = ("mechanism", "effect")

DOCUMENTS = {
    "D0": PairCounts(
        n_pairs=10,
        n_true=6,
        n_true_typed=5,
        n_candidates=8,
        n_true_candidates=4,
        per_type={"mechanism": Tally(2, 1, 0), "effect": Tally(1, 0, 2)},
        detection=Tally(4, 0, 2),
    ),
    "D1": PairCounts(
        n_pairs=5,
        n_true=2,
        n_true_typed=2,
        n_candidates=4,
        n_true_candidates=2,
        per_type={"mechanism": Tally(1, 0, 1), "effect": Tally(0, 3, 0)},
        detection=Tally(1, 3, 1),
    ),
}


@pytest.mark.parametrize(
    ("tally", "p", "r", "f"),
    [
        (Tally(3, 1, 2), 3 / 4, 3 / 5, 2 / 3),
        (Tally(0, 0, 0), 0, 0, 0),
        (Tally(0, 2, 0), 0, 0, 0),
        (Tally(0, 0, 2), 0, 0, 0),
        (Tally(2, 0, 0), 1, 1, 1),
    ],
)
def test_rates(tally, p, r, f):
    assert rates(tally) == pytest.approx({"p": p, "r": r, "f": f})


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        # mechanism: tp 3, fp 1, fn 1; effect: tp 1, fp 3, fn 2; together tp 4, fp 4, fn 3
        ("micro_p", 4 / 8),
        ("micro_r", 4 / 7),
        ("micro_f", 8 / 15),
        ("macro_p", (3 / 4 + 1 / 4) / 2),
        ("macro_r", (3 / 4 + 1 / 3) / 2),
        ("macro_f", (3 / 4 + 2 / 7) / 2),
        ("detection_p", 5 / 8),
        ("detection_r", 5 / 8),
        ("detection_f", 5 / 8),
        ("candidate_recall", 6 / 8),
        ("n_documents", 2),
        ("n_pairs", 15),
        ("n_true", 8),
        ("n_true_typed", 7),
        ("n_true_per_type", {"mechanism": 4, "effect": 3}),
        ("n_candidates", 12),
    ],
)
def test_figures_of_two_documents(figure, value):
    assert compute_scores(DOCUMENTS, LABELS)[figure] == pytest.approx(value)


def test_figures_of_each_type():
    per_type = compute_scores(DOCUMENTS, LABELS)["per_type"]
    assert per_type["mechanism"] == pytest.approx({"p": 3 / 4, "r": 3 / 4, "f": 3 / 4})
    assert per_type["effect"] == pytest.approx({"p": 1 / 4, "r": 1 / 3, "f": 2 / 7})


def test_type_that_never_occurs_counts_in_the_macro_average():
    scores = compute_scores(DOCUMENTS, (*LABELS, "int"))
    assert scores["per_type"]["int"] == {"p": 0, "r": 0, "f": 0}
    assert scores["macro_f"] == pytest.approx((3 / 4 + 2 / 7) / 3)
    assert scores["micro_f"] == pytest.approx(8 / 15)


def test_counts_of_the_documents_are_not_changed():
    compute_scores(DOCUMENTS, LABELS)
    assert DOCUMENTS["D0"].n_pairs == 10
    assert DOCUMENTS["D0"].per_type["mechanism"] == Tally(2, 1, 0)


@pytest.mark.parametrize("labels", [LABELS, ()])
def test_without_documents_all_figures_are_zero(labels):
    scores = compute_scores({}, labels)
    assert scores["micro_f"] == scores["macro_f"] == scores["detection_f"] == 0
    assert scores["candidate_recall"] == scores["n_documents"] == scores["n_true"] == 0
    assert list(scores["per_type"]) == list(labels)
