"""Marks at the start of a line: bullets, and the numbers of lists and headings."""

from __future__ import annotations

import re
from typing import Final

from spacy_ddi.text.characters import INVISIBLE

BLANK: Final = rf"[^\S\r\n]|[{INVISIBLE}]"
"""Between words of a line."""

_ROMAN: Final = "(?:x{0,3}(?:ix|iv|v?i{1,3}|v)|x{1,3})"
_GAP: Final = rf"(?:{BLANK})+(?=\S)"

# Signs that are nothing else at the start of a line.
_BULLET: Final = rf"[•‣⁃◦▪▫■□●○◆◇►▶▸➢➤✓✔☐☑·](?:{BLANK})*(?=\S)"
_DASH: Final = rf"(?:[-–—−*+∙~]|--|o(?=[^\S\r\n]+[A-Z(])|\#{{1,6}}){_GAP}"
_NUMBER: Final = (
    r"(?:\(?\d{1,3}(?:\.\d{1,3}){0,3}[.)]"  # 1. 1) (1) 1.2.
    r"|\[\d{1,3}\]"
    r"|[1-9]\d?(?:\.[1-9]\d?){1,3}(?=\s+[A-Z])"  # 3.1 Interactions
    rf"|\((?:[a-hA-D]|{_ROMAN}|{_ROMAN.upper().replace('{0,3}', '{0,3}')})\)"  # (a) (iv)
    rf"|(?:[a-h]|{_ROMAN})\)|(?:[a-h]|{_ROMAN})\.(?=\s+[A-Z])"  # a) iv) a. iv.
    rf"|(?:[A-H]|{_ROMAN.upper()})[.)](?=\s+[A-Z][^.]))"  # A. IV.
    rf"{_GAP}"
)

BULLET: Final = re.compile(_BULLET)
"""A sign that begins an item wherever its line begins."""

ITEM: Final = re.compile(f"(?:{_BULLET}|{_DASH}|{_NUMBER})")
"""What may begin an item: in wrapped prose a line can begin so by chance."""

INLINE_BULLET: Final = re.compile(r"(?<=\s)[•‣▪■●►➢✓✔](?=\s)")
"""A sign that begins an item also within a line, as where line ends were lost."""
