"""Calibration error and temperature, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_ddi.scoring.calibration import (
    best_temperature,
    expected_calibration_error,
    fit_score,
    score_hits,
    with_temperature,
)


def slow_error(scores: list[float], hits: list[bool], n_bins: int) -> float:
    """sum_b |b| / N * |accuracy of b - confidence of b|."""
    total = 0.0
    for number in range(n_bins):
        last = number == n_bins - 1
        rows = [
            (score, hit)
            for score, hit in zip(scores, hits, strict=True)
            if number <= score * n_bins and (score * n_bins < number + 1 or last)
        ]
        if rows:
            confidence = sum(score for score, _ in rows) / len(rows)
            accuracy = sum(hit for _, hit in rows) / len(rows)
            total += len(rows) / len(scores) * abs(accuracy - confidence)
    return total


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_bins", [1, 2, 15])
def test_error_equals_its_definition(n_bins: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = [*random.random(40).tolist(), 0.0, 1.0]
    hits = (random.random(42) < 0.6).tolist()
    found = expected_calibration_error(scores, hits, n_bins)
    assert found == pytest.approx(slow_error(scores, hits, n_bins))


def test_error_of_probabilities_and_of_boasts() -> None:
    assert expected_calibration_error([0.5, 0.5], [True, False]) == 0
    assert expected_calibration_error([1.0, 1.0], [True, False]) == 0.5
    assert expected_calibration_error([], []) == 0


@pytest.mark.parametrize("truth", [0.5, 1.0, 2.5])
def test_temperature_is_found_again(truth: float) -> None:
    """Logits that are `truth` times those by which the targets were drawn."""
    random = np.random.default_rng(0)
    logits = 2 * random.normal(size=(20_000, 4))
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = np.stack([random.multinomial(1, row) for row in probs]).astype("float32")
    boasted = probs**truth / (probs**truth).sum(axis=1, keepdims=True)
    assert best_temperature(boasted.astype("float32"), targets) == pytest.approx(truth, rel=0.05)


def test_pairs_of_unknown_type_do_not_count() -> None:
    probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]], dtype="float32")
    targets = np.array([[1, 0], [1, 0], [0, 0]], dtype="float32")
    assert best_temperature(probs, targets) == best_temperature(probs[:2], targets[:2])


def test_relation_is_right_if_its_pair_has_its_type(make_example) -> None:
    gold = {(0, 1): "effect", (0, 2): "int"}
    example = make_example("AA BB CC", gold, {(0, 1): "effect", (0, 2): "effect", (1, 2): "int"})
    scores, hits = score_hits([example])
    assert scores == [0.9, 0.9, 0.9]
    assert hits == [True, False, False]


@pytest.mark.parametrize(("slope", "intercept"), [(0.5, 0.0), (1.0, -1.0), (2.0, 0.5)])
def test_slope_and_intercept_are_found_again(slope: float, intercept: float) -> None:
    random = np.random.default_rng(0)
    scores = random.uniform(0.01, 0.99, size=20_000)
    logits = slope * np.log(scores / (1 - scores)) + intercept
    hits = random.random(20_000) < 1 / (1 + np.exp(-logits))
    assert fit_score(scores.tolist(), hits.tolist()) == pytest.approx([slope, intercept], abs=0.07)


def test_few_scores_change_little_and_none_nothing() -> None:
    assert fit_score([], []) == [1, 0]
    slope, intercept = fit_score([0.9], [False])
    assert 0.7 < slope < 1
    assert -0.1 < intercept < 0


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 0.6, 0.99, 1.0]), st.booleans()), max_size=40))
def test_a_higher_probability_never_gets_a_lower_score(rows: list[tuple[float, bool]]) -> None:
    slope, intercept = fit_score([score for score, _ in rows], [hit for _, hit in rows])
    assert slope > 0
    assert abs(intercept) < 10


def test_another_temperature() -> None:
    probs = np.array([[0.8, 0.2], [1.0, 0.0]], dtype="float32")
    found = with_temperature(probs, 0.5)
    assert found == pytest.approx(np.array([[16 / 17, 1 / 17], [1, 0]]))
    assert with_temperature(probs, 1.0) == pytest.approx(probs)
