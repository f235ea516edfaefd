"""What of a Doc's sentences was not read in full. T tokens, S sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from spacy.tokens import Doc

from spacy_ddi.candidates.finder import Candidates
from spacy_ddi.candidates.reading_note import read_note
from spacy_ddi.candidates.sentences import Ints
from spacy_ddi.reading_flags import CUT_OFF, PAIRS_LEFT_OUT, READ_IN_PIECES, Flag
from spacy_ddi.text.layout import layout_tokens


def find_flags(doc: Doc, candidates: Candidates) -> list[Flag]:
    """What is to be told of the sentences of a Doc; while it has what its encoder left on it.

    doc (Doc): The Doc.
    candidates (Candidates): Its candidates.
    RETURNS (List[Flag]): In text order.
    """
    note = read_note(doc)
    found = [(number, PAIRS_LEFT_OUT) for number in candidates.limited]
    if note is not None:
        found += [(number, READ_IN_PIECES) for number in note.get("in_pieces", ())]
    found += [(number, CUT_OFF) for number in _cut_off(doc, candidates)]
    return [
        Flag(name, *_place(doc, candidates.sentences, number)) for number, name in sorted(found)
    ]


def _cut_off(doc: Doc, candidates: Candidates) -> Iterator[int]:
    """The sentences whose last word has no word piece, though the encoder read the sentence."""
    pieces = getattr(_transformer_data(doc), "align", None)
    if pieces is None or not len(candidates.pairs) or len(pieces.lengths) != len(doc):
        return
    sentences = candidates.sentences
    is_word = ~layout_tokens(doc)
    for start, end in candidates.ranges.tolist():
        is_word[start:end] = False
    read = np.unique(sentences[candidates.ranges[candidates.pairs[:, 0], 0]])
    for number in read.tolist():
        words = np.flatnonzero(is_word & (sentences == number))
        if len(words) and not pieces.lengths[words[-1]]:
            yield number


def _transformer_data(doc: Doc) -> Any:
    return doc._.trf_data if Doc.has_extension("trf_data") else None


def _place(doc: Doc, sentences: Ints, number: int) -> tuple[int, int]:
    """The characters of a sentence."""
    start, end = np.searchsorted(sentences, [number, number + 1]).tolist()
    span = doc[start:end]
    return span.start_char, span.end_char
