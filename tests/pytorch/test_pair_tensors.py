"""The layout of ragged rows, against loops."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from spacy_ddi.pytorch.pair_tensors import copy_graphs, lay_out_pairs, write_out
from tests.pytorch.reference import make_tensors, random_sentences, signed_distances

SEEDS = range(5)


def test_ranges_are_written_out_in_order() -> None:
    ranges = write_out(torch.tensor([5, 0, 7]), torch.tensor([2, 0, 3]))
    assert ranges.rows.tolist() == [5, 6, 7, 8, 9]
    assert ranges.owners.tolist() == [0, 0, 2, 2, 2]


def test_no_ranges() -> None:
    nothing = torch.zeros(0, dtype=torch.int64)
    ranges = write_out(nothing, nothing)
    assert ranges.rows.tolist() == ranges.owners.tolist() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_each_owner_gets_a_copy_of_its_sentence(seed: int) -> None:
    sentences, _ = random_sentences(seed)
    batch = make_tensors(sentences)
    owners = [2, 0, 0, 1, 2]
    graph = copy_graphs(batch, torch.tensor(owners))
    expected: list[list[int]] = []
    for o, s in enumerate(owners):
        first, end = graph.starts[o : o + 2].tolist()
        sentence = sentences[s]
        assert batch.node_tokens[graph.nodes[first:end]].tolist() == sentence.tokens
        assert set(graph.owners[first:end].tolist()) == {o}
        with_loops = sentence.adjacency + np.eye(end - first, dtype=np.int64)
        expected += [(first + row.nonzero()[0]).tolist() for row in with_loops]
    bounds = itertools.pairwise(graph.row_neighbours.tolist())
    assert [graph.neighbours[start:end].tolist() for start, end in bounds] == expected
    assert graph.row_neighbours[-1] == len(graph.neighbours)
    assert graph.nodes[graph.neighbours].tolist() == batch.neighbours[graph.members].tolist()
    expected_kinds = [
        kind
        for s in owners
        for i, row in enumerate(sentences[s].adjacency)
        for j, kind in enumerate(sentences[s].edge_kinds[i].tolist())
        if row[j] or i == j
    ]
    assert batch.neighbour_kinds[graph.members].tolist() == expected_kinds
    assert graph.starts[-1] == len(graph.nodes)


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_of_pairs_in_the_order_given(seed: int) -> None:
    sentences, _ = random_sentences(seed)
    batch = make_tensors(sentences)
    every = [(sentence, pair) for sentence in sentences for pair in sentence.pairs]
    order = torch.randperm(len(every), generator=torch.Generator().manual_seed(seed))
    rows = lay_out_pairs(batch, order)
    assert rows.pairs.tolist() == batch.pairs[order].tolist()
    for o, p in enumerate(order.tolist()):
        sentence, pair = every[p]
        first, end = rows.graph.starts[o : o + 2].tolist()
        assert batch.node_tokens[rows.graph.nodes[first:end]].tolist() == sentence.tokens
        for side in (0, 1):
            start, stop = sentence.mentions[pair[side]]
            covered = rows.mention_rows[side]
            mine = covered.rows[covered.owners == o]
            assert mine.tolist() == list(range(first + start, first + stop))
            distances = batch.distances[rows.distance_rows[side][first:end]]
            assert distances.tolist() == signed_distances(len(sentence.tokens), (start, stop))
