"""What a negative filter removes from annotated pairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spacy.tokens import Doc

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.candidates.negative_filter import NegativeFilter
from spacy_ddi.gold import MENTIONS_KEY, labelled_pairs


@dataclass(frozen=True)
class FilterCounts:
    """Pairs of gold mentions before and after a filter; a true pair is an annotated interaction."""

    pairs: int
    true: int
    kept: int
    kept_true: int

    @property
    def removed_true(self) -> int:
        """True pairs that the filter loses."""
        return self.true - self.kept_true

    @property
    def removed_false(self) -> int:
        """False pairs that the filter saves the network."""
        return self.pairs - self.kept - self.removed_true

    @property
    def recall(self) -> float:
        """Share of the true pairs that are kept, in [0, 1]."""
        return self.kept_true / self.true if self.true else 0.0


def count_filtered(docs: Iterable[Doc], negative_filter: NegativeFilter | None) -> FilterCounts:
    """Count what a filter removes.

    docs (Iterable[Doc]): Gold Docs.
    negative_filter (Optional[NegativeFilter]): The filter; None keeps every pair.
    RETURNS (FilterCounts): The counts.
    """
    pairs = true = kept = kept_true = 0
    find_all = CandidateFinder(MentionSource(MENTIONS_KEY, None))
    find_filtered = replace(find_all, negative_filter=negative_filter)
    for doc in docs:
        relations = labelled_pairs(doc)
        candidates = find_filtered(doc)
        pairs += len(find_all(doc).pairs)
        true += len(relations)
        kept += len(candidates.pairs)
        kept_true += sum(pair in relations for pair in candidates.place_pairs)
    return FilterCounts(pairs, true, kept, kept_true)
