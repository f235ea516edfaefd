"""Long texts in passages that fit into memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy_ddi.errors import require

MAX_CHARACTERS = 20_000
"""A passage of this length, some 4,000 tokens, is parsed and encoded at once."""

_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[.!?]\s+"), re.compile(r"\s+"))


def passages(text: str, max_characters: int = MAX_CHARACTERS) -> Iterator[tuple[int, str]]:
    """Cut a text where it hurts least: after a blank line, else a line, a sentence, a word.

    text (str): The text.
    max_characters (int): The longest passage.
    YIELDS (Tuple[int, str]): Offset of the passage in characters, and the passage. Together they
        are the text.
    """
    require(max_characters >= 1, "passages", "max_characters", max_characters, "1 or more")
    start = 0
    while len(text) - start > max_characters:
        end = _last_break(text, start, start + max_characters)
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _last_break(text: str, start: int, limit: int) -> int:
    window = text[start:limit]
    for pattern in _BREAKS:
        ends = [match.end() for match in pattern.finditer(window)]
        if ends:
            return start + ends[-1]
    return limit
