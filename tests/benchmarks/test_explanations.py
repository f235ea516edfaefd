"""How faithful weights of words are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.explanations import BY_CHANCE, SHARES, faithfulness, measure, print_table


class MadeUpCase:
    """Of 20 words one decides, and one more matters; the last two nodes are mentions."""

    def __init__(self) -> None:
        is_mention = np.arange(22) >= 20
        self.reader = SimpleNamespace(n_nodes=22, mention_nodes=is_mention)
        self.asked: list[Any] = []

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


def test_table_compares_with_random_words(capsys: pytest.CaptureFixture[str]) -> None:
    case: Any = MadeUpCase()
    found = measure(case, {"right": lambda case: weights_of(3, 7)})
    base = np.mean(found["falls"][BY_CHANCE][0])
    print_table([{"words": 22, **found}])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "1 sentences of 22 to 22 words, median 22."
    cells = [cell.strip() for cell in lines[3].split("|")]
    assert cells[1:4] == ["right", "0.720", f"{0.72 / base:.1f}"]
