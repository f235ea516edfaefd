"""The sentences of a Doc as numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

Ints = NDArray[np.int64]


def sentence_index(doc: Doc) -> Ints:
    """The sentence of each token; a Doc without sentence boundaries is one sentence.

    doc (Doc): The Doc, T tokens.
    RETURNS (NDArray): Shape (T,): sentence numbers from 0, not decreasing.
    """
    starts = doc.to_array("SENT_START").astype(np.int64) == 1
    starts[:1] = False
    return np.cumsum(starts)
