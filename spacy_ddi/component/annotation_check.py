"""What is odd about the annotation of training references."""

from __future__ import annotations

import warnings
from dataclasses import replace

from spacy.tokens import Doc

from spacy_ddi.annotations import get_relations
from spacy_ddi.candidates.finder import Candidates
from spacy_ddi.candidates.generators import CandidateGenerator
from spacy_ddi.gold import SOFT_LABELS, labelled_pairs, origin_of, soft_labels_of
from spacy_ddi.warning_messages import Warnings

PROBLEMS = ("are no pair that is proposed", "is no mention", "are no mentions")
"""What is wrong with a relation of which no, one or two ends are no mentions."""

N_SHOWN = 3
"""How many examples a warning gives."""


class AnnotationCheck:
    """Collects what is odd about training references: relations that fit no pair of mentions,
    and pairs in Docs without any annotation.

    Pairs that the negative filter drops are not counted: that is what it is for, and the score
    `ddi_candidate_recall` tells how many are true.

    generator (CandidateGenerator): Proposes the pairs of mentions.
    """

    def __init__(self, generator: CandidateGenerator) -> None:
        self.generator = generator
        self.n_annotated = 0
        self.lost: list[str] = []
        self.not_annotated: list[str] = []

    def add(self, reference: Doc, candidates: Candidates) -> None:
        """Look at one reference.

        reference (Doc): The Doc with relations or soft labels.
        candidates (Candidates): Its own candidate pairs, and the mentions that they are made of.
        """
        known = {*labelled_pairs(reference), *soft_labels_of(reference)}
        self.n_annotated += len(known)
        unknown = known - set(candidates.place_pairs)
        if unknown:
            pairs = self.generator(reference, candidates.mentions, candidates.sentences)
            unknown -= set(replace(candidates, pairs=pairs).place_pairs)
        places = {(mention.start_char, mention.end_char) for mention in candidates.mentions}
        for pair in sorted(unknown):
            wrong = [place for place in pair if place not in places]
            names = [repr(reference.text[start:end]) for start, end in wrong or pair]
            found = f"{' and '.join(names)} {PROBLEMS[len(wrong)]}"
            self.lost.append(f"{found} in {_describe(reference)}")
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
        return bool(self.lost or self.not_annotated)


def _describe(reference: Doc) -> str:
    origin = origin_of(reference)
    text = f"'{reference.text[:60]}'"
    return f"{text} ({origin})" if origin else text
