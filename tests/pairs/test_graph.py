"""The steps from a Doc to its graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.util import registry

from spacy_ddi.pairs.graph import (
    HeadFinder,
    chain_heads,
    configure_dependency_graph,
    configure_no_graph,
    configure_rewired_graph,
    dependency_heads,
    first_tokens,
    node_index,
    sentence_index,
    undirected_edges,
)
from spacy_ddi.pairs.mentions import MentionSource, mention_ranges
from tests.helpers import docs, make_doc


def nodes_of(doc: Doc) -> list[int]:
    ranges = mention_ranges(MentionSource()(doc))
    return node_index(sentence_index(doc), ranges).tolist()


@given(docs())
def test_sentence_of_each_token(doc: Doc) -> None:
    sentences = [i for i, sentence in enumerate(doc.sents) for _ in sentence] if len(doc) else []
    assert sentence_index(doc).tolist() == sentences


def test_doc_without_boundaries_is_one_sentence() -> None:
    assert sentence_index(make_doc(["a", ".", "b"])).tolist() == [0, 0, 0]


@given(docs())
def test_tokens_share_a_node_when_they_lie_in_the_same_mentions(doc: Doc) -> None:
    mentions = MentionSource()(doc)
    covers = [{k for k, m in enumerate(mentions) if m.start <= i < m.end} for i in range(len(doc))]
    expected = 0
    numbers = []
    for i, cover in enumerate(covers):
        together = i > 0 and cover and cover == covers[i - 1] and not doc[i].is_sent_start
        expected += int(i > 0 and not together)
        numbers.append(expected)
    assert nodes_of(doc) == numbers


def test_nested_and_overlapping_mentions_split_into_runs() -> None:
    nested = make_doc("a b c d e", mentions=[(1, 4), (2, 3)])
    assert nodes_of(nested) == [0, 1, 2, 3, 4]
    overlapping = make_doc("a b c d e f", mentions=[(0, 4), (2, 6)])
    assert nodes_of(overlapping) == [0, 0, 1, 1, 2, 2]


def test_no_node_reaches_over_a_sentence_boundary() -> None:
    doc = make_doc("a b c d", mentions=[(0, 4)], sent_starts=[True, False, True, False])
    assert nodes_of(doc) == [0, 0, 1, 1]


def test_first_tokens() -> None:
    assert first_tokens(np.array([0, 0, 1, 2, 2, 2])).tolist() == [0, 2, 3]
    assert first_tokens(np.zeros(0, dtype=np.int64)).tolist() == []


def test_dependency_heads_to_either_side() -> None:
    doc = make_doc("a b c", heads=[1, 1, 0])
    assert dependency_heads(doc).tolist() == [1, 1, 0]


def test_chain_begins_anew_in_each_sentence() -> None:
    assert chain_heads(np.array([0, 0, 0, 1, 1])).tolist() == [0, 0, 1, 3, 3]
    assert chain_heads(np.zeros(0, dtype=np.int64)).tolist() == []


def test_edges_go_both_ways_once_without_loops() -> None:
    """Tokens 1 and 2 are one node; both hang on token 0, and token 3 on each other's node."""
    edges = undirected_edges(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2]))
    assert edges.T.tolist() == [[0, 1], [1, 0], [1, 2], [2, 1]]


def test_doc_without_tokens() -> None:
    doc = make_doc([])
    assert nodes_of(doc) == []
    assert dependency_heads(doc).tolist() == []
    assert undirected_edges(dependency_heads(doc), sentence_index(doc)).shape == (2, 0)


def degrees(heads: list[int], start: int, end: int) -> list[int]:
    """The number of neighbours of each token of a sentence, sorted."""
    neighbours: dict[int, set[int]] = {i: set() for i in range(start, end)}
    for i in range(start, end):
        if heads[i] != i:
            neighbours[i].add(heads[i])
            neighbours[heads[i]].add(i)
    return sorted(map(len, neighbours.values()))


@given(docs(), st.integers(0, 5))
def test_a_rewired_graph_is_the_parse_with_words_in_other_places(doc: Doc, seed: int) -> None:
    before = configure_dependency_graph()(doc).tolist()
    after = configure_rewired_graph(seed)(doc).tolist()
    sentences = sentence_index(doc).tolist()
    for number in set(sentences):
        start = sentences.index(number)
        end = start + sentences.count(number)
        assert all(start <= after[i] < end for i in range(start, end))
        assert degrees(after, start, end) == degrees(before, start, end)
    assert configure_rewired_graph(seed)(doc).tolist() == after


def test_a_sentence_is_rewired_alike_wherever_it_stands() -> None:
    def rewire(doc: Doc, seed: int = 0) -> list[int]:
        return configure_rewired_graph(seed)(doc).tolist()

    words, heads = ["a", "b", "c", "d", "e", "f"], [1, 1, 1, 2, 3, 4]
    alone = make_doc(words, heads=heads)
    after = make_doc(["x", "y", *words], heads=[0, 0, *(head + 2 for head in heads)])
    assert rewire(alone) != heads
    assert rewire(after)[2:] == [head + 2 for head in rewire(alone)]
    assert len({tuple(rewire(alone, seed)) for seed in range(10)}) > 5


@given(docs())
def test_without_a_graph_there_are_no_edges(doc: Doc) -> None:
    heads = configure_no_graph()(doc)
    assert undirected_edges(heads, np.arange(len(doc))).shape == (2, 0)


@pytest.mark.parametrize("name", ["dependency_graph", "rewired_graph", "no_graph"])
def test_graphs_are_registered(name: str) -> None:
    find_heads: HeadFinder = registry.misc.get(f"spacy-ddi.{name}.v1")()
    assert find_heads(make_doc(["a", "b"], heads=[0, 0])).shape == (2,)
