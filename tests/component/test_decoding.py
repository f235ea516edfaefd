"""From probabilities to relations."""

from __future__ import annotations

import numpy as np
import pytest

from spacy_ddi.component.decoding import Prediction, relations_of
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
