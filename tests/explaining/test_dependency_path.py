"""The way between two mentions."""

from __future__ import annotations

from spacy_ddi.explaining.dependency_path import dependency_path
from spacy_ddi.explaining.explanation import PathEdge
from spacy_ddi.graph.nodes import node_index
from tests.helpers import make_doc, sentence_candidates

#  0 and 1 are one name; a line end is layout
WORDS = ["Grapefruit", "juice", "\n", "raises", "levels", "of", "warfarin", "."]
HEADS = [1, 3, 1, 3, 3, 4, 5, 3]
MENTIONS = [(0, 2), (6, 7)]


def test_path_goes_from_head_to_tail() -> None:
    doc = make_doc(WORDS, mentions=MENTIONS, heads=HEADS)
    found = sentence_candidates(doc)
    nodes = node_index(found.sentences, found.ranges)
    assert dependency_path(doc, nodes, [0], [5]) == (
        PathEdge(0, 2, "dep"),
        PathEdge(3, 2, "dep"),
        PathEdge(4, 3, "dep"),
        PathEdge(5, 4, "dep"),
    )
    assert dependency_path(doc, nodes, [5], [0]) == dependency_path(doc, nodes, [0], [5])[::-1]


def test_there_is_no_path_without_a_parse_or_between_trees() -> None:
    doc = make_doc(WORDS, mentions=MENTIONS)
    found = sentence_candidates(doc)
    nodes = node_index(found.sentences, found.ranges)
    assert dependency_path(doc, nodes, [0], [5]) == ()
    doc = make_doc(WORDS, mentions=MENTIONS, heads=[1, 3, 1, 3, 4, 4, 5, 3])
    assert dependency_path(doc, nodes, [0], [5]) == ()
