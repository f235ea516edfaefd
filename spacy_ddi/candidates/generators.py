"""Which pairs of mentions are proposed, before the negative filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from spacy.tokens import Doc, Span

from spacy_ddi.candidates.mentions import mention_ranges
from spacy_ddi.candidates.sentences import Ints

MAX_BETWEEN = 200
"""Two mentions with more mentions than this between them are not paired: the largest sentence of
the DDI corpus has 55 mentions, and what has more is a list."""


@runtime_checkable
class CandidateGenerator(Protocol):
    """Proposes pairs of mentions. Must be picklable: a module-level function or a partial."""

    def __call__(self, doc: Doc, mentions: Sequence[Span], sentences: Ints) -> Ints:
        """Propose the pairs of one Doc.

        doc (Doc): The Doc, T tokens.
        mentions (Sequence[Span]): Its K mentions in text order.
        sentences (NDArray): Shape (T,): sentence of each token.
        RETURNS (NDArray): Shape (P, 2): indices into the mentions, the smaller one first. Both
            mentions of a pair begin in one sentence.
        """
        ...


def configure_sentence_pairs() -> CandidateGenerator:
    """Registered as `spacy-ddi.sentence_pairs.v1` (@misc): all unordered pairs within a sentence.

    RETURNS (CandidateGenerator): The generator, as the DDI corpus is annotated.
    """
    return sentence_pairs


def sentence_pairs(doc: Doc, mentions: Sequence[Span], sentences: Ints) -> Ints:
    """All unordered pairs of mentions that begin in the same sentence; see `CandidateGenerator`.
    Mentions with more than `MAX_BETWEEN` others between them are not paired."""
    if len(mentions) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    of_mentions = sentences[mention_ranges(mentions)[:, 0]]
    bounds = np.flatnonzero(np.diff(of_mentions)) + 1
    blocks = [
        _pairs_of(first, last - first)
        for first, last in zip([0, *bounds], [*bounds, len(mentions)], strict=True)
    ]
    return np.concatenate(blocks)


def _pairs_of(first: int, count: int) -> Ints:
    """The pairs of `count` mentions in a row, of which the first has the number `first`."""
    if count <= MAX_BETWEEN:
        head, tail = np.triu_indices(count, k=1)
    else:
        head = np.repeat(np.arange(count), MAX_BETWEEN)
        tail = head + np.tile(np.arange(1, MAX_BETWEEN + 1), count)
        head, tail = head[tail < count], tail[tail < count]
    return np.stack([head, tail], axis=1).astype(np.int64) + first
