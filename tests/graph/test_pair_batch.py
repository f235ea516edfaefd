"""The arrays of a batch, against a slow reading of every pair by itself."""

from __future__ import annotations

import itertools
import pickle
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_ddi.candidates.finder import Candidates
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.candidates.sentences import sentence_index
from spacy_ddi.graph.edges import configure_dependency_graph, configure_no_graph
from spacy_ddi.graph.pair_batch import CrossSentencePairError, PairBatch
from tests.helpers import (
    docs,
    make_doc,
    no_candidates,
    random_tree,
    sentence_candidates,
)


@dataclass
class View:
    """What the network gets to see of one pair."""

    tokens: list[int]
    neighbours: list[list[int]]
    mention_nodes: list[list[int]]
    distances: list[list[int]]


def view(batch: PairBatch, p: int) -> View:
    """The part of a batch that belongs to one pair."""
    sentence = batch.pair_sentences[p]
    first, end = batch.sentence_nodes[sentence : sentence + 2]
    bounds = itertools.pairwise(batch.node_neighbours[first : end + 1])
    rows = batch.mention_rows
    pair = batch.pairs[p].tolist()
    return View(
        tokens=batch.node_tokens[first:end].tolist(),
        neighbours=[(batch.neighbours[start:stop] - first).tolist() for start, stop in bounds],
        mention_nodes=[
            [node - first for node in range(*batch.mention_nodes[mention])] for mention in pair
        ],
        distances=[batch.distances[rows[m] : rows[m + 1]].tolist() for m in pair],
    )


def slow_view(doc: Doc, offset: int, candidates: Candidates, p: int) -> View:
    """The same, from the Doc, by loops."""
    pair = [candidates.mentions[k] for k in candidates.pairs[p]]
    sentence = pair[0].sent if doc.has_annotation("SENT_START") else doc[:]
    nodes: list[list[int]] = []
    covers: list[set[int]] = []
    for token in sentence:
        cover = {k for k, m in enumerate(candidates.mentions) if m.start <= token.i < m.end}
        if cover and covers and cover == covers[-1]:
            nodes[-1].append(token.i)
        else:
            nodes.append([token.i])
            covers.append(cover)
    node_of = {token: node for node, members in enumerate(nodes) for token in members}
    neighbours: list[set[int]] = [{node} for node in range(len(nodes))]
    for token in sentence:
        head = token.head.i if doc.has_annotation("DEP") else max(token.i - 1, sentence.start)
        neighbours[node_of[head]].add(node_of[token.i])
        neighbours[node_of[token.i]].add(node_of[head])
    mention_nodes = [sorted({node_of[token.i] for token in mention}) for mention in pair]
    return View(
        tokens=[offset + members[0] for members in nodes],
        neighbours=[sorted(members) for members in neighbours],
        mention_nodes=mention_nodes,
        distances=[[distance(i, covered) for i in range(len(nodes))] for covered in mention_nodes],
    )


def distance(node: int, covered: list[int]) -> int:
    """Signed: negative before the mention."""
    if node in covered:
        return 0
    return node - covered[0] if node < covered[0] else node - covered[-1]


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[Doc], list[Candidates]]:
    """Docs with some of their pairs, in any order."""
    drawn = draw(st.lists(docs(), max_size=3))
    candidates = []
    for doc in drawn:
        every = sentence_candidates(doc)
        order = draw(st.permutations(range(len(every.pairs))))
        chosen = order[: draw(st.integers(0, len(order)))]
        candidates.append(replace(every, pairs=every.pairs[np.array(chosen, dtype=int)]))
    return drawn, candidates


@given(batches())
def test_batch_equals_slow_reading(drawn: tuple[list[Doc], list[Candidates]]) -> None:
    batch = PairBatch.from_docs(*drawn)
    offset = p = 0
    for d, (doc, candidates) in enumerate(zip(*drawn, strict=True)):
        assert batch.doc_pairs[d] == p
        for k in range(len(candidates.pairs)):
            found, expected = view(batch, p), slow_view(doc, offset, candidates, k)
            assert found.tokens == expected.tokens
            assert found.neighbours == expected.neighbours
            assert found.mention_nodes == expected.mention_nodes
            assert found.distances == expected.distances
            p += 1
        offset += len(doc) if len(candidates.pairs) else 0
    assert batch.n_pairs == batch.doc_pairs[-1] == p
    assert batch.n_tokens == offset


