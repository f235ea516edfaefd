"""What is true of candidate pairs, by the annotation of a reference Doc. P pairs, C classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.candidates.finder import CandidateFinder, Candidates
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.component.annotation_check import AnnotationCheck
from spacy_ddi.component.rescoring import with_reference_mentions
from spacy_ddi.errors import DDIError, Errors, require
from spacy_ddi.gold import SOFT_LABELS, UNTYPED, labelled_pairs, soft_labels_of

NONE = "none"
"""Name of the class of pairs that don't interact."""

NONE_CLASS = 0

ClassWeights = Literal["balanced"] | dict[str, float] | None


def class_targets(
    example: Example,
    candidates: Candidates,
    labels: Sequence[str],
    *,
    name: str,
    ignore_unseen: bool,
) -> NDArray[np.float32]:
    """What the network should predict for candidate pairs: the soft labels of the reference, or its
    annotation where it has none.

    example (Example): A predicted Doc and its reference.
    candidates (Candidates): The P candidate pairs of the predicted Doc.
    labels (Sequence[str]): The C - 1 types of interaction.
    name (str): Name of the component, for errors.
    ignore_unseen (bool): Whether a label that is not among the types is an interaction of unknown
        type; otherwise it is an error.
    RETURNS (NDArray): Shape (P, C): the probability of each class, none first; zeros for an
        interaction of unknown type; NaN for a pair without soft labels where others have them.
    RAISES (DDIError): The texts differ; a label not seen before.
    """
    if len(candidates.pairs) and example.predicted.text != example.reference.text:
        raise DDIError(
            Errors.TEXT_MISMATCH.format(
                name=name,
                predicted=example.predicted.text[:60],
                reference=example.reference.text[:60],
            )
        )
    names = (NONE, *labels)
    true = true_labels(example.reference, candidates)
    soft = soft_labels(example.reference, candidates)
    has_soft = SOFT_LABELS in example.reference.user_data
    found = {label for label in true if label} | {label for probs in soft for label in probs or ()}
    unseen = sorted(found - set(names))
    if unseen and not ignore_unseen:
        raise DDIError(Errors.UNSEEN_LABEL.format(name=name, label=unseen[0], labels=list(labels)))
    targets = np.zeros((len(true), len(names)), dtype=np.float32)
    for row, label, probs in zip(targets, true, soft, strict=True):
        if probs is not None:
            row[:] = [probs.get(each, 0.0) for each in names]
        elif has_soft:
            row[:] = np.nan
        elif label is None:
            row[NONE_CLASS] = 1
        elif label in labels:
            row[names.index(label)] = 1
    return targets


@dataclass
class ReferenceCounts:
    """What the references of the training examples hold.

    check (AnnotationCheck): What of their annotation can't be learned.
    n_docs (int): Examples.
    n_mentions (int): Their mentions.
    pairs (Counter): Candidate pairs by label, `NONE` among them; pairs with soft labels are not
        counted.
    entity_labels (Set[str]): Types of all their entities, drugs or not.
    """

    check: AnnotationCheck
    n_docs: int = 0
    n_mentions: int = 0
    pairs: Counter[str] = field(default_factory=Counter)
    entity_labels: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, examples: Iterable[Example], finder: CandidateFinder) -> ReferenceCounts:
        """Count the references of some examples.

        examples (Iterable[Example]): The examples.
        finder (CandidateFinder): Finds their candidate pairs.
        RETURNS (ReferenceCounts): The counts.
        """
        counts = cls(check=AnnotationCheck(finder.generator))
        for example in with_reference_mentions(examples, finder.mentions.spans_key):
            candidates = finder(example.reference)
            counts.check.add(example.reference, candidates)
            counts.n_docs += 1
            counts.n_mentions += len(candidates.mentions)
            counts.entity_labels.update(entity.label_ for entity in example.reference.ents)
            true = true_labels(example.reference, candidates)
            soft = soft_labels(example.reference, candidates)
            counts.pairs.update(
                NONE if label is None else label
                for label, probs in zip(true, soft, strict=True)
                if probs is None
            )
        return counts

    @property
    def labels(self) -> list[str]:
        """The types of interaction, in alphabetical order."""
        return sorted(set(self.pairs) - {NONE, UNTYPED})

    def require_relations(self, name: str, source: MentionSource) -> None:
        """Check that there is something to learn.

        name (str): Name of the component.
        source (MentionSource): Where it looks for mentions.
        RAISES (DDIError): No mention; no interaction among the candidate pairs.
        """
        if not self.n_mentions:
            raise DDIError(
                Errors.NO_MENTIONS.format(
                    name=name,
                    n_docs=self.n_docs,
                    where=source,
                    found=", ".join(sorted(self.entity_labels)) or "none",
                )
            )
        if not set(self.pairs) - {NONE}:
            lost = f" E.g. {self.check.lost[0]}." if self.check.lost else ""
            raise DDIError(
                Errors.NO_POSITIVES.format(name=name, n_docs=self.n_docs, n_pairs=self.pairs[NONE])
                + lost
            )


