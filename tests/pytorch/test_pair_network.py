"""The whole network against the paper's equations; chunks, batches, dropout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call

from spacy_ddi.pytorch import pair_network
from spacy_ddi.pytorch.pair_network import PairNetwork
from spacy_ddi.pytorch.pair_tensors import PairTensors
from spacy_ddi.pytorch.pooling import AttentivePooling, MaxPooling
from tests.pytorch.reference import (
    EDGE_KINDS,
    N_CLASSES,
    Sentence,
    array,
    make_network,
    make_tensors,
    random_sentences,
    slow_logits,
)

SEEDS = range(5)


def gradients(
    network: PairNetwork, vectors: torch.Tensor, sentences: list[Sentence]
) -> dict[str, torch.Tensor]:
    """Logits, and the gradient of a random projection of them for vectors and parameters."""
    vectors = vectors.clone().requires_grad_()
    torch.manual_seed(1)
    logits = network(vectors, make_tensors(sentences))
    weights = torch.randn(
        logits.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64
    )
    names, parameters = zip(*network.named_parameters(), strict=True)
    found = torch.autograd.grad((logits * weights).sum(), [vectors, *parameters])
    return {"logits": logits, **dict(zip(["vectors", *names], found, strict=True))}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        torch.testing.assert_close(tensor, other[name], msg=lambda text, n=name: f"{n}: {text}")
    assert all(tensor.any() for tensor in one.values())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("pooling", [AttentivePooling, MaxPooling])
@pytest.mark.parametrize(("layers", "context"), [(1, False), (2, False), (3, False), (2, True)])
def test_logits_equal_the_equations(
    layers: int, context: bool, pooling: type[nn.Module], seed: int
) -> None:
    """The paper's, and those of `PairContext`."""
    sentences, vectors = random_sentences(seed)
    network = make_network(layers=layers, pooling=pooling, context=context, seed=seed).eval()
    logits = array(network(vectors, make_tensors(sentences)))
    assert logits.shape[1] == N_CLASSES + 2
    np.testing.assert_allclose(logits, slow_logits(network, vectors, sentences), atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_scores_in_single_precision_are_those_of_the_equations_to_five_places(seed: int) -> None:
    sentences, vectors = random_sentences(seed)
    network = make_network(context=True, seed=seed).eval()
    expected = torch.from_numpy(slow_logits(network, vectors, sentences)[:, :N_CLASSES])
    logits = network.float()(vectors.float(), make_tensors(sentences))[:, :N_CLASSES]
    assert logits.dtype == torch.float32
    np.testing.assert_allclose(
        array(logits.softmax(dim=1)), array(expected.softmax(dim=1)), atol=1e-5
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("context", [False, True])
def test_gradient_by_finite_differences(context: bool, seed: int) -> None:
    sentences, vectors = random_sentences(seed)
    network, batch = make_network(context=context, seed=seed), make_tensors(sentences)
    assert torch.autograd.gradcheck(lambda x: network(x, batch), vectors.requires_grad_())


@pytest.mark.parametrize("seed", SEEDS)
def test_gradient_of_gates_by_finite_differences(seed: int) -> None:
    """In two chunks or more, which compute their activations again."""
    sentences, vectors = random_sentences(seed)
    network = make_network(edge_kinds=EDGE_KINDS, max_pairs=2, seed=seed)
    batch = make_tensors(sentences)
    names = [name for name, _ in network.named_parameters() if "gate_offsets" in name]
    gates = tuple(network.get_parameter(name) for name in names)
    assert len(network._chunks(batch)) > 1

    def logits(*gates: torch.Tensor) -> torch.Tensor:
        replaced = dict(zip(names, gates, strict=True))
        return torch.as_tensor(functional_call(network, replaced, (vectors, batch)))

    assert torch.autograd.gradcheck(logits, gates)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "settings", [{}, {"context": True}, {"edge_kinds": EDGE_KINDS}], ids=["gcn", "context", "typed"]
)
@pytest.mark.parametrize("max_pairs", [1, 2, 3])
def test_chunks_change_neither_logits_nor_gradients(
    max_pairs: int, settings: dict[str, Any], seed: int
) -> None:
    sentences, vectors = random_sentences(seed, n_sentences=4)
    assert sum(len(sentence.pairs) for sentence in sentences) > max_pairs
    whole = make_network(**settings)
    chunked = make_network(**settings, max_pairs=max_pairs)
    assert_same(gradients(chunked, vectors, sentences), gradients(whole, vectors, sentences))


def test_chunks_change_nothing_in_prediction() -> None:
    sentences, vectors = random_sentences(0, n_sentences=4)
    batch = make_tensors(sentences)
    with torch.no_grad():
        whole, chunked = (make_network(max_pairs=n).eval()(vectors, batch) for n in (1000, 2))
    torch.testing.assert_close(chunked, whole)


def call_directly(function: Callable[..., Any], *inputs: Any, use_reentrant: bool) -> Any:
    """Stands in for checkpoint: keeps the activations."""
    return function(*inputs)


def test_activations_computed_again_have_the_same_dropout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sentences, vectors = random_sentences(0, n_sentences=4)
    network = make_network(max_pairs=2, dropout=0.5)
    again = gradients(network, vectors, sentences)
    monkeypatch.setattr(pair_network, "checkpoint", call_directly)
    assert_same(again, gradients(network, vectors, sentences))


def kept_bytes(network: PairNetwork, vectors: torch.Tensor, batch: PairTensors) -> int:
    """What a forward pass keeps for the gradient, parts of one tensor counted once."""
    sizes: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        network(vectors.clone().requires_grad_(), batch)
    return sum(sizes.values())


def test_chunks_bound_what_is_kept_for_the_gradient() -> None:
    sentences, vectors = random_sentences(0, n_sentences=8)
    batch = make_tensors(sentences)
    batch = batch._replace(pairs=batch.pairs.repeat(20, 1))
    whole, chunked = (kept_bytes(make_network(max_pairs=n), vectors, batch) for n in (10_000, 5))
    assert chunked < whole / 5


def test_long_sentences_make_smaller_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one node as the measure, a chunk has `max_pairs` nodes, or one pair more."""
    sentences, _ = random_sentences(0, n_sentences=8)
    batch = make_tensors(sentences)
    batch = batch._replace(pairs=batch.pairs.repeat(20, 1))
    lengths = torch.diff(batch.sentence_nodes)[batch.mention_sentences[batch.pairs[:, 0]]]
    network = make_network(max_pairs=50)
    assert max(lengths[chunk].sum() for chunk in network._chunks(batch)) > 100
    monkeypatch.setattr(pair_network, "LONG_SENTENCE", 1)
    chunks = network._chunks(batch)
    assert torch.equal(torch.cat(chunks), torch.arange(len(batch.pairs)))
    assert max(lengths[chunk].sum() for chunk in chunks) < 50 + lengths.max()


@pytest.mark.parametrize("edge_kinds", [0, EDGE_KINDS])
@pytest.mark.parametrize("seed", SEEDS)
def test_other_sentences_do_not_matter(seed: int, edge_kinds: int) -> None:
    sentences, vectors = random_sentences(seed, n_sentences=4)
    network = make_network(edge_kinds=edge_kinds).eval()
    together = network(vectors, make_tensors(sentences))
    alone = [network(vectors, make_tensors([sentence])) for sentence in sentences]
    torch.testing.assert_close(together, torch.cat(alone))


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_sentences_is_the_order_of_logits(seed: int) -> None:
    sentences, vectors = random_sentences(seed)
    network = make_network().eval()
    logits = network(vectors, make_tensors(sentences))
    parts = logits.split([len(sentence.pairs) for sentence in sentences])
    order = [2, 0, 1]
    moved = network(vectors, make_tensors([sentences[i] for i in order]))
    torch.testing.assert_close(moved, torch.cat([parts[i] for i in order]))


def test_dropout_is_set_everywhere_and_honoured_in_training_only() -> None:
    sentences, vectors = random_sentences(0)
    batch = make_tensors(sentences)
    network, dry = make_network(dropout=0.0), make_network(dropout=0.0)
    network.set_dropout(0.7)
    layers = [module for module in network.modules() if isinstance(module, nn.Dropout)]
    assert [layer.p for layer in layers] == [0.7] * 2
    assert not torch.equal(network(vectors, batch), network(vectors, batch))
    expected = dry(vectors, batch)
    assert torch.equal(network.eval()(vectors, batch), expected)
    network.train().set_dropout(0.0)
    assert torch.equal(network(vectors, batch), expected)
