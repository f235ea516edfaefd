"""What a negative filter removes from annotated pairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc

from spacy_ddi.annotations import MENTIONS_KEY, get_relations
from spacy_ddi.pairs.candidates import find_candidates, sentence_pairs
from spacy_ddi.pairs.filters import NegativeFilter
from spacy_ddi.pairs.mentions import MentionSource


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
    source = MentionSource(MENTIONS_KEY)
    for doc in docs:
        relations = {
            (r["head_start"], r["head_end"], r["tail_start"], r["tail_end"])
            for r in get_relations(doc)
        }
        candidates = find_candidates(
            doc, source=source, generator=sentence_pairs, negative_filter=negative_filter
        )
        places = candidates.ranges[candidates.pairs].reshape(-1, 4).tolist()
        pairs += len(sentence_pairs(doc, candidates.mentions))
        true += len(relations)
        kept += len(places)
        kept_true += sum(tuple(place) in relations for place in places)
    return FilterCounts(pairs, true, kept, kept_true)
