"""The narrative of Structured Product Labels as lines of text: paragraphs, lists and tables."""

from __future__ import annotations

from typing import Final, cast

from lxml import etree

from spacy_ddi.formats.xml_streams import inline_text, joined

BULLET: Final = "• "
BETWEEN_CELLS: Final = " | "

_BLOCKS: Final = frozenset({"text", "paragraph", "list", "table", "caption", "renderMultiMedia"})
"""Elements that begin and end a line."""

_CELLS: Final = frozenset({"td", "th"})


def narrative_lines(text: etree._Element) -> list[str]:
    """The lines of a section's text.

    A paragraph is a line, and so is what a line break ends; an item of a list is a line with a
    bullet; a row of a table is a line of its cells, without empty ones. Footnotes follow the
    paragraph, list or table that they stand in, as do the rows of a table's foot.

    text (_Element): The element `text` of a section. It is changed: feet of tables go to their end.
    RETURNS (List[str]): The lines, none of them empty.
    """
    for foot in list(text.iter("{*}tfoot")):
        cast(etree._Element, foot.getparent()).append(foot)
    lines = _Lines()
    walk = etree.iterwalk(text, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            if lines.is_passed_over(element):
                walk.skip_subtree()
            else:
                lines.begin(element)
        elif event == "end":
            lines.end(element)
        if event != "start" and element is not text:
            lines.add(element.tail)
        if event == "end" and element.getparent() is text:
            lines.end_block(element)
    return lines.finish()


class _Lines:
    """Lines, the one that is being written, and where in lists and tables it is."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._parts: list[str] = []
        self._bullet = ""
        self._cells: list[str] = []
        self._n_items = 0
        self._n_rows = 0
        self._footnotes: list[str] = []
        self._outside: list[list[str]] = []

    def add(self, text: str | None) -> None:
        """Go on with the line."""
        if text:
            self._parts.append(text)

    def is_passed_over(self, element: etree._Element) -> bool:
        """Whether the inside of an element is no text by itself: what begins an item of a list."""
        parent = element.getparent()
        return _name(element) == "caption" and parent is not None and _name(parent) == "item"

    def begin(self, element: etree._Element) -> None:
        """Enter an element, and take the text before its first child."""
        name = _name(element)
        if name in _BLOCKS or (name == "br" and not self._n_items):
            self._break()
        elif name == "br":
            self.add(" ")
        elif name == "item":
            self._begin_item(BULLET + _own_mark(element))
        elif name == "footnote":
            self._outside.append(self._parts)
            self._parts = []
        elif name == "tr":
            self._break()
            self._n_rows += not self._outside
        elif name in _CELLS and self._is_in_row():
            self._parts.clear()
        elif name in _CELLS:
            self.add(" ")
        self.add(element.text)

    def end(self, element: etree._Element) -> None:
        """Leave an element."""
        name = _name(element)
        if name in _BLOCKS:
            self._break()
        elif name == "item":
            self._break()
            self._n_items -= 1
            if not self._is_in_line():
                self._bullet = ""
        elif name == "footnote":
            self._footnotes.append(joined("".join(self._parts)))
            self._parts = self._outside.pop()
        elif name in _CELLS and self._is_in_row():
            self._cells.append(joined("".join(self._parts)))
            self._parts.clear()
        elif name == "tr" and self._is_in_row():
            self._n_rows = 0
            self._parts = [BETWEEN_CELLS.join(cell for cell in self._cells if cell.strip())]
            self._cells.clear()
            self._break()
        elif name == "tr":
            self._n_rows -= not self._outside
            self._break()

    def end_block(self, element: etree._Element) -> None:
        """Write the footnotes of an element of the section's text, if it is no part of a line."""
        if _name(element) in _BLOCKS:
            self._write_footnotes()

    def finish(self) -> list[str]:
        """End the last line."""
        self._break()
        self._write_footnotes()
        return self._lines

    def _begin_item(self, bullet: str) -> None:
        self._break()
        self._n_items += 1
        if self._is_in_line():
            self.add(bullet)
        else:
            self._bullet = bullet

    def _is_in_line(self) -> bool:
        """Whether it is in a row of a table or in a footnote, which are one line."""
        return bool(self._n_rows or self._outside)

    def _is_in_row(self) -> bool:
        """Whether it is in a row of a table that is in no cell of another one."""
        return self._n_rows == 1 and not self._outside

    def _break(self) -> None:
        """End the line, or have a blank where there is one line only."""
        if self._is_in_line():
            self.add(" ")
            return
        line = joined("".join(self._parts))
        self._parts.clear()
        if line.strip():
            self._lines.append(self._bullet + line)
            self._bullet = ""

    def _write_footnotes(self) -> None:
        self._lines += filter(str.strip, self._footnotes)
        self._footnotes.clear()


def _own_mark(item: etree._Element) -> str:
    """What a list has before an item, such as a number. A single sign is a bullet."""
    caption = item.find("{*}caption")
    mark = "" if caption is None else inline_text(caption)
    return f"{mark} " if len(mark) > 1 else ""


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
