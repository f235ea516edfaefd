"""A document as people have it: a text, and what stands in which part of it.

Every format is read into this, and written from it. Offsets are characters of the text, ends
exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from spacy_ddi.corpora.documents import Interaction, Mention

SENTENCE: Final = "sentence"
"""The kind of section that a sentence is."""


@dataclass(frozen=True)
class Section:
    """A part of a document.

    start, end (int): Its characters.
    kind (str): What the format calls it: 'title', 'abstract', a LOINC code.
    title (str): What stands above it.
    """

    start: int
    end: int
    kind: str = ""
    title: str = ""


@dataclass(frozen=True)
class TextDocument:
    """A document.

    id (str): Its identifier in the format: a PMID, a set id, a file's name.
    text (str): The text.
    sections (Tuple[Section, ...]): Its parts in text order; they don't overlap.
    mentions (Tuple[Mention, ...]): Annotated drugs.
    interactions (Tuple[Interaction, ...]): Annotated pairs of them.
    year (Optional[int]): When it was published.
    metadata (Mapping[str, str]): What else the format says of it, such as a language or a set id.
    origin (str): File, and place in it, for messages.
    file (str): The file; empty if it is from none.
    """

    id: str
    text: str
    sections: tuple[Section, ...] = ()
    mentions: tuple[Mention, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    year: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    origin: str = field(default="", compare=False, repr=False)
    file: str = field(default="", compare=False, repr=False)
