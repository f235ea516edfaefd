"""What is true of candidate pairs, by the annotation of a reference Doc. P pairs, C classes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.annotations import (
    SOFT_LABELS,
    PlacePair,
    get_relations,
    labelled_pairs,
    place_pair,
    relations_of_doc,
    soft_labels_of,
)
from spacy_ddi.candidates.generators import CandidateGenerator, Candidates
from spacy_ddi.corpora.docs import origin_of
from spacy_ddi.errors import DDIError, Errors, Warnings

NONE = "none"
"""Name of the class of pairs that don't interact."""

NONE_CLASS = 0

PROBLEMS = ("are no pair that is proposed", "is no mention", "are no mentions")
"""What is wrong with a relation of which no, one or two ends are no mentions."""

N_SHOWN = 3
"""How many examples a warning gives."""


def true_labels(reference: Doc, candidates: Candidates) -> list[str | None]:
    """The annotated label of each candidate pair. Mentions are matched by character offset, so
    that the two Docs may have different tokens.

    reference (Doc): The Doc with the annotated relations.
    candidates (Candidates): The P candidate pairs of a Doc of the same text.
    RETURNS (List[Optional[str]]): The labels; None for a pair that is not annotated.
    """
    truth = labelled_pairs(reference)
    return [truth.get(pair) for pair in _place_pairs(candidates)]


def soft_labels(reference: Doc, candidates: Candidates) -> list[dict[str, float] | None]:
    """The soft labels of each candidate pair, matched as by `true_labels`.

    reference (Doc): The Doc with soft labels, or without.
    candidates (Candidates): The P candidate pairs of a Doc of the same text.
    RETURNS (List[Optional[Dict[str, float]]]): The probability of each class by name; None for
        a pair without soft labels.
    """
    found = soft_labels_of(reference)
    return [found.get(pair) for pair in _place_pairs(candidates)]


def balanced_weights(counts: Mapping[str, int], names: Sequence[str]) -> list[float]:
    """Weights of classes by the inverse of their frequency; their mean over the pairs is 1.

    counts (Mapping[str, int]): Pairs of each class.
    names (Sequence[str]): The C classes.
    RETURNS (List[float]): Shape (C,). A class without pairs is weighted as one with a single pair.
    """
    total = sum(counts[name] for name in names)
    return [total / (len(names) * max(counts[name], 1)) for name in names]


class AnnotationCheck:
    """Collects what is odd about training references: relations that fit no pair of mentions,
    pairs with several labels, and pairs in Docs without any annotation.

    Pairs that the negative filter drops are not counted: that is what it is for, and the score
    `ddi_candidate_recall` tells how many are true.

    generator (CandidateGenerator): Proposes the pairs of mentions.
    """

    def __init__(self, generator: CandidateGenerator) -> None:
        self.generator = generator
        self.n_annotated = 0
        self.lost: list[str] = []
        self.contradictory: list[str] = []
        self.not_annotated: list[str] = []

    def add(self, reference: Doc, candidates: Candidates) -> None:
        """Look at one reference.

        reference (Doc): The Doc with relations or soft labels.
        candidates (Candidates): Its own candidate pairs, and the mentions that they are made of.
        """
        annotated = labelled_pairs(reference)
        pairs = {**annotated, **dict.fromkeys(soft_labels_of(reference), "")}
        self.n_annotated += len(pairs)
        unknown = pairs.keys() - set(_place_pairs(candidates))
        if unknown:
            mentions = candidates.mentions
            proposed = Candidates(mentions, self.generator(reference, mentions))
            unknown -= set(_place_pairs(proposed))
        places = {(mention.start_char, mention.end_char) for mention in candidates.mentions}
        for pair in sorted(unknown):
            wrong = [place for place in pair if place not in places]
            problem = ("are no pair that is proposed", "is no mention", "are no mentions")[
                len(wrong)
            ]
            names = [repr(reference.text[start:end]) for start, end in wrong or pair]
            self.lost.append(f"{' and '.join(names)} {problem} in {_describe(reference)}")
        if len(get_relations(reference)) > len(annotated):
            self.contradictory.extend(_contradictions(reference))
        is_annotated = get_relations(reference) != () or SOFT_LABELS in reference.user_data
        if len(candidates.pairs) and not is_annotated:
            self.not_annotated.append(_describe(reference))

    def warn(self, name: str) -> bool:
        """Warn of what was found.

        name (str): The component's name.
        RETURNS (bool): Whether there was anything.
        """
        for template, found in (
            (Warnings.RELATIONS_LOST, self.lost),
            (Warnings.RELATIONS_CONTRADICT, self.contradictory),
            (Warnings.NOT_ANNOTATED, self.not_annotated),
        ):
            if found:
                message = template.format(
                    name=name,
                    n_found=len(found),
                    n_annotated=self.n_annotated,
                    examples="; ".join(found[:N_SHOWN]),
                )
                warnings.warn(message, stacklevel=4)
        return bool(self.lost or self.contradictory or self.not_annotated)


def require_vocab(example: Example, nlp: Language | None, name: str) -> None:
    """Refuse a predicted Doc that the pipeline's other components can't annotate.

    example (Example): A training example.
    nlp (Optional[Language]): The pipeline, if known.
    name (str): The component's name.
    RAISES (DDIError): If the Doc has another vocab, and there are other components.
    """
    if nlp is None or example.predicted.vocab is nlp.vocab or len(nlp.pipeline) == 1:
        return
    raise DDIError(Errors.OTHER_VOCAB.format(name=name, text=example.predicted.text[:60]))


def _place_pairs(candidates: Candidates) -> list[PlacePair]:
    mentions = candidates.mentions
    return [place_pair(mentions[head], mentions[tail]) for head, tail in candidates.pairs.tolist()]


def _contradictions(reference: Doc) -> list[str]:
    first: dict[PlacePair, str] = {}
    found = []
    for relation in relations_of_doc(reference):
        before = first.setdefault(place_pair(relation.head, relation.tail), relation.label)
        if before != relation.label:
            pair = f"'{relation.head.text}' and '{relation.tail.text}'"
            found.append(f"{pair}: {before!r}, {relation.label!r} in {_describe(reference)}")
    return found


def _describe(reference: Doc) -> str:
    origin = origin_of(reference)
    text = f"'{reference.text[:60]}'"
    return f"{text} ({origin})" if origin else text
