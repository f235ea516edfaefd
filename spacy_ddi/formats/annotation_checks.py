"""Whether the annotations of a document fit its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from spacy_ddi.formats.text_document import TextDocument

HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, which JSON can hold, but no file in UTF-8."""

Ranges = tuple[tuple[int, int], ...]


def annotation_problem(document: TextDocument) -> str | None:
    """What is wrong with a document that was read.

    document (TextDocument): The document.
    RETURNS (Optional[str]): Of the first thing that is wrong, what it is; None if all is right:
        mentions have ids of their own and mark characters of the text, interactions are between two
        mentions, sections follow each other, and the text can be written in UTF-8.
    """
    if half := HALF_CHARACTER.search(document.text):
        return f"character {half.start()} of the text is one half of a surrogate pair"
    length = len(document.text)
    ids = set()
    for mention in document.mentions:
        if mention.id in ids:
            return f"two mentions have the id {mention.id!r}"
        ids.add(mention.id)
        if not _marks(mention.ranges, length):
            return f"mention {mention.id!r} has {_said(mention.ranges)} in a text of {length:,}"
    places = [(section.start, section.end) for section in document.sections]
    if places and not _follow(places, length):
        return f"sections have {_said(places)} in a text of {length:,}"
    return _interaction_problem(document, ids)


def _interaction_problem(document: TextDocument, ids: set[str]) -> str | None:
    for interaction in document.interactions:
        for end in (interaction.head, interaction.tail):
            if end not in ids:
                return f"an interaction is of {end!r}, and no mention has this id"
        if interaction.head == interaction.tail:
            return f"an interaction is of {interaction.head!r} with itself"
    return None


def _marks(ranges: Ranges, length: int) -> bool:
    return bool(ranges) and all(start < end for start, end in ranges) and _follow(ranges, length)


def _follow(places: Iterable[tuple[int, int]], length: int) -> bool:
    offsets = [0, *(offset for place in places for offset in place), length]
    return all(one <= next_one for one, next_one in pairwise(offsets))


def _said(places: Iterable[tuple[int, int]]) -> str:
    listed = list(places)
    shown = ", ".join(f"{start}-{end}" for start, end in listed[:5])
    return f"the characters {shown or 'of nothing'}{', …' * (len(listed) > 5)}"
