"""What is true of candidate pairs, by the annotation of a reference Doc. P pairs, C classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spacy.tokens import Doc

from spacy_ddi.candidates.generators import Candidates
from spacy_ddi.gold import labelled_pairs, place_pair, soft_labels_of

NONE = "none"
"""Name of the class of pairs that don't interact."""

NONE_CLASS = 0


def true_labels(reference: Doc, candidates: Candidates) -> list[str | None]:
    """The annotated label of each candidate pair. Mentions are matched by character offset, so
    that the two Docs may have different tokens.

    reference (Doc): The Doc with the annotated relations.
    candidates (Candidates): The P candidate pairs of a Doc of the same text.
    RETURNS (List[Optional[str]]): The labels; None for a pair that is not annotated.
    """
    truth = labelled_pairs(reference)
    mentions = candidates.mentions
    return [
        truth.get(place_pair(mentions[head], mentions[tail]))
        for head, tail in candidates.pairs.tolist()
    ]


def soft_labels(reference: Doc, candidates: Candidates) -> list[dict[str, float] | None]:
    """What a teacher says of each candidate pair, matched as by `true_labels`.

    reference (Doc): The Doc with soft labels, or without.
    candidates (Candidates): The P candidate pairs of a Doc of the same text.
    RETURNS (List[Optional[Dict[str, float]]]): The probability of each class by name; None for
        a pair that no teacher labelled.
    """
    found = soft_labels_of(reference)
    mentions = candidates.mentions
    return [
        found.get(place_pair(mentions[head], mentions[tail]))
        for head, tail in candidates.pairs.tolist()
    ]


def balanced_weights(counts: Mapping[str, int], names: Sequence[str]) -> list[float]:
    """Weights of classes by the inverse of their frequency; their mean over the pairs is 1.

    counts (Mapping[str, int]): Pairs of each class.
    names (Sequence[str]): The C classes.
    RETURNS (List[float]): Shape (C,). A class without pairs is weighted as one with a single pair.
    """
    total = sum(counts[name] for name in names)
    return [total / (len(names) * max(counts[name], 1)) for name in names]
