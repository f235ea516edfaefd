"""The steps from a Doc to its graph."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.util import registry

from spacy_ddi.candidates.mentions import MentionSource, mention_ranges
from spacy_ddi.candidates.sentences import sentence_index
from spacy_ddi.graph.edges import (
    GraphBuilder,
    Ints,
    Reads,
    chain_heads,
    configure_dependency_graph,
    configure_no_graph,
    configure_rewired_graph,
    dependency_heads,
    edges_of_parse,
    undirected_edges,
)
from spacy_ddi.graph.nodes import first_tokens, node_index
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


def nodes_and_sentences(doc: Doc) -> tuple[Ints, Ints]:
    """The node of each token, and the sentence of each node."""
    sentences = sentence_index(doc)
    nodes = node_index(sentences, mention_ranges(MentionSource()(doc)))
    return nodes, sentences[first_tokens(nodes)]


@given(docs(), st.integers(0, 5))
def test_a_rewired_graph_is_the_parses_with_nodes_in_other_places(doc: Doc, seed: int) -> None:
    nodes, sentences = nodes_and_sentences(doc)
    before = configure_dependency_graph()(doc, nodes)
    after = configure_rewired_graph(seed)(doc, nodes)
    assert (sentences[after[0]] == sentences[after[1]]).all()
    assert np.array_equal(np.unique(after[::-1], axis=1), after)
    for sentence in np.unique(sentences):
        degrees = [
            sorted(np.bincount(edges[0], minlength=len(sentences))[sentences == sentence].tolist())
            for edges in (before, after)
        ]
        assert degrees[0] == degrees[1]
    assert np.array_equal(configure_rewired_graph(seed)(doc, nodes), after)


def test_the_length_of_a_name_does_not_show_in_a_rewired_graph() -> None:
    short = make_doc("the drug may alter iron", heads=[1, 3, 3, 3, 3], mentions=[(1, 2)])
    long = make_doc("the a b c may alter iron", heads=[1, 5, 1, 2, 5, 5, 5], mentions=[(1, 4)])
    for seed in range(5):
        degrees = [
            sorted(np.bincount(configure_rewired_graph(seed)(doc, nodes_and_sentences(doc)[0])[0]))
            for doc in (short, long)
        ]
        assert degrees[0] == degrees[1]


def test_a_sentence_is_rewired_alike_wherever_it_stands() -> None:
    def rewire(doc: Doc, seed: int = 0) -> Ints:
        return configure_rewired_graph(seed)(doc, np.arange(len(doc)))

    words, heads = ["a", "b", "c", "d", "e", "f"], [1, 1, 1, 2, 3, 4]
    alone = make_doc(words, heads=heads)
    after = rewire(make_doc(["x", "y", *words], heads=[0, 0, *(head + 2 for head in heads)]))
    assert np.array_equal(after[:, 2:] - 2, rewire(alone))
    assert not np.array_equal(rewire(alone), edges_of_parse(alone, np.arange(6)))
    assert len({rewire(alone, seed).tobytes() for seed in range(10)}) > 5


@given(docs())
def test_without_a_graph_there_are_no_edges(doc: Doc) -> None:
    nodes, _ = nodes_and_sentences(doc)
    assert configure_no_graph()(doc, nodes).shape == (2, 0)


@pytest.mark.parametrize("name", ["dependency_graph", "rewired_graph", "no_graph"])
def test_graphs_are_registered(name: str) -> None:
    graph: GraphBuilder = registry.misc.get(f"spacy-ddi.{name}.v1")()
    edges = graph(make_doc(["a", "b"], heads=[0, 0]), np.arange(2))
    assert edges.dtype == np.int64
    assert edges.shape[0] == 2


@given(docs())
def test_directed_edges_are_the_two_halves_of_the_parse(doc: Doc) -> None:
    nodes = node_index(sentence_index(doc), mention_ranges(MentionSource()(doc)))
    halves = {
        reads: set(map(tuple, configure_dependency_graph(reads)(doc, nodes).T.tolist()))
        for reads in ("heads", "dependents")
    }
    both = set(map(tuple, configure_dependency_graph()(doc, nodes).T.tolist()))
    assert halves["heads"] | halves["dependents"] == both
    assert {edge[::-1] for edge in halves["heads"]} == halves["dependents"]


def test_a_node_reads_its_head_or_its_dependents() -> None:
    doc = make_doc("a b c", heads=[1, 1, 1])
    nodes = np.arange(3)
    found = {
        reads: configure_dependency_graph(reads)(doc, nodes).tolist()
        for reads in ("heads", "dependents")
    }
    assert found == {"heads": [[0, 2], [1, 1]], "dependents": [[1, 1], [0, 2]]}
    with pytest.raises(ValueError, match="heads"):
        configure_dependency_graph("up")


LABELS = ["nsubj", "acl:relcl", "dep"]
"""One that spaCy numbers as a symbol of its own, one that it does not, and that of `make_doc`."""


@given(docs())
@pytest.mark.parametrize("reads", ["both", "heads", "dependents"])
def test_typed_edges_are_those_without_types(reads: Reads, doc: Doc) -> None:
    nodes, _ = nodes_and_sentences(doc)
    typed = configure_dependency_graph(reads, LABELS)(doc, nodes)
    assert typed.dtype == np.int64
    assert np.array_equal(typed[:2], configure_dependency_graph(reads)(doc, nodes))


@given(docs())
def test_the_two_directions_of_an_edge_are_two_kinds(doc: Doc) -> None:
    nodes, _ = nodes_and_sentences(doc)
    edges = configure_dependency_graph("both", LABELS)(doc, nodes).T.tolist()
    kinds = {(target, source): kind for target, source, kind in edges}
    # "dep" is the third label; the chain of a Doc without a parse has none.
    up = 7 if doc.has_annotation("DEP") else 1
    assert all({kind, kinds[edge[::-1]]} == {up, up + 1} for edge, kind in kinds.items())


def test_kinds_are_labels_with_directions() -> None:
    doc = make_doc(
        "a b c d e", heads=[1, 1, 1, 1, 3], deps=["nsubj", "ROOT", "dobj", "acl:relcl", "nsubj"]
    )
    nodes = np.arange(5)
    edges = configure_dependency_graph("both", LABELS)(doc, nodes).T.tolist()
    assert edges == [
        [0, 1, 3],  # "a" reads its head as nsubj
        [1, 0, 4],
        [1, 2, 2],  # a label that is not in the list
        [1, 3, 6],
        [2, 1, 1],
        [3, 1, 5],
        [3, 4, 4],
        [4, 3, 3],
    ]
    directions = configure_dependency_graph("both", [])(doc, nodes)
    assert directions[2].tolist() == [1, 2, 2, 2, 1, 1, 2, 1]
    heads = configure_dependency_graph("heads", LABELS)(doc, nodes)
    assert heads.T.tolist() == [edge for edge in edges if edge[2] % 2]


@pytest.mark.parametrize(
    ("words", "heads", "deps", "edges"),
    [
        # Both words of the name hang on "c".
        ("a b c", [2, 2, 2], ["dep", "nsubj", "ROOT"], [[0, 1, 7], [1, 0, 8]]),
        # "a" hangs on "c", and "c" on "b".
        ("a b c", [2, 1, 1], ["nsubj", "ROOT", "dep"], [[0, 1, 3], [1, 0, 4]]),
    ],
)
def test_of_several_dependents_the_first_gives_the_kind(
    words: str, heads: list[int], deps: list[str], edges: list[list[int]]
) -> None:
    doc = make_doc(words, heads=heads, deps=deps, mentions=[(0, 2)])
    found = configure_dependency_graph("both", LABELS)(doc, np.array([0, 0, 1]))
    assert found.T.tolist() == edges


def test_a_typed_graph_can_be_pickled() -> None:
    doc = make_doc("a b", heads=[1, 1], deps=["nsubj", "ROOT"])
    graph = pickle.loads(pickle.dumps(configure_dependency_graph("both", LABELS)))
    assert graph(doc, np.arange(2)).tolist() == [[0, 1], [1, 0], [3, 4]]


@pytest.mark.parametrize("labels", [["nsubj", "nsubj"], ["nsubj", ""]])
def test_impossible_labels_are_refused(labels: list[str]) -> None:
    with pytest.raises(ValueError, match=r"\[DDI012\].*labels"):
        configure_dependency_graph("both", labels)
