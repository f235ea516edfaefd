"""The component that sets sentence boundaries, before anything reads the text."""

from __future__ import annotations

from typing import Final, cast

import numpy as np
from spacy.attrs import ENT_IOB, IDX, SENT_START
from spacy.language import Language
from spacy.tokens import Doc
from thinc.types import Ints2d

from spacy_ddi.text.lines import text_sentence_starts

UNSET: Final = 0
INSIDE: Final = 1
"""Values of SENT_START and ENT_IOB in arrays."""


@Language.factory("line_sentences", assigns=["token.is_sent_start"])
def make_line_sentences(nlp: Language, name: str) -> LineSentences:
    """Create the component.

    nlp (Language): The pipeline.
    name (str): Name of the component in it.
    RETURNS (LineSentences): The component.
    """
    return LineSentences(name)


class LineSentences:
    """Sets where sentences begin (`token.is_sent_start`), by lines and punctuation.

    A line end is a sentence end before a bullet, a number, a heading or a blank line, after a
    heading, between table rows, and in notes whose lines have no full stop. In wrapped prose it is
    a blank. Elsewhere a sentence ends at a full stop, but not after an abbreviation. Boundaries
    that are set on the Doc already stay, and none is set inside a mention in `doc.ents`. A parser
    that comes after it does not split or join these sentences.
    """

    def __init__(self, name: str = "line_sentences") -> None:
        """name (str): Name of the component in the pipeline."""
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Set the boundaries of a Doc.

        doc (Doc): Changed in place.
        RETURNS (Doc): The same.
        """
        if not len(doc):
            return doc
        places, set_before, parts = doc.to_array([IDX, SENT_START, ENT_IOB]).astype(np.int64).T
        is_start = np.isin(places, text_sentence_starts(doc.text)) & (parts != INSIDE)
        chosen = np.where(is_start, 1, -1)
        starts = np.where(set_before == UNSET, chosen, set_before)
        starts[0] = 1
        doc.from_array([SENT_START], cast(Ints2d, starts.astype(np.uint64)[:, None]))
        return doc
