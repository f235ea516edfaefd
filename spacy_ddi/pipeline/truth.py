"""What is true of candidate pairs, by the annotation of a reference Doc. P pairs, C classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from spacy_ddi.annotations import relations_of_doc
from spacy_ddi.pairs.candidates import Candidates

NONE = "none"
"""Name of the class of pairs that don't interact."""

NONE_CLASS = 0

UNKNOWN_CLASS = -1
"""Class of an interaction of unknown type: it trains the identification head only."""


def true_classes(
    reference: Doc, candidates: Candidates, class_of: Callable[[str], int]
) -> NDArray[np.int64]:
    """The class of each candidate pair. Mentions are matched by character offset, so that the two
    Docs may have different tokens.

    reference (Doc): The Doc with the annotated relations.
    candidates (Candidates): The candidate pairs of the predicted Doc of the same text.
    class_of (Callable[[str], int]): The class of a label.
    RETURNS (NDArray): Shape (P,): `NONE_CLASS` for a pair that is not annotated.
    """
    truth = {
        (r.head.start_char, r.head.end_char, r.tail.start_char, r.tail.end_char): class_of(r.label)
        for r in relations_of_doc(reference)
    }
    places = [(mention.start_char, mention.end_char) for mention in candidates.mentions]
    classes = [
        truth.get((*places[head], *places[tail]), NONE_CLASS)
        for head, tail in candidates.pairs.tolist()
    ]
    return np.array(classes, dtype=np.int64)


def balanced_weights(counts: Mapping[str, int], names: Sequence[str]) -> list[float]:
    """Weights of classes by the inverse of their frequency; their mean over the pairs is 1.

    counts (Mapping[str, int]): Pairs of each class.
    names (Sequence[str]): The C classes.
    RETURNS (List[float]): Shape (C,). A class without pairs is weighted as one with a single pair.
    """
    total = sum(counts[name] for name in names)
    return [total / (len(names) * max(counts[name], 1)) for name in names]
