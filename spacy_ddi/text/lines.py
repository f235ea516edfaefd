"""Which line ends are sentence ends.

A block is what stands between blank lines. Its lines are either wrapped prose, where a line end is
no more than a blank, or lines of their own: items, headings, table rows, notes.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Final

from spacy_ddi.text.characters import INVISIBLE, LINE_END
from spacy_ddi.text.full_stops import VERB, sentence_starts
from spacy_ddi.text.marks import BULLET, ITEM

MIN_WIDTH: Final = 40
"""Text is not wrapped at fewer characters."""

MAX_WIDTH: Final = 140
"""Nor at more."""

HEADING_LENGTH: Final = 60

_LINE: Final = re.compile(rf"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]*(?:{LINE_END}|$)")
_INVISIBLE: Final = re.compile(f"[{INVISIBLE}]")
_MARGIN: Final = re.compile(rf"[\s{INVISIBLE}]*")
_RULE: Final = re.compile(rf"[-–—=_*~#|+•:>\s{INVISIBLE}]*")
_QUOTE: Final = re.compile(r"(?:>[ \t]?)+")
_COLUMNS: Final = re.compile(r"\S(?:[ \t]*\t[ \t]*| {3,}|[ \t]+\|[ \t]+)\S|^\|")
_FINAL: Final = re.compile(r"[.!?…;:][\"'”’)\]]*(?:\[[\d,–-]+\])?$")
_SENTENCE_END: Final = re.compile(r"[.!?…][\"'”’)\]]*(?:\[[\d,–-]+\])?$")
# Words that go on: no sentence ends with one of them, …
_OPEN_WORDS: Final = frozenset(
    "a about above after against also among an and any are as at be because been before being "
    "below between both but by can could did do does due during each either etc. for from had "
    "has have if in including into is it its like may might more most must nor not of on only "
    "or other over per should since such than that the their these they this those through to "
    "under until upon versus via vs was were when whether which while who whose will with "
    "within without would concomitant e.g. i.e. approximately all some no new".split()
)
# … and few begin with one of these.
_CONTINUING: Final = frozenset(
    "and or of by with in on to for from than that which who whose is are was were be been "
    "has have had may might can could should will would must not due during when while "
    "because including such as at into via per".split()
)


@dataclass(frozen=True)
class Line:
    """A line of a text.

    start (int): Place of its first visible character, a quotation mark of e-mail not counted.
    text (str): From there to its last visible character; empty for a blank line.
    indent (int): Characters before it.
    item_end (int): Length of the bullet or number it begins with, and of the blank after it; 0
        without one.
    """

    start: int
    text: str
    indent: int
    item_end: int

    @property
    def width(self) -> int:
        """Its length, with what stands before it."""
        return self.indent + len(self.text)

    @property
    def words(self) -> str:
        """What follows the bullet or number."""
        return self.text[self.item_end :]


def split_lines(text: str) -> list[Line]:
    """The lines of a text, the blank ones too.

    text (str): The text.
    RETURNS (List[Line]): Its lines. A line that is drawn, as by hyphens, is a blank one.
    """
    lines = []
    matches = [match for match in _LINE.finditer(text) if match[0]]
    is_quoted = sum(bool(_QUOTE.match(match[0])) for match in matches) > 1
    for match in matches:
        begin = start = match.start()
        if is_quoted and (quote := _QUOTE.match(text, begin, match.end())):
            start = quote.end()
        start = _margin_end(text, start, match.end())
        content = text[start : match.end()].rstrip()
        if _RULE.fullmatch(content):
            content = ""
        item = ITEM.match(content)
        lines.append(Line(start, content, start - begin, item.end() if item else 0))
    return lines


def text_sentence_starts(text: str) -> list[int]:
    """Where the sentences of a text begin, by its lines and its punctuation.

    text (str): The text.
    RETURNS (List[int]): Places of the first characters, but for the text's own start.
    """
    if not _INVISIBLE.search(text):
        return _starts(text)
    visible = [i for i, character in enumerate(text) if not _INVISIBLE.match(character)]
    return [visible[start] for start in _starts("".join(text[i] for i in visible))]


def _starts(text: str) -> list[int]:
    starts: list[int] = []
    paragraphs = _paragraphs(split_lines(text))
    for i, paragraph in enumerate(paragraphs):
        begin = paragraph[0].start
        end = paragraphs[i + 1][0].start if i + 1 < len(paragraphs) else len(text)
        if i:
            starts.append(begin)
        body = begin + paragraph[0].item_end
        starts += [body + place for place in sentence_starts(text[body:end])]
    return starts


def _margin_end(text: str, start: int, end: int) -> int:
    match = _MARGIN.match(text, start, end)
    return match.end() if match else start


def _paragraphs(lines: list[Line]) -> list[list[Line]]:
    """Lines that are one piece of running text."""
    blocks: list[list[Line]] = [[]]
    for line in lines:
        if line.text:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    paragraphs: list[list[Line]] = []
    for block in filter(None, blocks):
        pieces = _pieces(block)
        if paragraphs and _goes_on_after_blank(paragraphs[-1], pieces[0]):
            paragraphs[-1].extend(pieces.pop(0))
        paragraphs.extend(pieces)
    return paragraphs


def _goes_on_after_blank(before: list[Line], after: list[Line]) -> bool:
    """Whether a blank line, as at the end of a page, is inside a sentence."""
    last, first = before[-1], after[0]
    return (
        MIN_WIDTH <= last.width <= MAX_WIDTH
        and not first.item_end
        and not _FINAL.search(last.text)
        and first.text[0].islower()
        and _is_open(last.text)
    )


def _pieces(block: list[Line]) -> list[list[Line]]:
    shape = _Shape.of(block)
    pieces = [[block[0]]]
    for i in range(1, len(block)):
        if shape.is_break(pieces[-1], block, i):
            pieces.append([block[i]])
        else:
            pieces[-1].append(block[i])
    return pieces


def _first_word(text: str) -> str:
    return text.split(None, 1)[0]


def _is_open(text: str) -> bool:
    """Whether a line ends in the middle of a phrase."""
    last = text.rsplit(None, 1)[-1]
    is_open_word = last.lower() in _OPEN_WORDS or last[-1] in ",(/[+&=-–"
    return is_open_word or text.count("(") > text.count(")")


def _is_heading(line: Line) -> bool:
    """Whether a line looks like a heading: short, and written so."""
    words = line.words
    if line.text[0] == "#":
        return True
    if not words or len(words) > HEADING_LENGTH or _SENTENCE_END.search(words) or words[-1] in ",;":
        return False
    letters = [word for word in words.split() if word[0].isalpha() and len(word) > 3]
    return words.isupper() or (words.endswith(":") and len(letters) <= 5)


def _is_row(line: Line) -> bool:
    return _COLUMNS.search(line.text) is not None


@dataclass(frozen=True)
class _Shape:
    """What the lines of a block have in common.

    width (int): The longest line.
    is_wrapped (bool): Whether each line that ends within a sentence is full.
    is_punctuated (bool): Whether sentences end with a full stop.
    is_table (bool): Whether there are rows.
    items (int): Lines with a bullet or number.
    is_upper (bool): Whether all is in capitals.
    """

    width: int
    is_wrapped: bool
    is_punctuated: bool
    is_table: bool
    items: int
    is_upper: bool

    @classmethod
    def of(cls, block: list[Line]) -> _Shape:
        width = max(line.width for line in block)
        full = [
            line.width + 1 + len(_first_word(following.text)) > width
            for line, following in itertools.pairwise(block)
            if not (_FINAL.search(line.text) or following.item_end or _is_heading(line))
        ]
        return cls(
            width=width,
            is_wrapped=MIN_WIDTH <= width <= MAX_WIDTH and sum(full) >= 0.9 * len(full),
            is_punctuated=_SENTENCE_END.search(block[-1].text) is not None,
            is_table=any(map(_is_row, block)),
            items=sum(line.item_end > 0 for line in block),
            is_upper=all(line.text.isupper() for line in block) and width >= MIN_WIDTH,
        )

    def is_break(self, piece: list[Line], block: list[Line], i: int) -> bool:
        """Whether line i of a block begins a sentence of its own.

        piece (List[Line]): The lines from the last break to line i.
        block (List[Line]): The block.
        i (int): The line.
        RETURNS (bool): False if it goes on with the line before, or the punctuation decides.
        """
        before, line = block[i - 1], block[i]
        is_full = before.width + 1 + len(_first_word(line.text)) > self.width
        if line.item_end:
            return self._is_item(before, line, is_full)
        if self.is_table and (_is_row(before) or _is_row(line)):
            return True
        if not self.is_upper and (_is_heading(before) or self._is_heading_after(before, line)):
            return not (self.is_wrapped and is_full and not before.text.isupper())
        if _SENTENCE_END.search(before.text):
            # The punctuation decides; what is no capital is a line of its own in notes only.
            return not (self.is_wrapped or self.is_punctuated)
        is_item_going_on = piece[0].item_end and line.indent > piece[0].indent
        if is_item_going_on or _is_open(before.text) or _first_word(line.text) in _CONTINUING:
            return False
        return not self._goes_on(before, line, block, is_full)

    def _is_item(self, before: Line, line: Line, is_full: bool) -> bool:
        """Whether a bullet or number is one, not a dash or '(b)' within wrapped prose."""
        if BULLET.match(line.text) or (self.items > 1 and before.item_end):
            return True
        if _FINAL.search(before.text) or _is_heading(before):
            return True
        return not (self.is_wrapped and is_full and (_is_open(before.text) or self.items == 1))

    def _is_heading_after(self, before: Line, line: Line) -> bool:
        return _is_heading(line) and bool(
            _FINAL.search(before.text) or before.width < self.width / 2
        )

    def _goes_on(self, before: Line, line: Line, block: list[Line], is_full: bool) -> bool:
        """Whether a line goes on with the next, where neither ends or begins a phrase for sure."""
        if not (self.is_wrapped and is_full):
            return self.is_punctuated and not line.text[0].isupper()
        if not line.text[0].isupper() or (len(block) > 3 and self.is_punctuated):
            return True
        return not (VERB.search(before.text) and VERB.search(line.text))
