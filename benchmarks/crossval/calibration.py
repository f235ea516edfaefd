"""Whether the scores of a recipe are probabilities, on documents that nothing was fitted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from spacy_ddi.component.decoding import calibrated, decide
from spacy_ddi.component.targets import NONE
from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES
from spacy_ddi.scoring.calibration import expected_calibration_error, with_temperature
from spacy_ddi.training.temperature import Fit, best_fit

ANY = "any type"
"""Stands among the types for all of them."""

FITTED, SCALED = "by type", "temperature alone"
"""What scores are fitted with."""

CLASSES = (NONE, *INTERACTION_TYPES)

THRESHOLDS = [round(0.05 * i, 2) for i in range(20)]
BINS = 10


class Relation(NamedTuple):
    """A relation that was found in a fold.

    label (str): Its type.
    scores (Dict[str, float]): Its score, by what it is fitted with on the other folds.
    is_right (bool): Whether the pair has this type.
    document (str): Id of the document.
    """

    label: str
    scores: dict[str, float]
    is_right: bool
    document: str


class Curves(TypedDict):
    """How scores, precision and recall hang together.

    reliability (Dict[str, List[List[float]]]): Of each type, and of any, by tenths of the score:
        mean score, share of right ones, and how many there are.
    thresholds (List[List[float]]): By the least score of what is kept: threshold, precision and
        recall (micro).
    """

    reliability: dict[str, list[list[float]]]
    thresholds: list[list[float]]


def scored_relations(folds: Sequence[Sequence[dict[str, Any]]]) -> Iterator[Relation]:
    """The relations of each fold, with scores that are fitted on the other folds.

    folds (Sequence[Sequence[Dict[str, Any]]]): The pairs of each fold, as `fold.pairs_of` yields.
    YIELDS (Relation): What was found. With a single fold, its scores are fitted on itself.
    """
    for _, relations in fitted_folds(folds):
        yield from relations


def fitted_folds(
    folds: Sequence[Sequence[dict[str, Any]]],
) -> Iterator[tuple[Fit, list[Relation]]]:
    """What the other folds of each say of scores, and the relations of the fold with such scores.

    folds (Sequence[Sequence[Dict[str, Any]]]): As for `scored_relations`.
    YIELDS (Tuple[Fit, List[Relation]]): The fit, and what was found.
    """
    parts = [as_arrays(fold) for fold in folds]
    for i, (probs, targets) in enumerate(parts):
        others = [part for j, part in enumerate(parts) if j != i] or parts
        other_probs, other_targets = map(np.concatenate, zip(*others, strict=True))
        fitted = best_fit(other_probs, other_targets, INTERACTION_TYPES, None)
        scaled = with_temperature(probs, fitted.temperature)
        interacts, best_type = decide(scaled, None)
        documents = [pair["document"] for pair in folds[i] if pair["probs"]]
        relations = []
        for pair in np.flatnonzero(interacts).tolist():
            label, prob = CLASSES[best_type[pair]], float(scaled[pair, best_type[pair]])
            scores = {FITTED: calibrated(prob, *fitted.calibration[label]), SCALED: prob}
            is_right = bool(targets[pair, best_type[pair]])
            relations.append(Relation(label, scores, is_right, documents[pair]))
        yield fitted, relations


def as_arrays(
    fold: Sequence[dict[str, Any]],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Probabilities and true classes (a single 1) of a fold's candidates, shape (P, C) each."""
    candidates = [pair for pair in fold if pair["probs"]]
    probs = [[pair["probs"][name] for name in CLASSES] for pair in candidates]
    targets = [[pair["gold"] == name for name in CLASSES] for pair in candidates]
    return np.array(probs, dtype=np.float32), np.array(targets, dtype=np.float32)


def errors_of(relations: Iterable[Relation]) -> dict[str, dict[str, float]]:
    """Expected calibration error of relations.

    relations (Iterable[Relation]): The relations.
    RETURNS (Dict[str, Dict[str, float]]): By what scores are fitted with, of each type and `ANY`.
    """
    groups = _by_type(relations)
    return {
        how: {
            kind: expected_calibration_error(
                [relation.scores[how] for relation in group],
                [relation.is_right for relation in group],
            )
            for kind, group in sorted(groups.items())
        }
        for how in (FITTED, SCALED)
    }


def curves_of(relations: Sequence[Relation], *, n_true: int) -> Curves:
    """How scores that are fitted by type hang together with precision and recall.

    relations (Sequence[Relation]): The relations.
    n_true (int): True pairs of the folds, whether they were found or not.
    RETURNS (Curves): The curves.
    """
    reliability = {}
    for kind, group in sorted(_by_type(relations).items()):
        scores = np.array([relation.scores[FITTED] for relation in group])
        right = np.array([relation.is_right for relation in group])
        bins = np.minimum((scores * BINS).astype(int), BINS - 1)
        reliability[kind] = [
            [round(float(scores[at].mean()), 4), round(float(right[at].mean()), 4), int(at.sum())]
            for at in (bins == i for i in range(BINS))
            if at.any()
        ]
    thresholds = []
    for threshold in THRESHOLDS:
        kept = [relation.is_right for relation in relations if relation.scores[FITTED] >= threshold]
        if kept:
            rates = sum(kept) / len(kept), sum(kept) / max(1, n_true)
            thresholds.append([threshold, *(round(rate, 4) for rate in rates)])
    return {"reliability": reliability, "thresholds": thresholds}


def _by_type(relations: Iterable[Relation]) -> dict[str, list[Relation]]:
    groups: dict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        groups[relation.label].append(relation)
        groups[ANY].append(relation)
    return groups
