"""All candidate pairs of documents with what a pipeline says of them, for people to correct."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from spacy.language import Language

from spacy_ddi.annotations import get_relations, relations_of_doc
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.component.decoding import decide
from spacy_ddi.component.lookup import component_of
from spacy_ddi.component.targets import NONE
from spacy_ddi.runs.predictions import Annotation, Passage, make_annotation


@dataclass
class CandidatePairs:
    """Keeps the mentions of a passage and its candidate pairs; see `Keep`.

    A pair that is predicted to interact has its type and score; another one the type `none` and the
    probability of that.

    threshold (Optional[float]): What the component decides by; see `decide`.
    least (float): Least probability that a pair interacts; of those that are predicted not to,
        others are left out.
    """

    threshold: float | None
    least: float

    def __call__(self, passage: Passage, source: MentionSource) -> Annotation:
        """Take mentions and pairs from a passage.

        passage (Passage): Annotated by a pipeline that `keep_candidates` has set.
        source (MentionSource): Where the component found the mentions.
        RETURNS (Annotation): Mentions and pairs.
        """
        pairs = []
        views = relations_of_doc(passage.doc)
        for relation, stored in zip(views, get_relations(passage.doc), strict=True):
            probs = np.array([list(stored["probs"].values())], dtype=np.float32)
            nothing = stored["probs"][NONE]
            if decide(probs, self.threshold)[0][0]:
                pairs.append((relation, relation.label, relation.score))
            elif 1 - nothing >= self.least:
                pairs.append((relation, NONE, nothing))
        return make_annotation(passage, source, pairs)


def keep_candidates(nlp: Language, least: float) -> CandidatePairs:
    """Let a pipeline store all candidate pairs as if they interacted, and say how to tell them
    apart.

    nlp (Language): The pipeline; changed in place.
    least (float): See `CandidatePairs`.
    RETURNS (CandidatePairs): What to keep of a passage.
    """
    component = component_of(nlp)
    kept = CandidatePairs(component.cfg["threshold"], least)
    component.cfg.update(threshold=0.0, min_precision=None, min_score=0.0, types=None)
    component.store_probs = True
    return kept
