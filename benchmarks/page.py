"""Pages of the documentation: the tables that a command writes into them, and their plots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure

BEGIN, END = "<!-- begin: written by `python -m {module}` -->", "<!-- end -->"


def write_page(page: Path, module: str, content: str, plot: Figure) -> None:
    """Put tables between the marks of a page, and a plot beside it.

    page (Path): The Markdown file; one that is not there is made. The plot has its name.
    module (str): Who writes, as the first mark says.
    content (str): Markdown.
    plot (Figure): The plot.
    """
    page.parent.mkdir(parents=True, exist_ok=True)
    begin = BEGIN.format(module=module)
    text = page.read_text(encoding="utf8") if page.exists() else f"{begin}\n{END}\n"
    page.write_text(between_marks(text, module, content), encoding="utf8")
    # The same results give the same file.
    with mpl.rc_context({"svg.hashsalt": "spacy-ddi", "svg.fonttype": "none"}):
        plot.savefig(page.with_suffix(".svg"), metadata={"Date": None})


def between_marks(text: str, module: str, content: str) -> str:
    """A text with new content between its marks.

    text, module, content (str): See `write_page`.
    RETURNS (str): The text.
    RAISES (ValueError): If the marks are not there.
    """
    begin = BEGIN.format(module=module)
    if begin not in text or END not in text:
        raise ValueError(f"The page has no marks {begin!r} and {END!r} to write between.")
    before, rest = text.split(begin, 1)
    return f"{before}{begin}\n\n{content.strip()}\n\n{END}{rest.split(END, 1)[1]}"


def markdown_table(head: Sequence[str], lines: Iterable[Sequence[str]], *, n_words: int = 1) -> str:
    """A table.

    head (Sequence[str]): Titles of the columns.
    lines (Iterable[Sequence[str]]): The cells.
    n_words (int): How many columns hold words; the others hold figures.
    RETURNS (str): Markdown.
    """
    bar = ["---"] * n_words + ["---:"] * (len(head) - n_words)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, bar, *lines])


def ratios(seconds: Sequence[float], against: Sequence[float]) -> list[float]:
    """How many times as fast as another a system is, in each round."""
    return [theirs / ours for ours, theirs in zip(seconds, against, strict=True)]


def spread(values: Sequence[float], form: str = ".1f") -> str:
    """The median, with the lowest and the highest in brackets where they differ."""
    middle, low, high = (f"{f(values):{form}}" for f in (median, min, max))
    return middle if low == high else f"{middle} ({low} to {high})"
