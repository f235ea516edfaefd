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
    file (str): The file; empty if it is from none.
    place (str): Where in the file: 'line 3'; empty if it is all of it.
    is_predicted (bool): Whether its annotation is a machine's, and nobody has looked at it.
    is_unchanged (bool): Whether its annotation is a machine's, and nobody has changed it, where it
        can't be told whether anybody has looked at it.
    not_read (str): Why its annotation could not be read, though it seems to have some.
    """

    id: str
    text: str
    sections: tuple[Section, ...] = ()
    mentions: tuple[Mention, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    year: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    file: str = field(default="", compare=False, repr=False)
    place: str = field(default="", compare=False, repr=False)
    is_predicted: bool = field(default=False, compare=False, repr=False)
    is_unchanged: bool = field(default=False, compare=False, repr=False)
    not_read: str = field(default="", compare=False, repr=False)

    @property
    def origin(self) -> str:
        """File and place, for messages."""
        return f"{self.file}, {self.place}" if self.place else self.file
