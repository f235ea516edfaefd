"""The mentions of a Doc and the pairs of them that are worth classifying: one object says which,
for the encoder (what to blind, what to read) and for the component (what to classify)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from spacy.tokens import Doc, Span

from spacy_ddi.candidates.generators import CandidateGenerator, sentence_pairs
from spacy_ddi.candidates.mentions import DRUG_TYPES, MentionSource, mention_ranges
from spacy_ddi.candidates.negative_filter import NegativeFilter
from spacy_ddi.candidates.sentences import Ints, sentence_index
from spacy_ddi.errors import require
from spacy_ddi.gold import MENTIONS_KEY, PlacePair, place_pair
from spacy_ddi.warning_messages import Warnings

MAX_SENTENCE_PAIRS = 1500
"""The largest sentence of the DDI corpus has 1,485 pairs."""

LONG_SENTENCE = 200
"""Tokens of a sentence above which its limit of pairs falls, so that pairs times tokens stay
bounded: they are what time and memory grow with."""


@dataclass(frozen=True)
class Candidates:
    """The candidate pairs of one Doc.

    mentions (List[Span]): Its K mentions in text order.
    pairs (NDArray): Shape (P, 2): indices into the mentions, the smaller one first.
    sentences (NDArray): Shape (T,): sentence of each token of the Doc.
    limited (Tuple[int, ...]): The sentences with more pairs than are classified.
    """

    mentions: list[Span]
    pairs: Ints
    sentences: Ints
    limited: tuple[int, ...] = ()

    @cached_property
    def ranges(self) -> Ints:
        """Token ranges of the mentions. Shape (K, 2), end exclusive."""
        return mention_ranges(self.mentions)

    @property
    def place_pairs(self) -> list[PlacePair]:
        """What identifies each pair in Docs of the same text, whatever their tokens."""
        mentions = self.mentions
        return [place_pair(mentions[head], mentions[tail]) for head, tail in self.pairs.tolist()]


@dataclass(frozen=True)
class CandidateFinder:
    """Finds the candidate pairs of a Doc: mentions, then pairs of them, then a filter.

    mentions (MentionSource): Finds the mentions.
    generator (CandidateGenerator): Proposes pairs of them.
    negative_filter (Optional[NegativeFilter]): Drops pairs that rules tell negative.
    max_sentence_pairs (int): The most pairs of a sentence; see `configure_candidate_finder`.
    """

    mentions: MentionSource = field(default_factory=MentionSource)
    generator: CandidateGenerator = sentence_pairs
    negative_filter: NegativeFilter | None = None
    max_sentence_pairs: int = MAX_SENTENCE_PAIRS

    def __call__(self, doc: Doc) -> Candidates:
        """Find the candidates of one Doc.

        doc (Doc): The Doc.
        RETURNS (Candidates): Its mentions, and the pairs that are worth classifying.
        """
        mentions = self.mentions(doc)
        sentences = sentence_index(doc)
        pairs = self.generator(doc, mentions, sentences)
        if self.negative_filter is not None and len(pairs):
            pairs = pairs[self.negative_filter(doc, mentions, pairs)]
        if len(pairs) > self.max_sentence_pairs or len(doc) > LONG_SENTENCE:
            return self._limit(doc, Candidates(mentions, pairs, sentences))
        return Candidates(mentions, pairs, sentences)

    def _limit(self, doc: Doc, found: Candidates) -> Candidates:
        """Of each sentence with too many pairs, those whose mentions are nearest to each other."""
        pairs, sentences = found.pairs, found.sentences
        of_pairs = sentences[found.ranges[pairs[:, 0], 0]]
        lengths = np.bincount(sentences)
        counts = np.bincount(of_pairs, minlength=len(lengths))
        share = np.minimum(1, LONG_SENTENCE / np.maximum(lengths, 1))
        limits = np.maximum(1, self.max_sentence_pairs * share).astype(np.int64)
        kept = np.ones(len(pairs), dtype=bool)
        limited = np.flatnonzero(counts > limits)
        for number in limited:
            rows = np.flatnonzero(of_pairs == number)
            between = pairs[rows, 1] - pairs[rows, 0]
            kept[rows[np.argsort(between, kind="stable")[limits[number] :]]] = False
            start = int(np.searchsorted(sentences, number))
            warnings.warn(
                Warnings.MANY_PAIRS.format(
                    text=doc[start : start + 12].text,
                    n_pairs=counts[number],
                    n_tokens=lengths[number],
                    limit=limits[number],
                ),
                stacklevel=3,
            )
        return replace(found, pairs=pairs[kept], limited=tuple(limited.tolist()))


def configure_candidate_finder(
    spans_key: str = MENTIONS_KEY,
    mention_labels: Sequence[str] | None = DRUG_TYPES,
    generator: CandidateGenerator | None = None,
    negative_filter: NegativeFilter | None = None,
    max_sentence_pairs: int = MAX_SENTENCE_PAIRS,
) -> CandidateFinder:
    """Registered as `spacy-ddi.CandidateFinder.v1` (@misc). The config of a pipeline has it once,
    in a section of its own, `[candidates]`; the span getter and the component refer to it by
    `candidates = ${candidates}`.

    spans_key (str): Span group with the mentions, where a Doc has it; else `doc.ents`.
    mention_labels (Optional[Sequence[str]]): Types of mentions to take, upper or lower case; None
        for all, whatever an entity of the pipeline may be.
    generator (Optional[CandidateGenerator]): Proposes pairs; None for `sentence_pairs`.
    negative_filter (Optional[NegativeFilter]): Drops pairs; None for none.
    max_sentence_pairs (int): The most pairs of a sentence that are classified; of a sentence with
        more than `LONG_SENTENCE` tokens in proportion fewer, since time and memory grow with pairs
        times tokens. The pairs with the fewest mentions between them are kept, and a warning
        (DDI903) says so.
    RETURNS (CandidateFinder): The finder.
    """
    where = "spacy-ddi.CandidateFinder.v1"
    require(max_sentence_pairs >= 1, where, "max_sentence_pairs", max_sentence_pairs, "1 or more")
    return CandidateFinder(
        MentionSource(spans_key, None if mention_labels is None else tuple(mention_labels)),
        sentence_pairs if generator is None else generator,
        negative_filter,
        max_sentence_pairs,
    )
