"""Which tokens are layout: white space, invisible characters, bullets and numbers of items.

T tokens. Nothing that reads a Doc for what it says should see them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import ORTH, SENT_START
from spacy.tokens import Doc

from spacy_ddi.text.characters import INVISIBLE, LIGATURES
from spacy_ddi.text.lines import split_lines
from spacy_ddi.text.marks import INLINE_BULLET, ITEM

_BLANK_TOKEN: Final = re.compile(rf"[\s{INVISIBLE}]+")
_NOT_PLAIN: Final = re.compile(
    rf"[^\S ]|[{INVISIBLE}{''.join(LIGATURES)}]| {{2}}| $| (?:[•‣▪■●►➢✓✔]|\|) "
)
_NOT_PLAIN_START: Final = re.compile(rf" |\||{ITEM.pattern}")


def is_plain(text: str) -> bool:
    """Whether a text is one line of words with single blanks between them, and no more.

    text (str): The text.
    RETURNS (bool): True if none of its tokens is layout.
    """
    return _NOT_PLAIN.search(text) is None and _NOT_PLAIN_START.match(text) is None


def layout_tokens(doc: Doc) -> NDArray[np.bool_]:
    """Which tokens of a Doc are layout.

    Layout is: white space and invisible characters; a bullet or number that begins a line and a
    sentence; lines of signs; the bars of a table; the '>' before quoted lines. A bullet in the
    middle of a sentence, as may come of wrapping prose, is none.

    doc (Doc): The Doc, T tokens. Sentence boundaries need not be set.
    RETURNS (NDArray): Shape (T,): True for layout.
    """
    text = doc.text
    if is_plain(text):
        return np.zeros(len(doc), dtype=bool)
    state = doc.to_array([ORTH, SENT_START]).tobytes()
    known = _known.get(doc)
    if known is None or known[0] != state:
        _known[doc] = known = (state, _find_layout(doc, text))
    return known[1].copy()


# It is asked for again and again while a Doc goes through a pipeline.
_known: WeakKeyDictionary[Doc, tuple[bytes, NDArray[np.bool_]]] = WeakKeyDictionary()


def _find_layout(doc: Doc, text: str) -> NDArray[np.bool_]:
    begins, blank, may_start = [], [], []
    for token in doc:
        begins.append(token.idx)
        blank.append(_BLANK_TOKEN.fullmatch(token.text) is not None)
        may_start.append(token.is_sent_start is not False)
    found = np.array(blank)
    place = {begin: i for i, begin in enumerate(begins)}
    for start, end, is_item in _marks(text):
        first = place.get(start)
        if start == end or (is_item and (first is None or not _starts(first, found, may_start))):
            continue
        found[bisect_left(begins, start) : bisect_left(begins, end)] = True
    return found


def _starts(first: int, found: NDArray[np.bool_], may_start: list[bool]) -> bool:
    """Whether a sentence may begin at a token, blank ones before it not counted."""
    while first and not may_start[first] and found[first - 1]:
        first -= 1
    return may_start[first]


def _marks(text: str) -> list[tuple[int, int, bool]]:
    """Places that are layout, and whether they are items, which must begin a sentence."""
    marks = [(match.start(), match.end(), True) for match in INLINE_BULLET.finditer(text)]
    lines = split_lines(text)
    ends = [line.start for line in lines[1:]] + [len(text)]
    for line, end in zip(lines, ends, strict=True):
        begin = line.start - line.indent
        if not line.text and len(lines) > 1:
            marks.append((begin, end, False))
        elif line.text:
            marks.append((begin, line.start, False))
            marks.append((line.start, line.start + line.item_end, True))
            if line.text[0] == "|" or line.text.count(" | ") > 1:
                bars = re.finditer(r"\|", line.text)
                marks += [(line.start + bar.start(), line.start + bar.end(), False) for bar in bars]
    return marks