def check_class_weights(where: str, setting: ClassWeights) -> None:
    """Check what a config says.

    where (str): Whose setting it is.
    setting (ClassWeights): The weights.
    RAISES (DDIError): If one is below 0.
    """
    possible = not isinstance(setting, dict) or all(weight >= 0 for weight in setting.values())
    require(possible, where, "class_weights", setting, "weights of 0 or more")


def class_weights_of(
    setting: ClassWeights, pairs: Mapping[str, int], names: Sequence[str], *, name: str
) -> list[float] | None:
    """The weight alpha of each class in the loss.

    setting (ClassWeights): None, "balanced", or a weight for each class.
    pairs (Mapping[str, int]): Pairs of each class.
    names (Sequence[str]): The C classes.
    name (str): Name of the component, for errors.
    RETURNS (Optional[List[float]]): Shape (C,); None for 1 each.
    RAISES (DDIError): If the setting names a class that there is not.
    """
    if not isinstance(setting, dict):
        return None if setting is None else balanced_weights(pairs, names)
    unknown = sorted(set(setting) - set(names))
    if unknown:
        raise DDIError(Errors.UNKNOWN_WEIGHT.format(name=name, found=unknown, labels=names[1:]))
    return [float(setting.get(each, 1.0)) for each in names]


def true_labels(reference: Doc, candidates: Candidates) -> list[str | None]:
    """The annotated label of each candidate pair. Mentions are matched by character offset, so
    that the two Docs may have different tokens.

    reference (Doc): The Doc with the annotated relations.
    candidates (Candidates): The P candidate pairs of a Doc of the same text.
    RETURNS (List[Optional[str]]): The labels; None for a pair that is not annotated.
    """
    truth = labelled_pairs(reference)
    return [truth.get(pair) for pair in candidates.place_pairs]


def soft_labels(reference: Doc, candidates: Candidates) -> list[dict[str, float] | None]:
    """The soft labels of each candidate pair, matched as by `true_labels`.

    reference (Doc): The Doc with soft labels, or without.
    candidates (Candidates): The P candidate pairs of a Doc of the same text.
    RETURNS (List[Optional[Dict[str, float]]]): The probability of each class by name; None for
        a pair without soft labels.
    """
    found = soft_labels_of(reference)
    return [found.get(pair) for pair in candidates.place_pairs]


def balanced_weights(counts: Mapping[str, int], names: Sequence[str]) -> list[float]:
    """Weights of classes by the inverse of their frequency; their mean over the pairs is 1.

    counts (Mapping[str, int]): Pairs of each class.
    names (Sequence[str]): The C classes.
    RETURNS (List[float]): Shape (C,). A class without pairs is weighted as one with a single pair.
    """
    total = sum(counts[name] for name in names)
    return [total / (len(names) * max(counts[name], 1)) for name in names]
