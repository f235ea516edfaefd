"""The syntax GCN against the paper's equation, with W[w; p1; p2] written out for every pair."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from spacy.util import registry

from spacy_ddi.pytorch.pair_tensors import copy_graphs, lay_out_pairs
from spacy_ddi.pytorch.syntax_gcn import (
    SyntaxGCN,
    TypedSyntaxGCN,
    configure_syntax_gcn,
    convolve,
    convolve_by_edges,
)
from tests.pytorch.reference import (
    EDGE_KINDS,
    Sentence,
    array,
    make_gcn,
    make_tensors,
    random_sentences,
    slow_gcn,
)

SEEDS = range(5)


def encode(gcn: SyntaxGCN, vectors: torch.Tensor, sentences: list[Sentence]) -> torch.Tensor:
    """The node states of all pairs, one after another."""
    batch = make_tensors(sentences)
    shared = gcn.encode_sentences(vectors[batch.node_tokens], batch)
    return gcn.encode_pairs(shared, lay_out_pairs(batch, torch.arange(len(batch.pairs))))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("edge_kinds", [0, EDGE_KINDS])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_states_equal_the_papers_equation(layers: int, edge_kinds: int, seed: int) -> None:
    """And with kinds of edges that of `TypedSyntaxGCN`."""
    sentences, vectors = random_sentences(seed)
    gcn = make_gcn(layers, edge_kinds=edge_kinds, seed=seed)
    expected = np.concatenate(
        [
            slow_gcn(gcn, vectors, sentence, pair)
            for sentence in sentences
            for pair in sentence.pairs
        ]
    )
    assert (expected > 0).any()
    np.testing.assert_allclose(array(encode(gcn, vectors, sentences)), expected, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_convolution_is_the_mean_over_a_node_and_its_neighbours(seed: int) -> None:
    sentences, _ = random_sentences(seed, n_sentences=1)
    states = torch.randn(len(sentences[0].tokens), 4, dtype=torch.float64)
    with_loops = sentences[0].adjacency + np.eye(len(states))
    expected = with_loops @ array(states) / with_loops.sum(axis=1, keepdims=True)
    graph = copy_graphs(make_tensors(sentences), torch.tensor([0]))
    np.testing.assert_allclose(array(convolve(states, graph)), expected, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_degree_may_leave_the_self_loop_out(seed: int) -> None:
    sentences, _ = random_sentences(seed, n_sentences=1)
    states = torch.randn(len(sentences[0].tokens), 4, dtype=torch.float64)
    adjacency = sentences[0].adjacency
    degrees = np.maximum(adjacency.sum(axis=1, keepdims=True), 1)
    expected = (adjacency + np.eye(len(states))) @ array(states) / degrees
    graph = copy_graphs(make_tensors(sentences), torch.tensor([0]))
    np.testing.assert_allclose(array(convolve_by_edges(states, graph)), expected, atol=1e-12)
    for counted, function in ((True, convolve), (False, convolve_by_edges)):
        gcn = configure_syntax_gcn(self_loop_in_degree=counted)(4, 0.0)
        assert gcn.convolve is function


def test_without_positions_the_order_of_the_words_is_not_seen() -> None:
    gcn = configure_syntax_gcn(position_size=0)(4, 0.0).eval()
    vectors = torch.randn(3, 4)
    # On a line of three, both ends see the same if they are the same, whichever is the mention.
    vectors[2] = vectors[0]
    states = encode(gcn, vectors, [line(3, (0, 1))])
    assert torch.equal(states[0], states[2])


def line(length: int, pair: tuple[int, int]) -> Sentence:
    """A sentence whose parse is a line, with one-node mentions at the given places."""
    adjacency = np.eye(length, k=1, dtype=np.int64)
    return Sentence(
        list(range(length)), adjacency + adjacency.T, [(i, i + 1) for i in pair], [(0, 1)]
    )


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_node_sees_as_many_edges_far_as_there_are_layers(layers: int) -> None:
    vectors = torch.zeros(9, 5, dtype=torch.float64)
    moved = vectors.clone()
    moved[0] = 10.0
    gcn = make_gcn(layers)
    for layer in gcn.layers:
        torch.nn.init.constant_(layer.bias, 1.0)
    states = [encode(gcn, each, [line(9, (0, 8))]) for each in (vectors, moved)]
    changed = (states[0] != states[1]).any(dim=1).tolist()
    assert changed == [i <= layers for i in range(9)]


def test_distances_beyond_the_clip_are_one() -> None:
    """With clip 2, a mention 2 nodes away looks like one that is further."""
    gcn = make_gcn(1)
    vectors = torch.zeros(9, 5, dtype=torch.float64)
    near, far = (encode(gcn, vectors, [line(9, (0, tail))]) for tail in (7, 8))
    np.testing.assert_array_equal(array(near)[:5], array(far)[:5])
    assert not torch.equal(near[5:], far[5:])


def test_head_and_tail_have_position_tables_of_their_own() -> None:
    vectors = torch.zeros(4, 5, dtype=torch.float64)
    gcn = make_gcn(1)
    one, other = (encode(gcn, vectors, [line(4, pair)]) for pair in ((1, 2), (2, 1)))
    assert not torch.allclose(one, other)


def test_dropout_in_training_only() -> None:
    sentences, vectors = random_sentences(0)
    gcn = make_gcn(2, dropout=0.5)
    assert not torch.equal(encode(gcn, vectors, sentences), encode(gcn, vectors, sentences))
    gcn.eval()
    expected = encode(make_gcn(2), vectors, sentences)
    assert torch.equal(encode(gcn, vectors, sentences), expected)


def test_registered_factory_makes_the_paper_size() -> None:
    factory = registry.misc.get("spacy-ddi.SyntaxGCN.v1")()
    gcn = pickle.loads(pickle.dumps(factory))(768, 0.5)
    assert gcn.hidden_size == 200
    assert [tuple(layer.weight.shape) for layer in gcn.layers] == [(200, 768 + 40), (200, 200)]
    assert gcn.dropout.p == 0.5


@pytest.mark.parametrize(
    "setting", ["layers", "hidden_size", "position_size", "position_clip", "edge_kinds"]
)
def test_impossible_settings_are_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=rf"\[DDI012\].*{setting}"):
        configure_syntax_gcn(**{setting: -1})


def test_position_embeddings_begin_as_small_as_the_features_of_an_encoder() -> None:
    """Torch's own deviation of 1 would drown them."""
    torch.manual_seed(0)
    encoder = configure_syntax_gcn(hidden_size=4, position_size=50, position_clip=30)(8, 0.0)
    for table in (encoder.head_positions, encoder.tail_positions):
        assert table.weight.std().item() == pytest.approx(0.1, rel=0.1)
        assert table.weight.mean().item() == pytest.approx(0.0, abs=0.01)


