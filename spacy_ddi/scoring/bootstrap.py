"""How far figures would move on other documents: the bootstrap over documents.

Pairs of one document are alike, so documents are drawn, not pairs (Efron & Tibshirani 1993). A
system that was trained with several seeds is the mean of its runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.scoring.counts import PairCounts

N_RESAMPLES = 2000
LEVEL = 0.95

DocumentCounts = Mapping[str, PairCounts]
"""The counts of each document, by its id."""

Floats = NDArray[np.float64]


class Difference(NamedTuple):
    """The difference of two systems' micro-averaged F1.

    mean (float): First less second.
    low, high (float): Percentile interval.
    p_value (float): Two-sided: twice the share of draws, of both signs the smaller, in which the
        difference is zero or has the other sign.
    """

    mean: float
    low: float
    high: float
    p_value: float


def micro_f_interval(
    documents: DocumentCounts,
    labels: Sequence[str],
    *,
    n_resamples: int = N_RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of the micro-averaged F1 over the types of interaction.

    documents (Mapping[str, PairCounts]): The counts of each document.
    labels (Sequence[str]): The types of interaction.
    n_resamples (int): How many times as many documents are drawn with replacement.
    level (float): Coverage in (0, 1).
    seed (int): Seed of the draws.
    RETURNS (Tuple[float, float]): Lower and upper end, fractions; (0, 0) without documents.
    """
    return mean_interval([documents], labels, n_resamples=n_resamples, level=level, seed=seed)


def mean_interval(
    runs: Sequence[DocumentCounts],
    labels: Sequence[str],
    *,
    rate: str = "f",
    n_resamples: int = N_RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of the mean of several runs' micro-averaged rate.

    runs (Sequence[Mapping[str, PairCounts]]): The counts of each run, of the same documents.
    rate (str): "p", "r" or "f".
    labels, n_resamples, level, seed: See `micro_f_interval`.
    RETURNS (Tuple[float, float]): Lower and upper end, fractions; (0, 0) without documents.
    RAISES (ValueError): If the runs are of different documents.
    """
    if not runs or not runs[0]:
        return 0.0, 0.0
    tallies = _tallies(runs, sorted(runs[0]), labels)
    rates = _mean_rate(tallies, _draw(len(runs[0]), n_resamples, seed), rate)
    low, high = np.quantile(rates, _tails(level))
    return float(low), float(high)


def compare(
    first: Sequence[DocumentCounts],
    second: Sequence[DocumentCounts],
    labels: Sequence[str],
    *,
    n_resamples: int = N_RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Difference:
    """Paired bootstrap: both systems are scored on the same draws of documents.

    first, second (Sequence[Mapping[str, PairCounts]]): The counts of each system's runs.
    labels, n_resamples, level, seed: See `micro_f_interval`.
    RETURNS (Difference): First less second.
    RAISES (ValueError): If the runs are of different documents, or there are none.
    """
    if not (first and second and first[0]):
        raise DDIError(Errors.OTHER_DOCUMENTS)
    documents = sorted(first[0])
    ours, theirs = (_tallies(runs, documents, labels) for runs in (first, second))

    def difference(draws: Floats) -> Floats:
        return _mean_rate(ours, draws, "f") - _mean_rate(theirs, draws, "f")

    differences = difference(_draw(len(documents), n_resamples, seed))
    low, high = np.quantile(differences, _tails(level))
    # The figure itself counts as one of the draws, so that no p-value is zero.
    below = (1 + (differences <= 0).sum()) / (1 + n_resamples)
    above = (1 + (differences >= 0).sum()) / (1 + n_resamples)
    return Difference(
        mean=float(difference(np.ones((1, len(documents))))[0]),
        low=float(low),
        high=float(high),
        p_value=float(min(1.0, 2 * min(below, above))),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values for as many comparisons as there are (Holm 1979): the chance that any of those which
    seem as clear, or clearer, is a fluke.

    p_values (Sequence[float]): One a comparison.
    RETURNS (List[float]): The corrected ones, in the same order.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[i]))
        corrected[i] = largest
    return corrected


def _draw(n_documents: int, n_resamples: int, seed: int) -> Floats:
    """Shape (n_resamples, n_documents): how many times each document is drawn."""
    chances = np.full(n_documents, 1 / n_documents)
    draws = np.random.default_rng(seed).multinomial(n_documents, chances, size=n_resamples)
    return draws.astype(np.float64)


def _tallies(
    runs: Sequence[DocumentCounts], documents: Sequence[str], labels: Sequence[str]
) -> Floats:
    """Shape (runs, documents, 3): true positives, false positives and false negatives."""
    tallies = np.zeros((len(runs), len(documents), 3))
    for i, run in enumerate(runs):
        if set(run) != set(documents):
            raise DDIError(Errors.OTHER_DOCUMENTS)
        for j, document in enumerate(documents):
            found = [run[document].per_type[label] for label in labels]
            tallies[i, j] = [sum(getattr(t, kind) for t in found) for kind in ("tp", "fp", "fn")]
    return tallies


def _mean_rate(tallies: Floats, draws: Floats, rate: str) -> Floats:
    """Shape (draws,): the mean over the runs of a micro-averaged rate in each draw; the rate of a
    run is 0 where it has no denominator."""
    tp, fp, fn = np.moveaxis(draws @ tallies, -1, 0)
    part, whole = {"p": (tp, tp + fp), "r": (tp, tp + fn), "f": (2 * tp, 2 * tp + fp + fn)}[rate]
    rates = np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(rates.mean(axis=0))


def _tails(level: float) -> tuple[float, float]:
    return (1 - level) / 2, (1 + level) / 2
