"""The BiLSTM against the equations of a long short-term memory, one pair and one word at a time."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from spacy.util import registry

from spacy_ddi.pytorch.bilstm import BiLSTM, configure_bilstm
from spacy_ddi.pytorch.pair_tensors import lay_out_pairs
from tests.pytorch.reference import (
    TOKEN_WIDTH,
    Array,
    Sentence,
    array,
    make_tensors,
    random_sentences,
    signed_distances,
)

CLIP = 2
HIDDEN = 6


def make_bilstm(*, dropout: float = 0.0, seed: int = 0) -> BiLSTM:
    torch.manual_seed(seed)
    factory = configure_bilstm(hidden_size=HIDDEN, position_size=3, position_clip=CLIP)
    return factory(TOKEN_WIDTH, dropout).double()


def encode(bilstm: BiLSTM, vectors: torch.Tensor, sentences: list[Sentence]) -> torch.Tensor:
    """The node states of all pairs, one after another."""
    batch = make_tensors(sentences)
    shared = bilstm.encode_sentences(vectors[batch.node_tokens], batch)
    return bilstm.encode_pairs(shared, lay_out_pairs(batch, torch.arange(len(batch.pairs))))


def sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def slow_lstm(words: Array, parameters: list[Array]) -> Array:
    """Hochreiter & Schmidhuber 1997 with a forget gate; torch's order of gates: i, f, g, o."""
    of_input, of_state, input_bias, state_bias = parameters
    state = np.zeros(HIDDEN // 2)
    cell = np.zeros(HIDDEN // 2)
    states = []
    for word in words:
        gates = of_input @ word + input_bias + of_state @ state + state_bias
        i, f, g, o = np.split(gates, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        state = sigmoid(o) * np.tanh(cell)
        states.append(state)
    return np.array(states)


def slow_bilstm(
    bilstm: BiLSTM, vectors: torch.Tensor, sentence: Sentence, pair: tuple[int, int]
) -> Array:
    parts = [array(vectors)[sentence.tokens]]
    for table, mention in zip((bilstm.head_positions, bilstm.tail_positions), pair, strict=True):
        distances = signed_distances(len(sentence.tokens), sentence.mentions[mention])
        parts.append(array(table.weight)[np.clip(distances, -CLIP, CLIP) + CLIP])
    words = np.concatenate(parts, axis=1)
    parameters = [array(weight) for weight in bilstm.lstm.parameters()]
    forwards = slow_lstm(words, parameters[:4])
    backwards = slow_lstm(words[::-1], parameters[4:])[::-1]
    return np.concatenate([forwards, backwards], axis=1)


@pytest.mark.parametrize("seed", range(5))
def test_states_equal_those_of_one_pair_at_a_time(seed: int) -> None:
    sentences, vectors = random_sentences(seed)
    bilstm = make_bilstm(seed=seed)
    expected = [
        slow_bilstm(bilstm, vectors, sentence, pair)
        for sentence in sentences
        for pair in sentence.pairs
    ]
    found = array(encode(bilstm, vectors, sentences))
    np.testing.assert_allclose(found, np.concatenate(expected), atol=1e-12)


def test_the_parse_is_not_read() -> None:
    sentences, vectors = random_sentences(1)
    bare = [Sentence(s.tokens, np.zeros_like(s.adjacency), s.mentions, s.pairs) for s in sentences]
    bilstm = make_bilstm()
    assert any(s.adjacency.any() for s in sentences)
    assert torch.equal(encode(bilstm, vectors, sentences), encode(bilstm, vectors, bare))


def test_no_pairs_give_no_states() -> None:
    sentences, vectors = random_sentences(0)
    batch = make_tensors(sentences)
    bilstm = make_bilstm()
    shared = bilstm.encode_sentences(vectors[batch.node_tokens], batch)
    rows = lay_out_pairs(batch, torch.arange(0))
    assert bilstm.encode_pairs(shared, rows).shape == (0, HIDDEN)


def test_every_parameter_learns() -> None:
    sentences, vectors = random_sentences(2)
    bilstm = make_bilstm()
    encode(bilstm, vectors, sentences).square().sum().backward()
    assert all(weight.grad is not None and weight.grad.any() for weight in bilstm.parameters())


def test_the_factory_is_registered_and_pickles() -> None:
    factory = registry.misc.get("spacy-ddi.BiLSTM.v1")(hidden_size=4)
    assert pickle.loads(pickle.dumps(factory))(3, 0.0).hidden_size == 4


@pytest.mark.parametrize(
    ("setting", "value"),
    [("hidden_size", 0), ("hidden_size", 7), ("position_size", 0), ("position_clip", 0)],
)
def test_impossible_settings_are_refused(setting: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"DDI.*BiLSTM.*{setting}"):
        configure_bilstm(**{setting: value})


def test_position_embeddings_begin_as_small_as_the_features_of_an_encoder() -> None:
    """Torch's own deviation of 1 would drown them."""
    torch.manual_seed(0)
    encoder = configure_bilstm(hidden_size=4, position_size=50, position_clip=30)(8, 0.0)
    for table in (encoder.head_positions, encoder.tail_positions):
        assert table.weight.std().item() == pytest.approx(0.1, rel=0.1)
        assert table.weight.mean().item() == pytest.approx(0.0, abs=0.01)
