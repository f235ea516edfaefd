"""What the HTML page holds of explanations, for `page_why.js` to show.

The words of an explained sentence are elements of their own, so that they can be shaded. An
interaction carries the rest as JSON, with words by their place among the sentence's elements.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Final

from spacy_ddi.explaining.explanation import Explanation, Word

Place = tuple[int, int]
"""Characters (start, end) in `doc.text`, end exclusive."""


LEAST_LOOK: Final = 0.05
"""The network's own weights that are told."""


def look_at(word: Word) -> float:
    """How much the network looks at a word.

    word (Word): The word.
    RETURNS (float): Its attention; its weight in the pooling where the network has no attention.
    """
    share = word.pooling if word.attention is None else word.attention
    return share or 0.0


def words_between(explanations: Iterable[Explanation], marks: Sequence[Place]) -> list[Place]:
    """The words of explained sentences that are not in what is marked as a mention.

    explanations (Iterable[Explanation]): Those of a passage.
    marks (Sequence[Place]): The marked mentions, in text order.
    RETURNS (List[Place]): In text order, each once.
    """
    words = {(word.start_char, word.end_char) for each in explanations for word in each.words}
    starts = [start for start, _ in marks]

    def is_free(place: Place) -> bool:
        before = bisect_right(starts, place[1] - 1) - 1
        return before < 0 or marks[before][1] <= place[0]

    return sorted(filter(is_free, words))


def with_words(text: str, part: Place, words: Sequence[Place], clean: Callable[[str], str]) -> str:
    """A part of the text as HTML, with an element for each word.

    text (str): The text of the Doc.
    part (Place): Which part.
    words (Sequence[Place]): See `words_between`.
    clean (Callable[[str], str]): Makes HTML of text.
    RETURNS (str): HTML.
    """
    position, end = part
    pieces = []
    for first, last in words:
        if position <= first and last <= end:
            pieces.append(clean(text[position:first]))
            pieces.append(f'<span class="word">{clean(text[first:last])}</span>')
            position = last
    return "".join([*pieces, clean(text[position:end])])


def why_attribute(explanation: Explanation, elements: Sequence[Place]) -> str:
    """What an interaction carries of its explanation.

    explanation (Explanation): The explanation.
    elements (Sequence[Place]): Marks and words of the passage, in text order.
    RETURNS (str): An HTML attribute with JSON: `weights` by element, `looks` (see `look_at`) by
        element, `path` of element, element and dependency, and `probs`.
    """
    starts = [start for start, _ in elements]
    places = [max(0, bisect_right(starts, word.start_char) - 1) for word in explanation.words]
    weights = {
        place: round(word.weight, 4)
        for place, word in zip(places, explanation.words, strict=True)
        if word.weight is not None
    }
    path = [[places[edge.dependent], places[edge.head], edge.dep] for edge in explanation.path]
    probs = {label: round(prob, 4) for label, prob in explanation.probs.items()}
    looks = {
        place: round(share, 2)
        for place, word in zip(places, explanation.words, strict=True)
        if (share := look_at(word)) >= LEAST_LOOK
    }
    found = {"weights": weights, "looks": looks, "path": path, "probs": probs}
    content = json.dumps(found, ensure_ascii=False)
    return f' data-why="{escape(content)}"'