def test_dropout_is_on_the_token_vectors() -> None:
    sentences, vectors = random_sentences(0)
    blank = encode(make_gcn(1), torch.zeros_like(vectors), sentences)
    assert torch.equal(encode(make_gcn(1, dropout=1.0), vectors, sentences), blank)


def test_dropout_is_after_each_layer_but_the_last() -> None:
    """All of a layer's states dropped, what is left is the bias of the next."""
    sentences, vectors = random_sentences(0)
    gcn = make_gcn(2, dropout=1.0)
    states = encode(gcn, vectors, sentences)
    torch.testing.assert_close(states, torch.relu(gcn.layers[1].bias).expand_as(states))


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        (True, [(0.5 + 20) / 2, (5 + 3 + 200) / 3, (50 + 30) / 2]),
        (False, [0.5 + 20, (5 + 3 + 200) / 2, 50 + 30]),
    ],
)
def test_a_gate_weighs_the_neighbours_of_its_kind(counted: bool, expected: list[float]) -> None:
    """By hand: W is 1, b is 0; a node counts half of itself, twice what stands to its right, three
    times what stands to its left."""
    gcn = configure_syntax_gcn(
        1, hidden_size=1, position_size=0, edge_kinds=2, self_loop_in_degree=counted
    )(1, 0.0)
    gcn.load_state_dict(
        {
            "layers.0.weight": torch.ones(1, 1),
            "layers.0.bias": torch.zeros(1),
            "gate_offsets.0": torch.tensor([0.5, 2.0, 3.0]) - 1,
            "head_positions.weight": torch.zeros(61, 0),
            "tail_positions.weight": torch.zeros(61, 0),
        }
    )
    kinds = np.array([[0, 1, 0], [2, 0, 1], [0, 2, 0]])
    sentence = replace(line(3, (0, 2)), kinds=kinds)
    states = encode(gcn, torch.tensor([[1.0], [10.0], [100.0]]), [sentence])
    torch.testing.assert_close(states[:, 0], torch.tensor(expected))


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_before_training_kinds_change_nothing(seed: int, counted: bool) -> None:
    sentences, vectors = random_sentences(seed)
    states = []
    for edge_kinds in (0, EDGE_KINDS):
        torch.manual_seed(seed)
        factory = configure_syntax_gcn(self_loop_in_degree=counted, edge_kinds=edge_kinds)
        states.append(encode(factory(vectors.shape[1], 0.0).double(), vectors, sentences))
    # A degree without the node itself is a ratio in single precision in `convolve_by_edges`.
    torch.testing.assert_close(*states, rtol=0, atol=1e-12 if counted else 1e-7)


def test_without_kinds_there_are_no_gates() -> None:
    """So that what is stored of such a network is what it always was."""
    plain, typed = (configure_syntax_gcn(edge_kinds=n)(8, 0.0) for n in (0, 4))
    assert type(plain) is SyntaxGCN
    new = typed.state_dict().keys() - plain.state_dict().keys()
    assert new == {"gate_offsets.0", "gate_offsets.1"}
    assert [offsets.shape for offsets in typed.gate_offsets] == [(5,), (5,)]


def test_a_graph_with_more_kinds_than_the_network_is_refused() -> None:
    sentence = replace(line(3, (0, 2)), kinds=np.array([[0, 1, 0], [2, 0, 1], [0, 2, 0]]))
    gcn = make_gcn(2, edge_kinds=1)
    with pytest.raises(ValueError, match=r"\[DDI012\].*edge_kinds = 1 .*2 or more"):
        encode(gcn, torch.zeros(3, 5, dtype=torch.float64), [sentence])


def test_a_typed_network_can_be_pickled() -> None:
    factory = pickle.loads(pickle.dumps(configure_syntax_gcn(edge_kinds=2)))
    assert type(factory(4, 0.0)) is TypedSyntaxGCN
