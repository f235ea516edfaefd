"""Whether scores are probabilities: of relations with score 0.8, eight in ten should be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from spacy.training import Example

from spacy_ddi.annotations import relations_of_doc
from spacy_ddi.gold import labelled_pairs

N_BINS = 15

TEMPERATURES = np.geomspace(0.25, 8, 1001)
"""The temperatures among which `best_temperature` looks."""

PRIOR: Final = 10.0
"""How much `fit_score` holds on to the identity: the inverse variance of slope and intercept."""

N_STEPS: Final = 30
LEAST_SLOPE: Final = 0.05
"""A higher probability never gets a lower score."""


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


def fit_score(scores: Sequence[float], hits: Sequence[bool]) -> list[float]:
    """Slope and intercept by which the logits of scores become those of probabilities (Platt 1999,
    "Probabilistic outputs for support vector machines").

    Fitted by Newton's method with shortened steps, and with a normal prior around the identity
    (`PRIOR`), so that few relations change little.

    scores (Sequence[float]): N confidences in [0, 1].
    hits (Sequence[bool]): For each, whether it was right.
    RETURNS (List[float]): The slope, not below `LEAST_SLOPE`, and the intercept; 1 and 0 without
        scores.
    """
    prob = np.clip(np.asarray(scores, dtype=float), 1e-6, 1 - 1e-6)
    rows = np.stack([np.log(prob / (1 - prob)), np.ones(len(prob))], axis=1)
    right, identity = np.asarray(hits, dtype=float), np.array([1.0, 0.0])
    weights = identity.copy()

    def loss(at: NDArray[np.float64]) -> float:
        logits = rows @ at
        distance = ((at - identity) ** 2).sum()
        return float((np.logaddexp(0, logits) - right * logits).sum() + PRIOR / 2 * distance)

    for _ in range(N_STEPS):
        found = np.exp(-np.logaddexp(0, -(rows @ weights)))
        gradient = rows.T @ (found - right) + PRIOR * (weights - identity)
        hessian = (rows * (found * (1 - found))[:, None]).T @ rows + PRIOR * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        while np.abs(step).max() > 1e-9 and loss(weights - step) > loss(weights):
            step = step / 2
        weights = weights - step
    return [max(float(weights[0]), LEAST_SLOPE), float(weights[1])]


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


def with_temperature(probs: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Probabilities as another temperature gives them.

    probs (NDArray): Shape (P, C): with temperature 1.
    temperature (float): Above 0.
    RETURNS (NDArray): Shape (P, C).
    """
    powers = np.clip(probs.astype(float), 1e-30, None) ** (1 / temperature)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
