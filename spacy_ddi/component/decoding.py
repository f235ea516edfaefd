"""From the network's logits to relations. P pairs, C classes, none as class 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from thinc.types import Floats2d

from spacy_ddi.annotations import RelationDict, make_relation
from spacy_ddi.candidates.finder import Candidates
from spacy_ddi.component.targets import NONE, NONE_CLASS

Decoding = Literal["classification", "joint"]


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


def relations_of(
    prediction: Prediction,
    labels: Sequence[str],
    *,
    threshold: float | None,
    store_probs: bool,
) -> list[RelationDict]:
    """The pairs that are predicted to interact, in the order of the candidates.

    prediction (Prediction): The probabilities of P pairs.
    labels (Sequence[str]): The C - 1 types of interaction.
    threshold (Optional[float]): Least probability of any interaction; None if the likeliest class
        decides.
    store_probs (bool): Whether relations carry the probability of every class.
    RETURNS (List[RelationDict]): The relations.
    """
    probs = prediction.probs
    if not len(probs):
        return []
    best_type = probs[:, 1:].argmax(axis=1) + 1
    best_prob = probs[np.arange(len(probs)), best_type]
    if threshold is None:
        interacts = best_prob > probs[:, NONE_CLASS]
    else:
        interacts = 1 - probs[:, NONE_CLASS] >= threshold
    ranges = [(start, end) for start, end in prediction.candidates.ranges.tolist()]
    relations = []
    for i in np.flatnonzero(interacts).tolist():
        head, tail = prediction.candidates.pairs[i].tolist()
        label = labels[best_type[i] - 1]
        relation = make_relation(ranges[head], ranges[tail], label, float(best_prob[i]))
        if store_probs:
            relation["probs"] = dict(zip((NONE, *labels), probs[i].tolist(), strict=True))
        relations.append(relation)
    return relations
