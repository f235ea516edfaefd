"""Where the drug mentions of a Doc come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc, Span

from spacy_ddi.candidates.sentences import Ints
from spacy_ddi.gold import MENTIONS_KEY, group_spans

DRUG_TYPES = ("drug", "brand", "group", "drug_n")
"""The types of mentions in the DDI corpus: generic name, trade name, class of drugs, substance that
is not approved for use in humans."""


@dataclass(frozen=True)
class MentionSource:
    """Finds the mentions of a Doc: in a span group, which can hold nested ones, or its entities.

    spans_key (str): Span group to read. A Doc that has no such group gives `doc.ents`.
    labels (Optional[Tuple[str, ...]]): Types of mentions to take, upper or lower case; None for
        all. Spans of the group that have no label are always taken.
    """

    spans_key: str = MENTIONS_KEY
    labels: tuple[str, ...] | None = DRUG_TYPES

    def __call__(self, doc: Doc) -> list[Span]:
        """Get the mentions of one Doc.

        doc (Doc): The Doc.
        RETURNS (List[Span]): Non-empty mentions in text order, the longer first at one place; of
            several that cover the same tokens, the first.
        """
        spans = group_spans(doc, self.spans_key) if self.spans_key in doc.spans else doc.ents
        wanted = None if self.labels is None else {"", *(label.lower() for label in self.labels)}
        places: dict[tuple[int, int], Span] = {}
        for span in spans:
            if len(span) and (wanted is None or span.label_.lower() in wanted):
                places.setdefault((span.start, -span.end), span)
        return [places[place] for place in sorted(places)]


DEFAULT_SOURCE = MentionSource()


def mention_ranges(mentions: Sequence[Span]) -> Ints:
    """Token ranges of mentions.

    mentions (Sequence[Span]): K mentions.
    RETURNS (NDArray): Shape (K, 2): first token, end token (exclusive).
    """
    return np.array([(span.start, span.end) for span in mentions], dtype=np.int64).reshape(-1, 2)
