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


class Fitted(NamedTuple):
    """A fold, with what is fitted on the other folds.

    fit (Fit): What they say of scores.
    probs, targets (NDArray): Shape (P, C) each: probabilities with their temperature, and the true
        classes (a single 1).
    relations (List[Relation]): What was found.
    """

    fit: Fit
    probs: NDArray[np.float32]
    targets: NDArray[np.float32]
    relations: list[Relation]


class Curves(TypedDict):
    """How scores, precision and recall hang together.

    reliability (Dict[str, List[List[float]]]): Of each type, and of any, by tenths of the score:
        mean score, share of right ones, and how many there are.
    scores (List[List[float]]): By the least score of the relations that are found where the
        likeliest class decides (`min_score`): score, precision and recall (micro).
    thresholds (List[List[float]]): By the least probability of any interaction (`threshold`):
        probability, precision and recall (micro).
    """

    reliability: dict[str, list[list[float]]]
    scores: list[list[float]]
    thresholds: list[list[float]]


def fitted_folds(folds: Sequence[Sequence[dict[str, Any]]]) -> Iterator[Fitted]:
    """Each fold with scores that are fitted on the other folds.

    folds (Sequence[Sequence[Dict[str, Any]]]): The pairs of each fold, as `fold.pairs_of` yields.
    YIELDS (Fitted): The folds. A single one is fitted on itself.
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
        yield Fitted(fitted, scaled, targets, relations)


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


def curves_of(folds: Sequence[Fitted], *, n_true: int) -> Curves:
    """How scores that are fitted by type hang together with precision and recall.

    folds (Sequence[Fitted]): The folds.
    n_true (int): Their true pairs, whether they are candidates or not.
    RETURNS (Curves): The curves.
    """
    relations = [relation for fold in folds for relation in fold.relations]
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
    found = np.array([[each.scores[FITTED], each.is_right] for each in relations])
    probs = np.concatenate([fold.probs for fold in folds])
    types = probs[:, 1:].argmax(axis=1) + 1
    is_right = np.concatenate([fold.targets for fold in folds])[np.arange(len(probs)), types]
    of_any = np.stack([1 - probs[:, 0], is_right], axis=1)
    return {
        "reliability": reliability,
        "scores": _rates(found, n_true),
        "thresholds": _rates(of_any, n_true),
    }


def _rates(found: NDArray[Any], n_true: int) -> list[list[float]]:
    """Precision and recall of what reaches each of `THRESHOLDS`; of equal ones the highest alone.

    found (NDArray): Shape (N, 2): how likely, and whether it is right.
    n_true (int): How many there are to find.
    """
    rows: list[list[float]] = []
    for threshold in THRESHOLDS:
        kept = found[found[:, 0] >= threshold, 1] if len(found) else found
        if not len(kept):
            continue
        row = [threshold, *(round(float(kept.sum()) / n, 4) for n in (len(kept), max(1, n_true)))]
        if rows and rows[-1][1:] == row[1:]:
            rows.pop()
        rows.append(row)
    return rows


def _by_type(relations: Iterable[Relation]) -> dict[str, list[Relation]]:
    groups: dict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        groups[relation.label].append(relation)
        groups[ANY].append(relation)
    return groups