@given(batches())
def test_arrays_are_whole_and_of_one_type(drawn: tuple[list[Doc], list[Candidates]]) -> None:
    """Only sentences and mentions of a pair are there, and every array is int64."""
    batch = PairBatch.from_docs(*drawn)
    assert len(set(batch.pair_sentences.tolist())) == len(batch.sentence_nodes) - 1
    assert np.unique(batch.pairs).tolist() == list(range(len(batch.mention_nodes)))
    assert batch.sentence_nodes[-1] == len(batch.node_tokens)
    assert len(batch.node_neighbours) == len(batch.node_tokens) + 1
    assert batch.node_neighbours[-1] == len(batch.neighbours)
    assert batch.mention_rows[-1] == len(batch.distances)
    for name, array in {**vars(batch), "distances": batch.distances}.items():
        if name != "n_tokens":
            assert array.dtype == np.int64, name


LABELS = ["nsubj", "dobj"]


def slow_kinds(doc: Doc, candidates: Candidates, p: int) -> dict[tuple[int, int], int]:
    """The kinds of the edges and self-loops of a pair's sentence, by loops."""
    tokens = slow_view(doc, 0, candidates, p).tokens
    start = candidates.mentions[candidates.pairs[p][0]].sent.start
    end = candidates.mentions[candidates.pairs[p][0]].sent.end
    node_of = {i: int(np.searchsorted(tokens, i, side="right")) - 1 for i in range(start, end)}
    kinds = {(node, node): 0 for node in range(len(tokens))}
    for token in doc[start:end]:
        label = 1 + LABELS.index(token.dep_) if token.dep_ in LABELS else 0
        edge = (node_of[token.i], node_of[token.head.i])
        kinds.setdefault(edge, 2 * label + 1)
        kinds.setdefault(edge[::-1], 2 * label + 2)
    return kinds


@given(batches())
def test_kinds_equal_slow_reading(drawn: tuple[list[Doc], list[Candidates]]) -> None:
    for doc in drawn[0]:
        for token in doc if doc.has_annotation("DEP") else ():
            token.dep_ = ["nsubj", "dobj", "amod"][token.i % 3]
    batch = PairBatch.from_docs(*drawn, graph=configure_dependency_graph("both", LABELS))
    plain = PairBatch.from_docs(*drawn)
    for name in set(vars(batch)) - {"neighbour_kinds"}:
        np.testing.assert_array_equal(getattr(batch, name), getattr(plain, name), err_msg=name)
    bounds = list(itertools.pairwise(batch.node_neighbours.tolist()))
    p = 0
    for doc, candidates in zip(*drawn, strict=True):
        for k in range(len(candidates.pairs)):
            sentence = batch.pair_sentences[p]
            first, end = batch.sentence_nodes[sentence : sentence + 2].tolist()
            found = {
                (node - first, int(batch.neighbours[i]) - first): int(batch.neighbour_kinds[i])
                for node in range(first, end)
                for i in range(*bounds[node])
            }
            if doc.has_annotation("DEP"):
                assert found == slow_kinds(doc, candidates, k)
            p += 1


def test_edges_without_kinds_are_of_kind_1() -> None:
    doc = make_doc("A w B", mentions=[(0, 1), (2, 3)], heads=[1, 1, 1])
    candidates = [sentence_candidates(doc)] * 2
    batch = PairBatch.from_docs([doc, doc], candidates)
    assert batch.neighbours.tolist() == [0, 1, 0, 1, 2, 1, 2, 3, 4, 3, 4, 5, 4, 5]
    assert batch.neighbour_kinds.tolist() == [0, 1, 1, 0, 1, 1, 0] * 2
    alone = PairBatch.from_docs([doc, doc], candidates, graph=configure_no_graph())
    assert alone.neighbour_kinds.tolist() == [0] * 6


@st.composite
def short_and_long_names(draw: st.DrawFn) -> tuple[Doc, Doc, list[int]]:
    """Two Docs of one sentence that differ in the lengths of their names, with the same parse
    outside the names; and the token in the second at which each token of the first begins."""
    length = draw(st.integers(2, 8))
    is_name = [draw(st.booleans()) for _ in range(length)]
    sizes = [draw(st.integers(1, 4)) if name else 1 for name in is_name]
    begins = [sum(sizes[:i]) for i in range(length)]

    def below(n: int) -> int:
        return draw(st.integers(0, n - 1))

    heads = random_tree(below, draw(st.permutations(range(length))))
    long_heads = []
    for i, size in enumerate(sizes):
        inner = random_tree(below, draw(st.permutations(range(size))))
        outer = begins[heads[i]] + below(sizes[heads[i]])
        for j, head in enumerate(inner):
            is_root = head == j
            long_heads.append(outer if is_root and heads[i] != i else begins[i] + head)
    names = [i for i in range(length) if is_name[i]]
    short = make_doc(["w"] * length, heads=heads, mentions=[(i, i + 1) for i in names])
    places = [(begins[i], begins[i] + sizes[i]) for i in names]
    long = make_doc(["w"] * sum(sizes), heads=long_heads, mentions=places)
    return short, long, begins


