"""What an explanation holds: plain data, which needs neither spaCy nor torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Word:
    """A word of the sentence, or a whole mention.

    text (str): The word.
    start_char, end_char (int): Its characters in `doc.text`, end exclusive.
    weight (Optional[float]): By how much the probability of the label falls when the word is left
        out of the sentence, in [-1, 1]; below 0 if it rises. None for a mention, which is never
        left out.
    pooling (Optional[float]): The network's own weight of the word in its attentive pooling. These
        add up to 1. None in a network that has no such pooling.
    attention (Optional[float]): The weight of the word in the pair's attention over the encoder's
        vectors, the mean over the attention's heads. These add up to 1. None in a network without
        `spacy-ddi.PairContext.v1`.
    """

    text: str
    start_char: int
    end_char: int
    weight: float | None
    pooling: float | None
    attention: float | None


@dataclass(frozen=True)
class PathEdge:
    """One edge of a dependency path.

    dependent, head (int): Places of two words in `Explanation.words`.
    dep (str): How the dependent hangs on its head.
    """

    dependent: int
    head: int
    dep: str


@dataclass(frozen=True)
class Explanation:
    """Why a pair of mentions was given its label.

    label (str): The label that is explained.
    probs (Dict[str, float]): The probability of every class, `none` included, as the network says
        it: a calibrated score may differ.
    words (Tuple[Word, ...]): The words of the sentence in text order. A mention is one word.
    path (Tuple[PathEdge, ...]): The shortest way from the first mention to the other in the
        dependency parse, edge after edge. Empty without a parse.
    """

    label: str
    probs: dict[str, float]
    words: tuple[Word, ...]
    path: tuple[PathEdge, ...]

    def to_dict(self, *, offset: int = 0, digits: int = 4) -> dict[str, Any]:
        """The explanation as JSON has it.

        offset (int): Where the Doc begins in the whole text, in characters.
        digits (int): Decimals of probabilities and weights.
        RETURNS (Dict[str, Any]): The fields by their names, dicts and lists throughout; `start` and
            `end` for the characters of a word.
        """
        words = []
        for word in self.words:
            known = {"weight": word.weight, "pooling": word.pooling, "attention": word.attention}
            rounded = {key: None if v is None else round(v, digits) for key, v in known.items()}
            place = {"start": word.start_char + offset, "end": word.end_char + offset}
            words.append({"text": word.text, **place, **rounded})
        return {
            "label": self.label,
            "probs": {label: round(prob, digits) for label, prob in self.probs.items()},
            "words": words,
            "path": [asdict(edge) for edge in self.path],
        }
