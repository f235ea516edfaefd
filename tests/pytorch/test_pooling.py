"""Pooling over ragged rows, against loops over each pair."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from spacy_ddi.pytorch.pair_tensors import GraphRows, Ranges, copy_graphs, lay_out_pairs
from spacy_ddi.pytorch.pooling import AttentivePooling, MaxPooling, PairPooling, max_over
from tests.pytorch.reference import array, make_tensors, random_sentences, slow_attention

SEEDS = range(5)
WIDTH = 6


def copies(seed: int) -> tuple[GraphRows, torch.Tensor, list[slice]]:
    """Three sentences, random states of their nodes, and the rows of each."""
    sentences, _ = random_sentences(seed)
    graph = copy_graphs(make_tensors(sentences), torch.arange(3))
    torch.manual_seed(seed)
    states = torch.randn(len(graph.nodes), WIDTH, dtype=torch.float64)
    starts = graph.starts.tolist()
    return graph, states, [slice(starts[i], starts[i + 1]) for i in range(3)]


@pytest.mark.parametrize("seed", SEEDS)
def test_attention_equals_the_papers_equation(seed: int) -> None:
    graph, states, parts = copies(seed)
    pooling = AttentivePooling(WIDTH).double()
    expected = np.stack([slow_attention(pooling, array(states[part])) for part in parts])
    np.testing.assert_allclose(array(pooling(states, graph)), expected, atol=1e-12)


def test_attention_is_finite_for_large_weights() -> None:
    """tanh bounds the states, but nothing bounds the weight: exp(1000) is no float."""
    graph, states, parts = copies(0)
    pooling = AttentivePooling(WIDTH).double()
    torch.nn.init.constant_(pooling.weight, 1000.0)
    pooled = pooling(states, graph)
    pooled.sum().backward()
    assert pooled.isfinite().all()
    assert pooling.weight.grad is not None
    assert pooling.weight.grad.isfinite().all()
    best = [part.start + int(torch.tanh(states[part]).sum(dim=1).argmax()) for part in parts]
    np.testing.assert_allclose(array(pooled), array(states[best]), atol=1e-6)


def test_gradient_of_attention() -> None:
    """The maximum that is taken off the scores takes no part in the gradient, nor should it."""
    graph, states, _ = copies(1)
    pooling = AttentivePooling(WIDTH).double()
    assert torch.autograd.gradcheck(lambda x: pooling(x, graph), states.requires_grad_())


@pytest.mark.parametrize("seed", SEEDS)
def test_maximum_over_a_sentence(seed: int) -> None:
    graph, states, parts = copies(seed)
    expected = np.stack([array(states[part]).max(axis=0) for part in parts])
    np.testing.assert_array_equal(array(MaxPooling(WIDTH)(states, graph)), expected)


def test_maximum_over_ranges_that_share_rows() -> None:
    states = torch.tensor([[1.0, -9.0], [3.0, -8.0], [2.0, -7.0]])
    ranges = Ranges(torch.tensor([0, 1, 1, 2, 0]), torch.tensor([0, 0, 1, 1, 2]))
    assert max_over(states, ranges, 3).tolist() == [[3, -8], [3, -7], [1, -9]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sentence_pooling", [AttentivePooling, MaxPooling])
def test_sentence_head_and_tail_side_by_side(
    sentence_pooling: type[torch.nn.Module], seed: int
) -> None:
    sentences, _ = random_sentences(seed)
    batch = make_tensors(sentences)
    rows = lay_out_pairs(batch, torch.arange(len(batch.pairs)))
    torch.manual_seed(seed)
    states = torch.randn(len(rows.graph.nodes), WIDTH, dtype=torch.float64)
    pooling = PairPooling(sentence_pooling(WIDTH), WIDTH).double()
    pooled = array(pooling(states, rows))
    assert pooled.shape == (len(batch.pairs), pooling.output_size)
    every = [(sentence, pair) for sentence in sentences for pair in sentence.pairs]
    starts = rows.graph.starts.tolist()
    for p, (sentence, pair) in enumerate(every):
        mine = array(states[starts[p] : starts[p + 1]])
        if sentence_pooling is MaxPooling:
            parts = [mine.max(axis=0)]
        else:
            parts = [slow_attention(pooling.sentence_pooling, mine)]
        for mention in pair:
            start, end = sentence.mentions[mention]
            parts.append(mine[start:end].max(axis=0))
        np.testing.assert_allclose(pooled[p], np.concatenate(parts), atol=1e-12)
