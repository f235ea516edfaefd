"""The metrics of the DDIExtraction-2013 task (Segura-Bedmar et al., J. Biomed. Inform. 51, 2014).

All rates are fractions in [0, 1]; a rate without a denominator is 0, as the task has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np

from spacy_ddi.scoring.counts import PairCounts, Tally


class Rates(TypedDict):
    """Precision, recall and F1."""

    p: float
    r: float
    f: float


class Scores(TypedDict):
    """The figures of a set of documents: the ranking figure of the task is `micro_f`.

    Micro: over the types of interaction, right pair and right type. Macro: the mean of the types'
    precision, of their recall, and of their F1. Detection: right pair, any type. Candidate
    recall: share of the true pairs that were proposed to the network.
    """

    micro_p: float
    micro_r: float
    micro_f: float
    macro_p: float
    macro_r: float
    macro_f: float
    detection_p: float
    detection_r: float
    detection_f: float
    per_type: dict[str, Rates]
    candidate_recall: float
    n_documents: int
    n_pairs: int
    n_true: int
    n_true_typed: int
    n_true_per_type: dict[str, int]
    n_candidates: int


def rates(tally: Tally) -> Rates:
    """Precision, recall and F1 of some counts.

    tally (Tally): The counts.
    RETURNS (Rates): The rates.
    """
    return {
        "p": _ratio(tally.tp, tally.tp + tally.fp),
        "r": _ratio(tally.tp, tally.tp + tally.fn),
        "f": _ratio(2 * tally.tp, 2 * tally.tp + tally.fp + tally.fn),
    }


def compute_scores(documents: Mapping[str, PairCounts], labels: Sequence[str]) -> Scores:
    """The figures of some documents.

    documents (Mapping[str, PairCounts]): The counts of each.
    labels (Sequence[str]): The types of interaction; one that never occurs has rates of 0.
    RETURNS (Scores): The figures.
    """
    total = PairCounts(per_type={label: Tally() for label in labels})
    for counts in documents.values():
        total.add(counts)
    overall = Tally()
    for label in labels:
        overall.add(total.per_type[label])
    micro, detection = rates(overall), rates(total.detection)
    per_type = {label: rates(total.per_type[label]) for label in labels}
    every = list(per_type.values())
    return {
        "micro_p": micro["p"],
        "micro_r": micro["r"],
        "micro_f": micro["f"],
        "macro_p": _mean([one["p"] for one in every]),
        "macro_r": _mean([one["r"] for one in every]),
        "macro_f": _mean([one["f"] for one in every]),
        "detection_p": detection["p"],
        "detection_r": detection["r"],
        "detection_f": detection["f"],
        "per_type": per_type,
        "candidate_recall": _ratio(total.n_true_candidates, total.n_true),
        "n_documents": len(documents),
        "n_pairs": total.n_pairs,
        "n_true": total.n_true,
        "n_true_typed": total.n_true_typed,
        "n_true_per_type": {
            label: total.per_type[label].tp + total.per_type[label].fn for label in labels
        },
        "n_candidates": total.n_candidates,
    }


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
