"""Copies of sentences without their layout, for what reads them.

Lines, bullets and invisible characters change neither the words of a copy nor the blanks between
them, and no copy holds more than one sentence. So what is read is the same however a sentence is
laid out, and wherever it stands.

T tokens of a Doc, C of a copy.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from spacy_ddi.text.characters import LINE_END, never_joined, readable
from spacy_ddi.text.layout import is_plain, layout_tokens

Ints = NDArray[np.int64]

_LINE_END: Final = re.compile(LINE_END)
_START: Final = {0: None, 1: True, -1: False}
_OPEN_HYPHEN: Final = re.compile(r"[^\W_][-\u2010\u2011]$")


@dataclass(frozen=True)
class CleanCopy:
    """A sentence as it is read.

    doc (Doc): C tokens without annotation. The Doc itself where nothing differs.
    tokens (NDArray): Shape (C,): the Doc's tokens that they are copies of.
    """

    doc: Doc
    tokens: Ints


def clean_copies(doc: Doc) -> list[CleanCopy]:
    """A Doc's sentences without layout. Sentences that are nothing but layout are left out.

    doc (Doc): The Doc. Without sentence boundaries it is copied in one.
    RETURNS (List[CleanCopy]): The copies, in order. Their tokens begin a sentence, may begin one or
        do not, as in the Doc.
    """
    length = len(doc)
    starts = doc.to_array("SENT_START").astype(np.int64)
    starts[:1] = 1
    plain = is_plain(doc.text)
    if plain and np.count_nonzero(starts == 1) <= 1:
        return [CleanCopy(doc, np.arange(length))] if length else []
    if plain:
        kept = np.arange(length)
        words = [token.text for token in doc]
        spaces = (doc.to_array("SPACY") > 0).tolist()
    else:
        kept = np.flatnonzero(~layout_tokens(doc))
        words, spaces = _words_as_read(doc, kept.tolist())
    copies = []
    sentences = np.cumsum(starts == 1)[kept]
    bounds = [*np.flatnonzero(np.diff(sentences, prepend=-1)).tolist(), len(kept)]
    for start, end in itertools.pairwise(bounds):
        tokens = kept[start:end]
        may_start: list[bool | int | None] = [_START[i] for i in starts[tokens].tolist()]
        may_start[0] = True
        copies.append(
            CleanCopy(
                Doc(
                    doc.vocab,
                    words=words[start:end],
                    spaces=[*spaces[start : end - 1], False],
                    sent_starts=may_start,
                ),
                tokens,
            )
        )
    return copies


def _words_as_read(doc: Doc, kept: list[int]) -> tuple[list[str], list[bool]]:
    """Words of the tokens that are no layout, and whether a blank or more follows each."""
    text = doc.text
    words: list[str] = []
    spaces: list[bool] = []
    end = 0
    for i in kept:
        token = doc[i]
        word = readable(token.text)
        if words:
            spaces.append(_are_apart(text, end, token.idx, word))
        words.append(word)
        end = token.idx + len(token)
    return words, [*spaces, False]


def _are_apart(text: str, end: int, start: int, following: str) -> bool:
    """Whether there is a blank between two words in place of what stands there."""
    if not any(map(str.isspace, text[end:start])):
        return False
    is_broken = _LINE_END.search(text, end, start) and _OPEN_HYPHEN.search(
        text, max(0, end - 2), end
    )
    return not is_broken or never_joined(following) or not following[0].isalnum()
