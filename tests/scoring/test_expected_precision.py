"""What precision to expect of what has a score or more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_ddi.component.reported import check_reported, is_reported, promised_score
from spacy_ddi.scoring.expected_precision import fit_precisions, lower_end

RELATIONS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


@given(RELATIONS)
def test_rows_rise_and_promise_no_more_than_was_found(
    relations: list[tuple[float, bool]],
) -> None:
    rows = fit_precisions([score for score, _ in relations], [hit for _, hit in relations])
    check_reported("here", {"effect": rows}, None, 0.0, None)
    for _, promised in rows:
        least = promised_score(rows, promised)
        kept = [hit for score, hit in relations if is_reported(score, least)]
        assert sum(kept) / len(kept) >= promised


def test_sure_scores_promise_more() -> None:
    """Relations whose scores are how often they are right."""
    scores = np.linspace(0.5, 1, 20_000)
    hits = np.random.default_rng(1).random(len(scores)) < scores
    rows = fit_precisions(scores.tolist(), hits.tolist())
    # Those with a score of 0.8 or more are 0.9 of them right on average.
    assert promised_score(rows, 0.9) == pytest.approx(0.81, abs=0.02)
    assert rows[0] == [0.5, pytest.approx(0.75, abs=0.02)]


def test_few_relations_promise_little() -> None:
    assert fit_precisions([], []) == []
    assert fit_precisions([0.9] * 3, [True] * 3)[-1][1] < 0.7
    assert fit_precisions([0.9] * 300, [True] * 300)[-1][1] == 0.99
    assert fit_precisions([0.9], [False]) == []


def test_relations_of_the_same_score_stay_together() -> None:
    """Else the ten right ones would be promised without the ten wrong ones."""
    rows = fit_precisions([0.9] * 20, [True] * 10 + [False] * 10)
    assert rows == [[0.9, 0.36]]


def test_the_lower_end_is_above_the_truth_in_one_of_ten_cases() -> None:
    n = np.full(20_000, 200)
    n_right = np.random.default_rng(0).binomial(200, 0.9, size=len(n)).astype(float)
    assert np.mean(lower_end(n_right, n) > 0.9) == pytest.approx(0.1, abs=0.03)
