"""The page as a format, without what makes it: who only asks for formats does not need spaCy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from spacy_ddi.formats.format import Format

if TYPE_CHECKING:
    from spacy_ddi.formats.html_page import PagePart


def write_page(parts: Iterable[PagePart], path: Path) -> None:
    """Write a page; see `page_of`. All of it is in memory.

    parts (Iterable[PagePart]): What it shows.
    path (Path): The file; its folder is made.
    """
    from spacy_ddi.formats.html_page import page_of

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page_of(parts), encoding="utf-8")


HTML = Format("html", (".html", ".htm"), lambda head: False, write_page=write_page)
