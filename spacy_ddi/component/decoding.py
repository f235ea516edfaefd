"""From the network's logits to relations. P pairs, C classes, none as class 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from thinc.types import Floats2d

from spacy_ddi.annotations import RelationDict, make_relation
from spacy_ddi.candidates.finder import Candidates
from spacy_ddi.component.reported import is_reported
from spacy_ddi.component.targets import NONE, NONE_CLASS

Decoding = Literal["classification", "joint"]

Calibration = Mapping[str, Sequence[float]]
"""Slope and intercept of each type of interaction; see `calibrated`."""

IDENTITY: Final = (1.0, 0.0)
"""The slope and the intercept that leave a probability as it is."""


@dataclass(frozen=True)
class Prediction:
    """What the component predicts for one Doc.

    candidates (Candidates): Its P candidate pairs.
    probs (NDArray): Shape (P, C), float32: probability of each class, none first.
    """

    candidates: Candidates
    probs: NDArray[np.float32]


def class_logits(logits: Floats2d, n_classes: int, decoding: Decoding) -> Floats2d:
    """Logits of the classes, from those of both heads.

    logits (Floats2d): Shape (P, C + 2): classification, then identification.
    n_classes (int): C.
    decoding (str): "classification", or "joint" for the product of what both heads say: a sum of
        logits is a product of probabilities.
    RETURNS (Floats2d): Shape (P, C).
    """
    classes = logits[:, :n_classes]
    if decoding == "joint":
        no_interaction, interaction = n_classes, n_classes + 1
        heads = [no_interaction] + [interaction] * (n_classes - 1)
        classes = classes + logits[:, heads]
    return classes


def decide(
    probs: NDArray[np.float32], threshold: float | None
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which pairs interact, and how if they do.

    probs (NDArray): Shape (P, C): probability of each class.
    threshold (Optional[float]): See `relations_of`.
    RETURNS (Tuple[NDArray, NDArray]): Shape (P,) each: whether a pair interacts, and the number of
        its likeliest type, from 1.
    """
    best_type = probs[:, 1:].argmax(axis=1) + 1
    if threshold is None:
        return probs[np.arange(len(probs)), best_type] > probs[:, NONE_CLASS], best_type
    return 1 - probs[:, NONE_CLASS] >= threshold, best_type


def calibrated(prob: float, slope: float, intercept: float) -> float:
    """The score of a relation: logistic in the logit of its probability (Platt 1999).

    prob (float): The probability, in [0, 1].
    slope, intercept (float): What `spacy_ddi.scoring.calibration.fit_score` found.
    RETURNS (float): The score, in [0, 1].
    """
    if (slope, intercept) == IDENTITY or prob in (0.0, 1.0):
        return prob
    return 1 / (1 + exp(-(slope * log(prob / (1 - prob)) + intercept)))


def relations_of(
    prediction: Prediction,
    labels: Sequence[str],
    *,
    threshold: float | None,
    store_probs: bool,
    calibration: Calibration | None = None,
    least: Mapping[str, float] | None = None,
) -> list[RelationDict]:
    """The pairs that are predicted to interact, in the order of the candidates.

    prediction (Prediction): The probabilities of P pairs.
    labels (Sequence[str]): The C - 1 types of interaction.
    threshold (Optional[float]): Least probability of any interaction; None if the likeliest class
        decides.
    store_probs (bool): Whether relations carry the probability of every class.
    calibration (Optional[Calibration]): Makes the score of a relation of its probability; None for
        the probability itself.
    least (Optional[Mapping[str, float]]): The score that a relation needs, by type; None for any.
    RETURNS (List[RelationDict]): The relations.
    """
    probs = prediction.probs
    if not len(probs):
        return []
    interacts, best_type = decide(probs, threshold)
    best_prob = probs[np.arange(len(probs)), best_type]
    ranges = [(start, end) for start, end in prediction.candidates.ranges.tolist()]
    relations = []
    for i in np.flatnonzero(interacts).tolist():
        head, tail = prediction.candidates.pairs[i].tolist()
        label = labels[best_type[i] - 1]
        score = calibrated(float(best_prob[i]), *(calibration or {}).get(label, IDENTITY))
        if least is not None and not is_reported(score, least[label]):
            continue
        relation = make_relation(ranges[head], ranges[tail], label, score)
        if store_probs:
            relation["probs"] = dict(zip((NONE, *labels), probs[i].tolist(), strict=True))
        relations.append(relation)
    return relations
