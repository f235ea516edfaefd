"""Whether scores are probabilities: of relations with score 0.8, eight in ten should be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from spacy.training import Example

from spacy_ddi.annotations import relations_of_doc
from spacy_ddi.gold import labelled_pairs

N_BINS = 15

TEMPERATURES = np.geomspace(0.25, 8, 1001)
"""The temperatures among which `best_temperature` looks."""


def expected_calibration_error(
    scores: Sequence[float], hits: Sequence[bool], n_bins: int = N_BINS
) -> float:
    """The mean gap between confidence and accuracy over bins of equal width, weighted by their
    size (Naeini et al. 2015; Guo et al. 2017).

    scores (Sequence[float]): N confidences in [0, 1].
    hits (Sequence[bool]): For each, whether it was right.
    n_bins (int): Number of bins.
    RETURNS (float): In [0, 1]; 0 without scores.
    """
    if not len(scores):
        return 0.0
    confidence, right = np.asarray(scores, dtype=float), np.asarray(hits, dtype=float)
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(confidence))


def score_hits(examples: Iterable[Example]) -> tuple[list[float], list[bool]]:
    """The scores of the predicted relations, and which of them are right.

    examples (Iterable[Example]): Annotated and gold Docs.
    RETURNS (Tuple[List[float], List[bool]]): The score of each relation, and whether the gold Doc
        has its pair with its type.
    """
    scores, hits = [], []
    for example in examples:
        gold = labelled_pairs(example.reference)
        for relation in relations_of_doc(example.predicted):
            scores.append(relation.score)
            hits.append(gold.get(relation.place) == relation.label)
    return scores, hits


def best_temperature(probs: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    """The temperature by which the log probabilities must be divided for the least cross-entropy
    (Guo et al. 2017, "On calibration of modern neural networks"). It changes no decision.

    probs (NDArray): Shape (P, C): predicted probabilities.
    targets (NDArray): Shape (P, C): the true class of each pair as a single 1; rows of zeros are
        passed over.
    RETURNS (float): Above 1 for a model that is too sure of itself.
    """
    log_p = np.log(np.clip(probs.astype(float), 1e-30, None))

    def cross_entropy(temperature: float) -> float:
        scaled = log_p / temperature
        largest = scaled.max(axis=1, keepdims=True)
        normalizer = largest + np.log(np.exp(scaled - largest).sum(axis=1, keepdims=True))
        return float(-((scaled - normalizer) * targets).sum())

    return float(min(TEMPERATURES, key=cross_entropy))
