"""How faithful weights of words are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import srsly

from benchmarks.explanations import (
    BY_CHANCE,
    MODULE,
    PAGE,
    RESULTS,
    SHARES,
    as_text,
    faithfulness,
    measure,
)


class MadeUpCase:
    """Of 20 words one decides, and one more matters; the last two nodes are mentions."""

    def __init__(self) -> None:
        is_mention = np.arange(22) >= 20
        self.reader = SimpleNamespace(n_nodes=22, mention_nodes=is_mention)
        self.asked: list[Any] = []
        self.document = "D1"

    def probs(self, left_out: Any) -> Any:
        self.asked.append(left_out)
        return 0.9 - 0.6 * left_out[:, 3] - 0.2 * left_out[:, 7]


def weights_of(*heavy: int) -> Any:
    weights = np.linspace(0.2, 0.1, 22)
    weights[list(heavy)] = np.arange(len(heavy), 0, -1)
    weights[20:] = np.nan
    return weights


def test_shares_of_the_heaviest_words_are_left_out_or_all_that_is_left() -> None:
    case: Any = MadeUpCase()
    right, wrong = faithfulness(case, [weights_of(3, 7), weights_of(7, 0, 1, 3)])
    assert SHARES == (0.01, 0.05, 0.10, 0.20, 0.50)  # 1, 1, 2, 4 and 10 words
    assert right[0] == pytest.approx([0.6, 0.6, 0.8, 0.8, 0.8])
    assert right[1] == pytest.approx([0.2, 0.2, 0.0, 0.0, 0.0])
    assert wrong[0] == pytest.approx([0.2, 0.2, 0.2, 0.8, 0.8])
    assert wrong[1] == pytest.approx([0.6, 0.6, 0.6, 0.0, 0.0])
    (copies,) = case.asked
    assert not copies[:, 20:].any()  # mentions always stay
    assert len(np.unique(copies, axis=0)) == len(copies)


def line_of(document: str, words: int, by_chance: float, right: float) -> dict[str, Any]:
    falls = {BY_CHANCE: [by_chance, 0.7], "right": [right, 0.2]}
    return {"pipeline": "a 1.0", "number": 0, "document": document, "words": words, "falls": falls}


def test_a_sentence_has_two_means_over_the_shares_for_each_way() -> None:
    case: Any = MadeUpCase()
    found = measure(case, {"right": lambda case: weights_of(3, 7)})
    assert (found["document"], found["words"]) == ("D1", 22)
    assert found["falls"]["right"] == pytest.approx([0.72, 0.08])
    assert found["falls"][BY_CHANCE][0] < 0.72


def test_table_compares_with_random_words_over_documents() -> None:
    lines = [line_of("D1", 9, 0.2, 0.8), line_of("D1", 30, 0.2, 0.8), line_of("D2", 24, 0.4, 0.6)]
    *table, _, told = as_text(lines).splitlines()
    cells = [cell.strip() for cell in table[3].split("|")]
    assert cells[1] == "right"
    # Of one document alone: 0.8 and 0.6, 4 and 1.5 times as much as by chance.
    assert cells[2] == "0.733 (0.600 to 0.800)"
    assert cells[3] == "2.8 (1.5 to 4.0)"
    assert cells[4] == "0.200 (0.200 to 0.200)"
    assert "`a 1.0`, 3 sentences of 2 documents, of 9 to 30 words (median 24)." in told


def test_page_says_what_is_stored() -> None:
    page = PAGE.read_text("utf8")
    lines = list(srsly.read_jsonl(RESULTS))
    assert len(lines) == 200
    assert as_text(lines) in page, f"run: python -m {MODULE}"
