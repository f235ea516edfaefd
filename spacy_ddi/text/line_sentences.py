"""The component that sets sentence boundaries, before anything reads the text."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
from spacy.attrs import ENT_IOB, IDX, SENT_START
from spacy.language import Language
from spacy.tokens import Doc
from thinc.types import Ints2d

from spacy_ddi.text.lines import text_sentence_starts

UNSET: Final = 0
INSIDE: Final = 1
"""Values of SENT_START and ENT_IOB in arrays."""


@Language.factory(
    "line_sentences", assigns=["token.is_sent_start"], default_config={"parser_splits": False}
)
def make_line_sentences(nlp: Language, name: str, parser_splits: bool) -> LineSentences:
    """Create the component.

    nlp (Language): The pipeline.
    name (str): Name of the component in it.
    parser_splits (bool): Let a parser that comes after it begin a sentence at a capital or an
        opening bracket, too, so that it can tell "Results Warfarin raised …" apart. For parsers
        that were trained on such text; one trained on news splits too much. Without a parser,
        no sentence begins there.
    RETURNS (LineSentences): The component.
    """
    return LineSentences(name, parser_splits=parser_splits)


class LineSentences:
    """Sets where sentences begin (`token.is_sent_start`), by lines and punctuation.

    A line end is a sentence end before a bullet, a number, a heading or a blank line, after a
    heading, between table rows, and in notes whose lines have no full stop. In wrapped prose it is
    a blank. Elsewhere a sentence ends at a full stop, but not after an abbreviation. Boundaries
    that are set on the Doc already stay, and none is set inside a mention in `doc.ents`. A parser
    that comes after it never joins these sentences, and splits them with `parser_splits` alone.
    """

    def __init__(self, name: str = "line_sentences", *, parser_splits: bool = False) -> None:
        """name (str): Name of the component in the pipeline.
        parser_splits (bool): See `make_line_sentences`.
        """
        self.name = name
        self.parser_splits = parser_splits

    def __call__(self, doc: Doc) -> Doc:
        """Set the boundaries of a Doc.

        doc (Doc): Changed in place.
        RETURNS (Doc): The same.
        """
        if not len(doc):
            return doc
        places, set_before, parts = doc.to_array([IDX, SENT_START, ENT_IOB]).astype(np.int64).T
        is_start = np.isin(places, text_sentence_starts(doc.text)) & (parts != INSIDE)
        others: Any = -1
        if self.parser_splits:
            may_begin = np.array([_may_begin(token.text) for token in doc])
            others = np.where(may_begin & (parts != INSIDE), UNSET, -1)
        chosen = np.where(is_start, 1, others)
        starts = np.where(set_before == UNSET, chosen, set_before)
        starts[0] = 1
        doc.from_array([SENT_START], cast(Ints2d, starts.astype(np.uint64)[:, None]))
        return doc


def _may_begin(word: str) -> bool:
    return word[0].isupper() or word[0] in "(["
