"""Which mention pairs of a Doc are proposed to the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from spacy_ddi.candidates.mentions import MentionSource, mention_ranges
from spacy_ddi.candidates.negative_filter import NegativeFilter
from spacy_ddi.graph.edges import sentence_index


@runtime_checkable
class CandidateGenerator(Protocol):
    """Proposes pairs of mentions. Must be picklable: a module-level function or a partial."""

    def __call__(self, doc: Doc, mentions: Sequence[Span]) -> NDArray[np.int64]:
        """Propose the pairs of one Doc.

        doc (Doc): The Doc.
        mentions (Sequence[Span]): Its K mentions in text order.
        RETURNS (NDArray): Shape (P, 2): indices into the mentions, the smaller one first. Both
            mentions of a pair lie in one sentence.
        """
        ...


@dataclass(frozen=True)
class Candidates:
    """The candidate pairs of one Doc.

    mentions (List[Span]): Its K mentions in text order.
    pairs (NDArray): Shape (P, 2): indices into the mentions, the smaller one first.
    """

    mentions: list[Span]
    pairs: NDArray[np.int64]

    @property
    def ranges(self) -> NDArray[np.int64]:
        """Token ranges of the mentions. Shape (K, 2), end exclusive."""
        return mention_ranges(self.mentions)


def configure_sentence_pairs() -> CandidateGenerator:
    """Registered as `spacy-ddi.sentence_pairs.v1` (@misc): all unordered pairs within a sentence.

    RETURNS (CandidateGenerator): The generator, as the DDI corpus is annotated.
    """
    return sentence_pairs


def sentence_pairs(doc: Doc, mentions: Sequence[Span]) -> NDArray[np.int64]:
    """All unordered pairs of mentions that begin in the same sentence.

    doc (Doc): The Doc. Without sentence boundaries it counts as one sentence.
    mentions (Sequence[Span]): Its mentions in text order.
    RETURNS (NDArray): Shape (P, 2): indices into the mentions, the smaller one first.
    """
    if len(mentions) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    sentences = sentence_index(doc)[mention_ranges(mentions)[:, 0]]
    bounds = np.flatnonzero(np.diff(sentences)) + 1
    blocks = []
    for block in np.split(np.arange(len(mentions)), bounds):
        first, second = np.triu_indices(len(block), k=1)
        blocks.append(np.stack([block[first], block[second]], axis=1))
    return np.concatenate(blocks).astype(np.int64)


def find_candidates(
    doc: Doc,
    *,
    source: MentionSource,
    generator: CandidateGenerator,
    negative_filter: NegativeFilter | None,
) -> Candidates:
    """Mentions of a Doc and the pairs of them that are worth classifying.

    doc (Doc): The Doc.
    source (MentionSource): Finds the mentions.
    generator (CandidateGenerator): Proposes pairs of them.
    negative_filter (Optional[NegativeFilter]): Drops pairs that can be told negative by rule.
    RETURNS (Candidates): What is left.
    """
    mentions = source(doc)
    return Candidates(
        mentions,
        candidate_pairs(doc, mentions, generator=generator, negative_filter=negative_filter),
    )


def candidate_pairs(
    doc: Doc,
    mentions: Sequence[Span],
    *,
    generator: CandidateGenerator,
    negative_filter: NegativeFilter | None,
) -> NDArray[np.int64]:
    """The pairs of given mentions that are worth classifying; see `find_candidates`.

    RETURNS (NDArray): Shape (P, 2): indices into the mentions, the smaller one first.
    """
    pairs = generator(doc, mentions)
    if negative_filter is not None and len(pairs):
        pairs = pairs[negative_filter(doc, mentions, pairs)]
    return pairs
