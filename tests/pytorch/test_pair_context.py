"""Settings of the context; its numbers are checked with the whole network."""

from __future__ import annotations

import pickle

import pytest
import torch
from spacy.util import registry

from tests.pytorch.reference import make_context, make_tensors, random_sentences


def test_it_is_registered_and_survives_pickle() -> None:
    factory = registry.misc.get("spacy-ddi.PairContext.v1")(hidden_size=16, attention_heads=4)
    context = pickle.loads(pickle.dumps(factory))(7, 0.1)
    assert context.output_size == 32
    assert context.key.in_features == 7


@pytest.mark.parametrize(
    ("setting", "value"),
    [("hidden_size", 0), ("hidden_size", 9), ("attention_heads", 0), ("position_clip", 0)],
)
def test_impossible_settings_are_refused(setting: str, value: int) -> None:
    with pytest.raises(ValueError, match=rf"\[DDI012\].*{setting}"):
        registry.misc.get("spacy-ddi.PairContext.v1")(**{setting: value})


def test_dropout_is_for_training_only() -> None:
    sentences, vectors = random_sentences(0)
    context, batch = make_context(dropout=0.5), make_tensors(sentences)
    nodes = vectors[batch.node_tokens]
    shared = [context.eval().encode_sentences(nodes, batch) for _ in range(2)]
    assert all(torch.equal(one, other) for one, other in zip(*shared, strict=True))
    shared = [context.train().encode_sentences(nodes, batch) for _ in range(2)]
    assert not torch.equal(shared[0][0], shared[1][0])


def test_dropout_is_on_all_token_vectors() -> None:
    """Those of nodes, of mentions and of the means of sentences."""
    sentences, vectors = random_sentences(0)
    context, batch = make_context(dropout=1.0), make_tensors(sentences)
    nodes = vectors[batch.node_tokens]
    blank = context.eval().encode_sentences(torch.zeros_like(nodes), batch)
    found = context.train().encode_sentences(nodes, batch)
    assert all(torch.equal(one, other) for one, other in zip(found, blank, strict=True))
