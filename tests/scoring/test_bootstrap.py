"""The interval over documents."""

from __future__ import annotations

import numpy as np
import pytest

from spacy_ddi.scoring.bootstrap import compare, holm, mean_interval, micro_f_interval
from spacy_ddi.scoring.counts import PairCounts, Tally
from spacy_ddi.scoring.metrics import compute_scores

LABELS = ("effect", "int")


def sample(n_documents: int, seed: int = 0) -> dict[str, PairCounts]:
    generator = np.random.default_rng(seed)

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


def better(documents: dict[str, PairCounts], by: int) -> dict[str, PairCounts]:
    """The same system with some more right answers in each document, in another order."""
    moved = {}
    for name, counts in reversed(documents.items()):
        tally = counts.per_type["effect"]
        more = Tally(tally.tp + by, tally.fp, tally.fn)
        moved[name] = PairCounts(per_type={**counts.per_type, "effect": more})
    return moved


def test_a_system_does_not_differ_from_itself():
    documents = sample(50)
    assert compare([documents], [better(documents, 0)], LABELS) == (0, 0, 0, 1)


def test_a_difference_in_every_document_is_significant_and_has_a_sign():
    documents = sample(50)
    difference = compare([better(documents, 2)], [documents], LABELS, n_resamples=500)
    f1 = [compute_scores(d, LABELS)["micro_f"] for d in (better(documents, 2), documents)]
    assert difference.mean == pytest.approx(f1[0] - f1[1])
    assert 0 < difference.low < difference.mean < difference.high
    assert difference.p_value == pytest.approx(2 / 501)
    other = compare([documents], [better(documents, 2)], LABELS, n_resamples=500)
    assert other == pytest.approx(
        (-difference.mean, -difference.high, -difference.low, difference.p_value)
    )


def test_unrelated_systems_of_one_strength_do_not_differ_significantly():
    p_values = [
        compare([sample(30, seed)], [sample(30, seed + 100)], LABELS, n_resamples=400).p_value
        for seed in range(40)
    ]
    # A test at 5 % is wrong in about 2 of 40.
    assert sum(p < 0.05 for p in p_values) <= 6
    assert min(p_values) < 0.5 < max(p_values)


def test_pairing_narrows_the_interval():
    documents = sample(50)
    paired = compare([better(documents, 1)], [documents], LABELS)
    low, high = micro_f_interval(documents, LABELS)
    assert paired.high - paired.low < (high - low) / 2


def test_runs_count_by_their_mean():
    one, two = sample(40), sample(40, seed=1)
    f1 = [compute_scores(run, LABELS)["micro_f"] for run in (one, two)]
    difference = compare([one, two], [one], LABELS)
    assert difference.mean == pytest.approx((f1[1] - f1[0]) / 2)
    low, high = mean_interval([one, two], LABELS)
    assert low < sum(f1) / 2 < high
    assert mean_interval([one], LABELS) == micro_f_interval(one, LABELS)


def test_runs_on_other_documents_are_refused():
    with pytest.raises(ValueError, match="DDI020"):
        compare([sample(5)], [sample(6)], LABELS)


def test_p_values_grow_with_the_number_of_comparisons():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.02]) == [0.02]
    assert holm([]) == []
