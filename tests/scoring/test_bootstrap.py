"""The interval over documents."""

from __future__ import annotations

import numpy as np
import pytest

from spacy_ddi.scoring.bootstrap import micro_f_interval
from spacy_ddi.scoring.counts import PairCounts, Tally
from spacy_ddi.scoring.metrics import compute_scores

LABELS = ("effect", "int")


def sample(n_documents: int) -> dict[str, PairCounts]:
    generator = np.random.default_rng(0)

    def tally() -> Tally:
        return Tally(*generator.integers(0, 6, size=3).tolist())

    return {
        f"D{i}": PairCounts(per_type={"effect": tally(), "int": tally()})
        for i in range(n_documents)
    }


def test_interval_contains_the_estimate_and_is_no_point():
    documents = sample(50)
    low, high = micro_f_interval(documents, LABELS)
    assert low < compute_scores(documents, LABELS)["micro_f"] < high
    assert 0 < low < high < 1


def test_interval_is_reproducible():
    documents = sample(50)
    assert micro_f_interval(documents, LABELS) == micro_f_interval(documents, LABELS)
    assert micro_f_interval(documents, LABELS) != micro_f_interval(documents, LABELS, seed=1)


def test_interval_narrows_with_documents_and_with_a_lower_level():
    def width(documents: dict[str, PairCounts], level: float = 0.95) -> float:
        low, high = micro_f_interval(documents, LABELS, level=level)
        return high - low

    assert width(sample(400)) < width(sample(40)) / 2
    assert width(sample(40), 0.5) < width(sample(40))


def test_one_document_gives_its_own_figure():
    documents = {"D0": PairCounts(per_type={"effect": Tally(1, 1, 1), "int": Tally()})}
    assert micro_f_interval(documents, LABELS) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize(
    "documents", [{}, {"D0": PairCounts(per_type={"effect": Tally(), "int": Tally()})}]
)
def test_nothing_to_score_gives_zero(documents):
    assert micro_f_interval(documents, LABELS) == (0, 0)


@pytest.mark.parametrize(("level", "ends"), [(0.6, (0, 1)), (0.4, (2 / 3, 2 / 3))])
def test_interval_of_two_documents_has_known_ends(level, ends):
    """F1 is 0 in a quarter of the draws, 2/3 in half of them and 1 in a quarter."""
    documents = {
        "D0": PairCounts(per_type={"effect": Tally(tp=1), "int": Tally()}),
        "D1": PairCounts(per_type={"effect": Tally(), "int": Tally(fn=1)}),
    }
    assert micro_f_interval(documents, LABELS, level=level) == pytest.approx(ends)
