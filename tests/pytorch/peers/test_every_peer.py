"""What every peer must do, whatever its network: as a `PairReader`, and in a pipeline."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import spacy
import torch
from spacy.util import registry

from spacy_ddi.explaining.explain import explain_all
from spacy_ddi.pytorch.pair_reader import PairReader
from spacy_ddi.pytorch.pair_tensors import lay_out_pairs
from tests.component.conftest import MAKE_MODEL, SENTENCES, MakeExamples, train
from tests.pytorch.peers.conftest import ATTENTIVE, PEERS, laid_out, make_network, make_reader
from tests.pytorch.reference import Sentence, make_tensors, random_sentences

every_peer = pytest.mark.parametrize("name", PEERS)


@every_peer
def test_a_peer_gives_one_finite_vector_a_pair(name: str) -> None:
    sentences, vectors = random_sentences(0)
    reader = make_reader(name)
    assert isinstance(reader, PairReader)
    shared, rows = laid_out(reader, vectors, sentences)
    found = reader.read_pairs(shared, rows)
    assert found.shape == (len(rows.pairs), reader.output_size)
    assert found.isfinite().all()


@every_peer
@pytest.mark.parametrize("seed", range(3))
def test_a_pair_alone_is_as_in_a_batch(name: str, seed: int) -> None:
    """Neither other sentences, nor other pairs, nor the longest sentence matter."""
    sentences, vectors = random_sentences(seed, n_sentences=4)
    network = make_network(name).eval()
    together = network(vectors, make_tensors(sentences))
    alone = [
        network(vectors, make_tensors([Sentence(s.tokens, s.adjacency, s.mentions, [pair])]))
        for s in sentences
        for pair in s.pairs
    ]
    torch.testing.assert_close(torch.cat(alone), together)


@every_peer
@pytest.mark.parametrize("max_pairs", [1, 2])
def test_chunks_change_neither_logits_nor_gradients(name: str, max_pairs: int) -> None:
    sentences, vectors = random_sentences(1, n_sentences=4)
    batch = make_tensors(sentences)
    found = []
    for most in (max_pairs, 1000):
        network = make_network(name, max_pairs=most)
        assert (len(network._chunks(batch)) > 1) == (most == max_pairs)
        logits = network(vectors, batch)
        gradients = torch.autograd.grad(logits.square().sum(), [*network.parameters()])
        found.append([logits, *gradients])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


@every_peer
def test_gradient_by_finite_differences(name: str) -> None:
    sentences, vectors = random_sentences(1)
    network, batch = make_network(name, seed=1), make_tensors(sentences)
    assert torch.autograd.gradcheck(
        lambda x: network(x, batch), vectors.requires_grad_(), fast_mode=True
    )


@every_peer
def test_every_parameter_learns(name: str) -> None:
    sentences, vectors = random_sentences(2, n_sentences=6)
    network = make_network(name)
    network(vectors, make_tensors(sentences)).square().sum().backward()
    still = [key for key, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not still


@every_peer
def test_order_of_words_and_place_of_mentions_matter(name: str) -> None:
    sentences, vectors = random_sentences(3)
    size = max(len(s.tokens) for s in sentences)
    (longest,) = (s for s in sentences if len(s.tokens) == size)
    reader = make_reader(name)

    def read(tokens: list[int], mentions: list[tuple[int, int]]) -> torch.Tensor:
        changed = Sentence(tokens, longest.adjacency, mentions, [(0, 1)])
        return torch.as_tensor(reader.read_pairs(*laid_out(reader, vectors, [changed])))

    first = read(longest.tokens, [(0, 1), (size - 1, size)])
    assert not torch.allclose(first, read(longest.tokens[::-1], [(0, 1), (size - 1, size)]))
    assert not torch.allclose(first, read(longest.tokens, [(1, 2), (size - 1, size)]))
    assert not torch.allclose(first, read(longest.tokens, [(0, 1), (size - 2, size - 1)]))


@every_peer
def test_the_parse_is_not_read(name: str) -> None:
    sentences, vectors = random_sentences(1)
    bare = [Sentence(s.tokens, np.zeros_like(s.adjacency), s.mentions, s.pairs) for s in sentences]
    network = make_network(name)
    with_parse, without = (network(vectors, make_tensors(s)) for s in (sentences, bare))
    assert torch.equal(with_parse, without)


@every_peer
def test_no_pairs_give_no_vectors(name: str) -> None:
    sentences, vectors = random_sentences(0)
    batch = make_tensors(sentences)
    reader = make_reader(name)
    shared = reader.encode_sentences(vectors[batch.node_tokens], batch)
    rows = lay_out_pairs(batch, torch.arange(0))
    assert reader.read_pairs(shared, rows).shape == (0, reader.output_size)


@every_peer
def test_weights_of_words_where_there_are_any(name: str) -> None:
    sentences, vectors = random_sentences(0)
    batch = make_tensors(sentences)
    weights, context = make_network(name).attend(vectors, batch)
    assert context is None
    assert (weights is not None) == (name in ATTENTIVE)
    if weights is not None:
        rows = lay_out_pairs(batch, torch.arange(len(batch.pairs)))
        sums = weights.new_zeros(len(batch.pairs)).index_add(0, rows.graph.owners, weights)
        torch.testing.assert_close(sums, torch.ones_like(sums))


@every_peer
def test_factories_pickle_and_refuse_impossible_settings(name: str) -> None:
    configure = registry.misc.get(f"spacy-ddi.{name}.v1")
    factory = pickle.loads(pickle.dumps(configure(**PEERS[name])))
    assert factory(7, 0.0).output_size == make_reader(name).output_size
    for setting, value in PEERS[name].items():
        impossible = [0] if isinstance(value, list) else 0
        with pytest.raises(ValueError, match=rf"DDI012.*{setting}"):
            configure(**{**PEERS[name], setting: impossible})


@every_peer
def test_a_peer_learns_a_handful_of_pairs_explains_them_and_survives_the_disk(
    name: str, make_examples: MakeExamples, tmp_path: Path
) -> None:
    nlp = spacy.blank("en")
    wider = {setting: 16 for setting in ("hidden_size", "filters") if setting in PEERS[name]}
    encoder = {"@misc": f"spacy-ddi.{name}.v1", **PEERS[name], **wider}
    model = {**MAKE_MODEL, "pair_encoder": encoder, "pooling": None}
    nlp.add_pipe("ddi_relation", config={"model": model})
    train(nlp, make_examples(nlp), steps=60)
    docs = [nlp(example.predicted) for example in make_examples(nlp)]
    labels = [[relation["label"] for relation in doc._.ddi_rels] for doc in docs]
    assert labels == [[label for *_, label in relations] for *_, relations in SENTENCES]
    (explanation,) = explain_all(docs[0], nlp)
    assert all((word.pooling is not None) == (name in ATTENTIVE) for word in explanation.words)
    nlp.to_disk(tmp_path)
    stored = spacy.load(tmp_path)
    again = [stored(example.predicted) for example in make_examples(stored)]
    assert [doc._.ddi_rels for doc in again] == [doc._.ddi_rels for doc in docs]


@pytest.mark.parametrize(("name", "pooling"), [("LiuCNN", "max"), ("SyntaxGCN", None)])
def test_pooling_that_does_not_fit_is_refused(
    name: str, pooling: str | None, make_examples: MakeExamples
) -> None:
    nlp = spacy.blank("en")
    encoder = {"@misc": f"spacy-ddi.{name}.v1"}
    model = {**MAKE_MODEL, "pair_encoder": encoder, "pooling": pooling}
    nlp.add_pipe("ddi_relation", config={"model": model})
    with pytest.raises(ValueError, match=rf"DDI012.*pooling.*{name}"):
        nlp.initialize(lambda: make_examples(nlp))
