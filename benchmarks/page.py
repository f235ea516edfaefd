"""Pages of the documentation: the tables that a command writes into them, and their plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

BEGIN, END = "<!-- begin: written by `python -m {module}` -->", "<!-- end -->"

Table = list[dict[str, Any]]
"""Lines by column: words, numbers, or a number for each round."""


def write_page(page: Path, module: str, content: str, plot: Figure | None = None) -> None:
    """Put tables between the marks of a page, and a plot beside it.

    page (Path): The Markdown file; one that is not there is made. The plot has its name.
    module (str): Who writes, as the first mark says.
    content (str): Markdown.
    plot (Optional[Figure]): The plot, if there is one.
    RAISES (ValueError): If the page has no marks.
    """
    begin = BEGIN.format(module=module)
    text = page.read_text(encoding="utf8") if page.exists() else f"{begin}\n{END}\n"
    if begin not in text or END not in text:
        raise ValueError(f"{page} has no marks {begin!r} and {END!r} to write between.")
    before, rest = text.split(begin, 1)
    text = f"{before}{begin}\n\n{content}\n\n{END}{rest.split(END, 1)[1]}"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf8")
    if plot is None:
        return
    # The same results give the same file.
    with mpl.rc_context({"svg.hashsalt": "spacy-ddi", "svg.fonttype": "none"}):
        plot.savefig(page.with_suffix(".svg"), metadata={"Date": None})


def markdown_table(table: Table, *, n_words: int = 1) -> str:
    """A table in Markdown: its first columns are words, on the left, the others figures."""
    bar = ["---"] * n_words + ["---:"] * (len(table[0]) - n_words)
    lines = [list(table[0]), bar, *(map(cell, line.values()) for line in table)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: Any) -> str:
    """A cell: of several rounds the median, with the lowest and the highest in brackets."""
    if isinstance(value, str):
        return value
    rounds = value if isinstance(value, Sequence) else [value]
    middle = median(rounds)
    form = ",.0f" if middle >= 100 else ".1f" if middle >= 2 else ".2f"
    told, low, high = (f"{number:{form}}" for number in (middle, min(rounds), max(rounds)))
    return told if low == high else f"{told} ({low} to {high})"


def ratios(seconds: Sequence[float], against: Sequence[float]) -> list[float]:
    """How many times as fast as another a system is, in each round."""
    return [theirs / ours for ours, theirs in zip(seconds, against, strict=True)]
