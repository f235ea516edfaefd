"""Blinding: the encoder reads the same word in place of every mention.

The encoder gets a shadow Doc with as many tokens as the real one, so what it returns is aligned
with the real one, and one pass over a sentence serves all its pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from spacy_ddi.candidates.sentences import Ints
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.graph.nodes import first_tokens, node_index
from spacy_ddi.text.characters import readable
from spacy_ddi.text.layout import is_plain, layout_tokens

BLIND_WORD = "drug"


def blind(
    doc: Doc,
    ranges: Ints,
    sentences: Ints,
    word: str | None = BLIND_WORD,
    is_read: NDArray[np.bool_] | None = None,
) -> Doc:
    """The shadow of a Doc: as many tokens, but no name.

    The first token of each mention (of each node, where mentions overlap) reads as the word, the
    mention's other tokens are single blanks, and there is a blank on either side, so that names
    of one token and of several leave the same text but for the number of blanks. Layout is blank,
    too, and invisible characters are gone.

    doc (Doc): The Doc, T tokens.
    ranges (NDArray): Shape (K, 2): token ranges of its mentions, end exclusive.
    sentences (NDArray): Shape (T,): sentence of each token.
    word (Optional[str]): Stands for every mention; with None names stay.
    is_read (Optional[NDArray]): Shape (T,): False for tokens that become blanks, too; None for no
        more.
    RETURNS (Doc): Shadow of T tokens, without annotation.
    """
    # Not token by token: so many small objects set the garbage collector going.
    orths, is_followed = doc.to_array(["ORTH", "SPACY"]).reshape(-1, 2).T
    words = [doc.vocab.strings[orth] for orth in orths.tolist()]
    if not is_plain(doc.text):
        is_layout = layout_tokens(doc).tolist()
        words = [
            " " if hide else readable(word) for word, hide in zip(words, is_layout, strict=True)
        ]
    spaces = is_followed.astype(bool).tolist()
    if word is not None:
        is_first = set(first_tokens(node_index(sentences, ranges)).tolist())
        for start, end in ranges.tolist():
            for i in range(start, end):
                words[i] = word if i in is_first else " "
                spaces[i] = True
            if start:
                spaces[start - 1] = True
    if is_read is not None:
        for i in np.flatnonzero(~is_read).tolist():
            words[i] = " "
    return Doc(doc.vocab, words=words, spaces=spaces)


def check_blind_word(word: str) -> None:
    """RAISES (ValueError): If the word is not a single one."""
    if len(word.split()) != 1 or word != word.strip():
        raise DDIError(Errors.BLIND_WORD.format(found=word))
