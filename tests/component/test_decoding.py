"""From probabilities to relations."""

from __future__ import annotations

import numpy as np
import pytest

from spacy_ddi.component.decoding import Prediction, calibrated, relations_of
from tests.helpers import make_doc, sentence_candidates

LABELS = ("effect", "int")


def found(
    probs: list[list[float]], threshold: float | None, *, store_probs: bool = False
) -> list[tuple[int, int, str, float]]:
    doc = make_doc("a b c", mentions=[(0, 1), (1, 2), (2, 3)])
    prediction = Prediction(sentence_candidates(doc), np.array(probs, dtype="float32"))
    relations = relations_of(prediction, LABELS, threshold=threshold, store_probs=store_probs)
    return [(r["head_start"], r["tail_start"], r["label"], r["score"]) for r in relations]


@pytest.mark.parametrize(
    ("threshold", "n_found"), [(None, 1), (0.0, 3), (0.25, 3), (0.5, 2), (0.75, 1), (1.0, 0)]
)
def test_pair_whose_probability_reaches_the_threshold_interacts(
    threshold: float | None, n_found: int
) -> None:
    """Of pairs that interact with probability 1/4, 1/2 and 3/4."""
    probs = [[0.75, 0.125, 0.125], [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]
    assert len(found(probs, threshold)) == n_found


def test_likeliest_type_and_its_probability_are_told() -> None:
    probs = [[0.5, 0.25, 0.25], [0.25, 0.0, 0.75], [0.0, 0.75, 0.25]]
    assert found(probs, None) == [(0, 2, "int", 0.75), (1, 2, "effect", 0.75)]


def test_class_as_likely_as_none_does_not_win() -> None:
    assert found([[0.5, 0.5, 0.0]] * 3, None) == []


def test_calibration_moves_scores_and_no_decision() -> None:
    doc = make_doc("a b c", mentions=[(0, 1), (1, 2), (2, 3)])
    probs = np.array([[0.2, 0.8, 0.0], [0.1, 0.2, 0.7], [0.6, 0.4, 0.0]], dtype="float32")
    prediction = Prediction(sentence_candidates(doc), probs)
    calibration = {"effect": [1.0, -3.0]}  # none for the other type
    plain, moved = (
        relations_of(prediction, LABELS, threshold=None, store_probs=True, calibration=given)
        for given in (None, calibration)
    )
    assert [r["label"] for r in moved] == [r["label"] for r in plain] == ["effect", "int"]
    assert moved[0]["score"] == pytest.approx(1 / (1 + np.exp(3) * 0.25))
    assert moved[1]["score"] == plain[1]["score"] == pytest.approx(0.7)
    assert moved[0]["probs"] == plain[0]["probs"]


@pytest.mark.parametrize("prob", [0.0, 1e-9, 0.3, 1.0])
def test_a_score_is_a_probability(prob: float) -> None:
    assert calibrated(prob, 1.0, 0.0) == prob
    assert 0 <= calibrated(prob, 7.0, -2.0) <= 1