@given(short_and_long_names())
def test_length_of_names_changes_nothing(drawn: tuple[Doc, Doc, list[int]]) -> None:
    short, long, begins = drawn
    expected = PairBatch.from_docs([short], [sentence_candidates(short)])
    found = PairBatch.from_docs([long], [sentence_candidates(long)])
    assert found.node_tokens.tolist() == [begins[token] for token in expected.node_tokens]
    for name in set(vars(found)) - {"n_tokens", "node_tokens"}:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    np.testing.assert_array_equal(found.distances, expected.distances)


def test_signs_of_distances() -> None:
    doc = make_doc("w A w B C w", mentions=[(1, 2), (3, 5)])
    batch = PairBatch.from_docs([doc], [sentence_candidates(doc)])
    assert view(batch, 0).distances == [[-1, 0, 1, 2, 3], [-3, -2, -1, 0, 1]]


def test_no_parse_gives_the_chain_of_tokens() -> None:
    doc = make_doc("A w B", mentions=[(0, 1), (2, 3)])
    batch = PairBatch.from_docs([doc], [sentence_candidates(doc)])
    assert view(batch, 0).neighbours == [[0, 1], [0, 1, 2], [1, 2]]


@pytest.mark.parametrize("n_docs", [0, 1, 2])
def test_batch_without_any_pair(n_docs: int) -> None:
    doc = make_doc("A w B", mentions=[(0, 1), (2, 3)])
    batch = PairBatch.from_docs([doc] * n_docs, [no_candidates(doc)] * n_docs)
    assert batch.n_pairs == 0
    assert batch.n_tokens == 0
    assert batch.doc_pairs.tolist() == [0] * (n_docs + 1)
    assert batch.pairs.shape == (0, 2)
    assert batch.node_neighbours.tolist() == [0]
    assert batch.mention_nodes.shape == (0, 2)
    assert batch.mention_rows.tolist() == batch.sentence_nodes.tolist() == [0]
    assert len(batch.distances) == len(batch.node_tokens) == len(batch.neighbours) == 0


def test_docs_without_pairs_and_empty_docs_leave_no_trace() -> None:
    doc = make_doc("A w B", mentions=[(0, 1), (2, 3)], heads=[1, 1, 1])
    empty, idle = make_doc([]), make_doc(["w", "A"], mentions=[(1, 2)])
    alone = PairBatch.from_docs([doc], [sentence_candidates(doc)])
    among = [empty, idle, doc, empty, idle]
    batch = PairBatch.from_docs(among, [sentence_candidates(each) for each in among])
    assert batch.doc_pairs.tolist() == [0, 0, 0, 1, 1, 1]
    assert batch.docs_with_pairs.tolist() == [2]
    for name in set(vars(batch)) - {"doc_pairs"}:
        np.testing.assert_array_equal(getattr(batch, name), getattr(alone, name), err_msg=name)


def test_pair_across_sentences_is_refused_with_its_mentions() -> None:
    doc = make_doc(
        ["zinc", "w", "lithium"], mentions=[(0, 1), (2, 3)], sent_starts=[True, False, True]
    )
    candidates = Candidates(MentionSource()(doc), np.array([[0, 1]]), sentence_index(doc))
    with pytest.raises(CrossSentencePairError) as error:
        PairBatch.from_docs([doc], [candidates])
    assert (error.value.head, error.value.tail) == ("zinc", "lithium")
    again = pickle.loads(pickle.dumps(error.value))
    assert (again.head, again.tail) == ("zinc", "lithium")


def test_mention_over_a_sentence_boundary_counts_up_to_it() -> None:
    doc = make_doc(
        "A w B C D w E F",
        mentions=[(0, 1), (2, 5), (6, 7), (7, 8)],
        sent_starts=[True, False, False, False, True, False, False, False],
    )
    candidates = sentence_candidates(doc)
    assert candidates.pairs.tolist() == [[0, 1], [2, 3]]
    batch = PairBatch.from_docs([doc], [candidates])
    assert batch.node_tokens.tolist() == [0, 1, 2, 4, 5, 6, 7]
    assert view(batch, 0).mention_nodes == [[0], [2]]
    assert view(batch, 1).mention_nodes == [[2], [3]]


def test_as_many_candidates_as_docs() -> None:
    with pytest.raises(ValueError, match="zip"):
        PairBatch.from_docs([make_doc(["w"])], [])


def test_batch_survives_pickle() -> None:
    doc = make_doc("A w B", mentions=[(0, 1), (2, 3)])
    batch = PairBatch.from_docs([doc], [sentence_candidates(doc)])
    again = pickle.loads(pickle.dumps(batch))
    for name, array in vars(batch).items():
        np.testing.assert_array_equal(array, getattr(again, name))
