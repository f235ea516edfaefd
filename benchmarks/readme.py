"""Markdown: tables, and the parts of the README that a command writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def renew(text: str, mark: str, content: str) -> str:
    """Put something between the marks of a text.

    text (str): The text.
    mark (str): What the mark says.
    content (str): What is to stand there.
    RETURNS (str): The text with the content.
    RAISES (ValueError): If the marks are not there.
    """
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark.partition(':')[0]} -->"
    if begin not in text or end not in text:
        raise ValueError(f"The text has no marks {begin!r} and {end!r} to put anything between.")
    before, rest = text.split(begin, 1)
    _, after = rest.split(end, 1)
    return f"{before}{begin}\n\n{content}\n{end}{after}"


def markdown_table(head: Sequence[str], lines: Iterable[Sequence[str]], *, n_words: int = 1) -> str:
    """A table.

    head (Sequence[str]): Titles of the columns.
    lines (Iterable[Sequence[str]]): The cells.
    n_words (int): So many columns are words, the others figures.
    RETURNS (str): Markdown.
    """
    bar = ["---"] * n_words + ["---:"] * (len(head) - n_words)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, bar, *lines])
