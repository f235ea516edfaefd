"""Explanations in the terminal."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from spacy_ddi.explaining.explanation import Explanation, PathEdge, Word
from spacy_ddi.formats.explained_text import explained, heavy_words, shaded_sentence, steps_of

RECORD: Any = {"head": "AA", "tail": "BB", "label": "mechanism", "score": 0.7}


@pytest.fixture
def explanation() -> Explanation:
    words = (
        Word("AA", 0, 2, None, None, 0.15),
        Word("raises", 3, 9, 0.6, None, 0.8),
        Word("BB", 10, 12, None, None, None),
        Word(",", 12, 13, 0.001, None, None),
        Word("so", 15, 17, -0.3, None, None),
    )
    path = (PathEdge(0, 1, "nsubj"), PathEdge(2, 1, "dobj"))
    return Explanation("mechanism", {"none": 0.3, "mechanism": 0.7}, words, path)


def test_sentence_is_shaded_by_weight(explanation: Explanation) -> None:
    text = shaded_sentence(explanation)
    assert text.plain == "AA raises BB, so"
    colours = {text.plain[span.start : span.end]: span.style.bgcolor for span in text.spans}
    assert colours["raises"].triplet == (255, 140, 0)  # the heaviest word has the full colour
    assert colours["so"].triplet.blue > colours["so"].triplet.red
    assert colours["AA"] is None
    assert colours.get(",") is None


def test_words_are_told_without_colour_too(explanation: Explanation) -> None:
    assert (
        heavy_words(explanation) == "'raises' +0.60 (0.10 without it), 'so' -0.30 (1.00 without it)"
    )


def test_light_words_are_not_called_heavy() -> None:
    words = (Word("AA", 0, 2, None, None, None), Word("meets", 3, 8, 0.01, None, None))
    explanation = Explanation("int", {"none": 0.4, "int": 0.6}, words, ())
    assert heavy_words(explanation) == "below 0.02 for each single word"
    style = shaded_sentence(explanation).spans[-1].style
    assert style.bgcolor.triplet.blue > 200  # pale


@pytest.mark.parametrize("turned", [False, True])
def test_path_goes_from_the_first_mention(explanation: Explanation, turned: bool) -> None:
    path = explanation.path[:1] if turned else explanation.path
    steps = list(steps_of(Explanation("int", {}, explanation.words, path)))
    expected = ["AA", "-nsubj->", "raises", "<-dobj-", "BB"]
    assert steps == (expected[:3] if turned else expected)


def test_all_of_it_is_printed(explanation: Explanation) -> None:
    console = Console(width=80)
    with console.capture() as captured:
        record = RECORD | {"score": 0.62}
        console.print(explained(record, explanation), highlight=False)
    assert captured.get().splitlines() == [
        "AA and BB: mechanism 0.62",
        "AA raises BB, so",
        "  weights: 'raises' +0.60 (0.10 without it), 'so' -0.30 (1.00 without it)",
        "  path: AA -nsubj-> raises <-dobj- BB",
        "  attention: 'raises' 0.80, 'AA' 0.15",
        "  probabilities: mechanism 0.70, none 0.30 (calibrated, the score is 0.62)",
        "",
    ]
