"""Where the drug mentions of a Doc come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from spacy_ddi.gold import MENTIONS_KEY, group_spans


@dataclass(frozen=True)
class MentionSource:
    """Finds the mentions of a Doc: in a span group, which can hold nested ones, or its entities.

    spans_key (str): Span group to read. A Doc that has no such group gives `doc.ents`.
    labels (Optional[Tuple[str, ...]]): Types of mentions to take; None for all.
    """

    spans_key: str = MENTIONS_KEY
    labels: tuple[str, ...] | None = None

    def __call__(self, doc: Doc) -> list[Span]:
        """Get the mentions of one Doc.

        doc (Doc): The Doc.
        RETURNS (List[Span]): Non-empty mentions in text order, the longer first at one place; of
            several that cover the same tokens, the first.
        """
        spans = group_spans(doc, self.spans_key) if self.spans_key in doc.spans else doc.ents
        places: dict[tuple[int, int], Span] = {}
        for span in spans:
            if len(span) and (self.labels is None or span.label_ in self.labels):
                places.setdefault((span.start, -span.end), span)
        return [places[place] for place in sorted(places)]


DEFAULT_SOURCE = MentionSource()


def make_mention_source(spans_key: str, labels: Sequence[str] | None) -> MentionSource:
    """A mention source from the settings as a config file gives them.

    spans_key (str): Span group to read, where a Doc has it; else `doc.ents`.
    labels (Optional[Sequence[str]]): Types of mentions to take; None for all.
    RETURNS (MentionSource): The mention source.
    """
    return MentionSource(spans_key, None if labels is None else tuple(labels))


def mention_ranges(mentions: Sequence[Span]) -> NDArray[np.int64]:
    """Token ranges of mentions.

    mentions (Sequence[Span]): K mentions.
    RETURNS (NDArray): Shape (K, 2): first token, end token (exclusive).
    """
    return np.array([(span.start, span.end) for span in mentions], dtype=np.int64).reshape(-1, 2)
