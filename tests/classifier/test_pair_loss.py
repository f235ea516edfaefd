"""The registered loss: arrays in, gradient and value out."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from spacy.util import registry

from spacy_ddi.classifier.pair_loss import PairLoss

LOGITS = np.array(
    [[2.0, -1.0, 0.5, 1.0, -1.0], [0.0, 0.3, -0.2, -0.5, 0.5], [1.0, 1.0, 2.0, 0.0, 0.1]],
    dtype=np.float32,
)
CLASSES = np.array([0, 2, -1])
INTERACTS = np.array([0, 1, 1])
TARGETS = np.array([[1, 0, 0], [0, 0, 1], [0, 0, 0]], dtype=np.float32)
ALPHA = np.array([0.5, 2.0, 3.0], dtype=np.float32)


def make_loss(**settings: float) -> PairLoss:
    return registry.losses.get("spacy-ddi.MultiTaskFocalLoss.v1")(**settings)


def slow_loss(
    logits: np.ndarray, gamma: float, auxiliary_weight: float, alpha: np.ndarray
) -> float:
    """The mean of -alpha (1 - p)^gamma log p of both heads."""
    total = 0.0
    for row, target, truth in zip(logits.astype(float), CLASSES, INTERACTS, strict=True):
        heads = [(row[3:], truth, auxiliary_weight)]
        if target >= 0:
            heads.append((row[:3], target, alpha[target]))
        for scores, index, weight in heads:
            p = np.exp(scores[index]) / np.exp(scores).sum()
            total -= weight * (1 - p) ** gamma * np.log(p)
    return total / len(logits)


@pytest.mark.parametrize(("gamma", "weight"), [(1.0, 1.0), (0.0, 0.5), (2.0, 0.0)])
def test_value_and_gradient(gamma: float, weight: float) -> None:
    """The gradient by finite differences of the formula."""
    loss = make_loss(gamma=gamma, auxiliary_weight=weight)
    gradient, value = loss(LOGITS, TARGETS, ALPHA)
    assert type(value) is float
    assert value == pytest.approx(slow_loss(LOGITS, gamma, weight, ALPHA), rel=1e-5)
    assert gradient.shape == LOGITS.shape
    for place in np.ndindex(LOGITS.shape):
        step = np.zeros(LOGITS.shape)
        step[place] = 1e-6
        sides = [slow_loss(LOGITS + sign * step, gamma, weight, ALPHA) for sign in (1, -1)]
        assert gradient[place] == pytest.approx((sides[0] - sides[1]) / 2e-6, abs=1e-5)


def test_no_alpha_means_one() -> None:
    found = make_loss()(LOGITS, TARGETS, None)
    expected = make_loss()(LOGITS, TARGETS, np.ones(3, dtype=np.float32))
    np.testing.assert_array_equal(found[0], expected[0])
    assert found[1] == expected[1]


def test_inputs_are_left_alone() -> None:
    logits = LOGITS.copy()
    gradient, _ = make_loss()(logits, TARGETS, ALPHA)
    gradient += 1
    np.testing.assert_array_equal(logits, LOGITS)


def test_defaults_are_the_papers_focus_and_equal_heads() -> None:
    _, value = make_loss()(LOGITS, TARGETS, ALPHA)
    assert value == pytest.approx(slow_loss(LOGITS, 1.0, 1.0, ALPHA), rel=1e-5)


def test_loss_survives_pickle() -> None:
    loss = make_loss(gamma=2.0, auxiliary_weight=0.5)
    assert isinstance(loss, PairLoss)
    again = pickle.loads(pickle.dumps(loss))
    assert again(LOGITS, TARGETS, ALPHA)[1] == loss(LOGITS, TARGETS, ALPHA)[1]


@pytest.mark.parametrize("setting", ["gamma", "auxiliary_weight"])
def test_negative_settings_are_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=rf"\[DDI012\].*{setting}"):
        make_loss(**{setting: -1.0})
