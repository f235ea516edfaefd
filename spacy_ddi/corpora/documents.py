"""An annotated corpus in plain Python: what every format is read into, before spaCy sees it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mention:
    """A drug mention.

    id (str): The corpus's id of the mention.
    type (str): drug, brand, group or drug_n.
    ranges (Tuple[Tuple[int, int], ...]): Character offsets (start, end) in the sentence text, end
        *exclusive*, in text order. A discontinuous mention has several.
    """

    id: str
    type: str
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Interaction:
    """An annotated interaction between two mentions of a sentence.

    head, tail (str): Ids of the mentions, in the corpus's order.
    label (str): mechanism, effect, advise or int; empty for the one without a type.
    score (Optional[float]): What a pipeline gave it, in [0, 1]; None for annotation by people.
    """

    head: str
    tail: str
    label: str
    score: float | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Sentence:
    """A sentence with its mentions. Every unordered pair of them that is not among the
    interactions is annotated as not interacting.

    origin (str): File and line, for messages; empty if it is from no file.
    """

    id: str
    text: str
    mentions: tuple[Mention, ...]
    interactions: tuple[Interaction, ...]
    origin: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Document:
    """A corpus document: its sentences in order. The corpus keeps no text between them."""

    id: str
    sentences: tuple[Sentence, ...]
