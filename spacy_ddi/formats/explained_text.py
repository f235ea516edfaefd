"""Explanations for the terminal: the sentence with its words shaded, the path, alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.console import Group
from rich.style import Style
from rich.text import Text

from spacy_ddi.explaining.explanation import Explanation, PathEdge, Word
from spacy_ddi.formats.explained_page import LEAST_LOOK, look_at
from spacy_ddi.formats.tables import LABEL_STYLES

LEAST_SCALE: Final = 0.1
"""Words are shaded by the largest weight, but by no less than this: what moves nothing is pale."""

HEAVY: Final = 0.02
"""Weights from which words are listed."""

MOST_WORDS: Final = 6

_FOR: Final = (255, 140, 0)
_AGAINST: Final = (110, 160, 255)
_PALE: Final = (255, 250, 240)


def explained(record: Mapping[str, Any], explanation: Explanation) -> Group:
    """An interaction with its explanation.

    record (Mapping[str, Any]): The interaction, with the keys of a `RelationRecord`.
    explanation (Explanation): Why it was found.
    RETURNS (Group): Lines for a rich console.
    """
    title = Text.assemble(
        (record["head"], "bold"),
        " and ",
        (record["tail"], "bold"),
        ": ",
        (record["label"], LABEL_STYLES.get(record["label"], "bold")),
        f" {record['score']:.2f}",
    )
    lines = [title, shaded_sentence(explanation), _named("weights", heavy_words(explanation))]
    if explanation.path:
        lines.append(_named("path", " ".join(steps_of(explanation))))
    if looked := looked_at(explanation):
        lines.append(_named("attention", looked))
    probs = sorted(explanation.probs.items(), key=lambda each: -each[1])
    named = ", ".join(f"{name} {prob:.2f}" for name, prob in probs)
    if abs(record["score"] - explanation.probs[explanation.label]) >= 0.005:
        named += f" (calibrated, the score is {record['score']:.2f})"
    lines.append(_named("probabilities", named))
    return Group(*lines, "")


def shaded_sentence(explanation: Explanation) -> Text:
    """The sentence, its mentions bold, its words shaded: orange for the label, blue against it.

    explanation (Explanation): The explanation.
    RETURNS (Text): The words; blanks and line ends between them are one blank.
    """
    weights = [abs(word.weight) for word in explanation.words if word.weight is not None]
    scale = max([LEAST_SCALE, *weights])
    text = Text()
    end = None
    for word in explanation.words:
        if end is not None and word.start_char > end:
            text.append(" ")
        text.append(" ".join(word.text.split()), _style_of(word, scale))
        end = word.end_char
    return text


def heavy_words(explanation: Explanation) -> str:
    """The words that count most: the weight of each, and what the probability becomes without it.

    explanation (Explanation): The explanation.
    RETURNS (str): E.g. "'increases' +0.71 (0.25 without it), 'levels' +0.16 (0.80 without it)".
    """
    prob = explanation.probs[explanation.label]
    known = [(word.weight, word.text) for word in explanation.words if word.weight is not None]
    heavy = [each for each in known if abs(each[0]) >= HEAVY]
    heavy.sort(key=lambda each: -abs(each[0]))
    named = [
        f"'{text}' {weight:+.2f} ({prob - weight:.2f} without it)"
        for weight, text in heavy[:MOST_WORDS]
    ]
    return ", ".join(named) or f"below {HEAVY} for each single word"


def looked_at(explanation: Explanation) -> str:
    """The words that the network looks at most.

    explanation (Explanation): The explanation.
    RETURNS (str): E.g. "'increases' 0.41, 'levels' 0.20"; empty if the network has none.
    """
    known = [(look_at(word), word.text) for word in explanation.words]
    largest = sorted((each for each in known if each[0] >= LEAST_LOOK), key=lambda each: -each[0])
    return ", ".join(f"'{text}' {share:.2f}" for share, text in largest[:MOST_WORDS])


def steps_of(explanation: Explanation) -> Iterator[str]:
    """The dependency path in words.

    explanation (Explanation): The explanation, with a path.
    YIELDS (str): Words, and between them the dependencies with the direction of their heads.
    """
    place = _start_of(explanation.path)
    yield explanation.words[place].text
    for edge in explanation.path:
        is_up = edge.dependent == place
        place = edge.head if is_up else edge.dependent
        yield f"-{edge.dep}->" if is_up else f"<-{edge.dep}-"
        yield explanation.words[place].text


def _start_of(path: tuple[PathEdge, ...]) -> int:
    """The end of the first edge that the second does not touch; of a single edge the first word."""
    first = path[0]
    if len(path) == 1:
        return min(first.dependent, first.head)
    second = path[1]
    return first.head if first.dependent in (second.dependent, second.head) else first.dependent


def _style_of(word: Word, scale: float) -> Style:
    if word.weight is None:
        return Style(bold=True, underline=True)
    share = abs(word.weight) / scale
    if share < 0.05:
        return Style()
    colour = _FOR if word.weight > 0 else _AGAINST
    red, green, blue = (
        round(pale + (full - pale) * share) for pale, full in zip(_PALE, colour, strict=True)
    )
    return Style(color="black", bgcolor=f"rgb({red},{green},{blue})")


def _named(name: str, content: str) -> Text:
    return Text.assemble((f"  {name}: ", "dim"), content)
