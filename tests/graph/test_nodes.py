"""Nodes: tokens, with mentions drawn together and layout passed over."""

from __future__ import annotations

import numpy as np
import pytest

from spacy_ddi.graph.edges import heads_of_words
from spacy_ddi.graph.nodes import first_tokens, node_index

NO_MENTION: list[tuple[int, int]] = []

# Sentences, mentions, layout (x), nodes, first tokens. Each reads like the same without layout.
LAYOUTS = [
    pytest.param("0000", NO_MENTION, "..x.", [0, 1, 1, 2], [0, 1, 3], id="in the middle"),
    pytest.param("0000", NO_MENTION, "xx..", [0, 0, 0, 1], [2, 3], id="at the start"),
    pytest.param("0000", NO_MENTION, "..xx", [0, 1, 1, 1], [0, 1], id="at the end"),
    pytest.param("0011", NO_MENTION, "..x.", [0, 1, 2, 2], [0, 1, 3], id="second sentence"),
    pytest.param("0011", NO_MENTION, ".x..", [0, 0, 1, 2], [0, 2, 3], id="end of the first"),
    pytest.param("000", NO_MENTION, "xxx", [0, 0, 0], [0], id="nothing else"),
    pytest.param("00000", [(1, 4)], "..x..", [0, 1, 1, 1, 2], [0, 1, 4], id="in a name"),
    pytest.param("0000", [(1, 2)], "x...", [0, 0, 1, 2], [1, 2, 3], id="before a name"),
    pytest.param("0000", [(0, 1)], ".x..", [0, 0, 1, 2], [0, 2, 3], id="after a name"),
    pytest.param("0000", [(0, 4), (0, 1)], ".x..", [0, 0, 1, 1], [0, 2], id="nested"),
]


@pytest.mark.parametrize(("sentences", "mentions", "layout", "nodes", "first"), LAYOUTS)
def test_layout_makes_no_node(
    sentences: str,
    mentions: list[tuple[int, int]],
    layout: str,
    nodes: list[int],
    first: list[int],
) -> None:
    is_layout = np.array([mark == "x" for mark in layout])
    ranges = np.array(mentions, dtype=np.int64).reshape(-1, 2)
    found = node_index(np.array([int(s) for s in sentences]), ranges, is_layout)
    assert found.tolist() == nodes
    assert first_tokens(found, is_layout).tolist() == first


@pytest.mark.parametrize(
    ("heads", "layout", "expected"),
    [
        ([1, 1, 1], "...", [1, 1, 1]),
        ([1, 3, 1, 3], "..x.", [1, 3, 2, 3]),  # layout hangs on nothing
        ([1, 2, 3, 3], ".xx.", [3, 1, 2, 3]),  # the word above layout above a word
        ([1, 1, 0], ".x.", [0, 1, 0]),  # nothing but layout above: a root
    ],
)
def test_heads_pass_over_layout(heads: list[int], layout: str, expected: list[int]) -> None:
    is_layout = np.array([mark == "x" for mark in layout])
    assert heads_of_words(np.array(heads), is_layout).tolist() == expected
