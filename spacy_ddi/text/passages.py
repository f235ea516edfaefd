"""Long texts in passages that fit into memory, cut between sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from spacy_ddi.errors import require

MAX_CHARACTERS = 20_000
"""A passage of this length, some 4,000 tokens, is parsed and encoded at once."""

STRETCH = 3
"""A passage may be this many times as long where no sentence surely ends before."""

# Words of four letters and more that have a full stop inside a sentence.
_ABBREVIATION = re.compile(
    "approx|assn|conc|cont|dept|diff|encl|figs|govt|hosp|incl|maint|misc|phys|prob|prof|refs|resp"
    "|suppl?|temp|univ|vols"
)

_NEWLINE = r"(?:\r\n|\r(?!\n)|[\n\f\x85\u2028\u2029])"
_BLANKS = r"[^\S\n\r\f\x85\u2028\u2029]*"
_CLOSING = r"[)\]}\"'\u201d\u2019»]*"
_OPENING = r"[(\[{\"'\u201c\u2018«]*"

# Each begins where only one match can begin, so that a text of one sign takes linear time.
_SENTENCE_END = re.compile(
    rf"(?<![^\W\d_])([^\W\d_]+){_CLOSING}[.!?]{_CLOSING}(\s+)(?={_OPENING}([^\W\d_]))"
)
_BLANK_LINE = re.compile(rf"{_NEWLINE}{_BLANKS}{_NEWLINE}\s*")
_BEFORE_BULLET = re.compile(rf"{_NEWLINE}{_BLANKS}(?=[•◦▪‣●○■·*\u2013\u2014-][^\S\r\n]+[^\W\d_])")
_LAST_RESORTS = (
    re.compile(r"[.!?]\s+(?=[^\W\d_])"),
    re.compile(rf"{_NEWLINE}\s*"),
    re.compile(r"\s+"),
)


def passages(text: str, max_characters: int = MAX_CHARACTERS) -> Iterator[tuple[int, str]]:
    """Cut a long text between sentences.

    A passage ends where a sentence surely ends: after a word and a full stop, before a capital.
    Where there is no such place, it ends at a blank line or before a bullet. Where there is
    neither within the length, the passage is longer, up to `STRETCH` times. Only then is it cut
    where a sentence may end, at a line end, between words, anywhere.

    text (str): The text.
    max_characters (int): The longest passage where sentence ends can be found.
    YIELDS (Tuple[int, str]): Offset of the passage in characters, and the passage. Together they
        are the text.
    RAISES (DDIError): If a passage would have no length.
    """
    require(max_characters >= 1, "passages", "max_characters", max_characters, "1 or more")
    start = 0
    while len(text) - start > max_characters:
        end = _end_of_passage(text, start, max_characters)
        yield start, text[start:end]
        start = end
    if start < len(text) or not text:
        yield start, text[start:]


def _end_of_passage(text: str, start: int, max_characters: int) -> int:
    limit = start + max_characters
    for ends in (_sentence_ends(text, start, limit), _paragraph_ends(text, start, limit)):
        if end := max(ends, default=0):
            return end
    bound = min(len(text), start + STRETCH * max_characters)
    # A little before the limit, since what ends a sentence may lie on both of its sides.
    before = max(start, limit - 100)
    beyond = chain(_sentence_ends(text, before, bound), _paragraph_ends(text, before, bound))
    if end := min((end for end in beyond if end > limit), default=0):
        return end
    if bound == len(text):
        return bound
    for pattern in _LAST_RESORTS:
        if end := max(_ends(pattern.finditer(text, start, bound)), default=0):
            return end
    return bound


def _sentence_ends(text: str, start: int, limit: int) -> Iterator[int]:
    """Where a sentence surely ends. Not after short words, numbers and initials, with which
    abbreviations and units end ("e.g.", "mg.", "No. 5", "J. Smith"): few are enough."""
    for match in _SENTENCE_END.finditer(text, start, min(len(text), limit + 1)):
        word, gap, following = match.groups()
        is_word = (
            len(word) >= 4 and word[1:].islower() and not _ABBREVIATION.fullmatch(word.lower())
        )
        if is_word and (following.isupper() or _BLANK_LINE.search(gap)) and match.end() <= limit:
            yield match.end()


def _paragraph_ends(text: str, start: int, limit: int) -> Iterator[int]:
    for pattern in (_BLANK_LINE, _BEFORE_BULLET):
        yield from _ends(pattern.finditer(text, start, limit))


def _ends(matches: Iterable[re.Match[str]]) -> Iterator[int]:
    return (match.end() for match in matches)
