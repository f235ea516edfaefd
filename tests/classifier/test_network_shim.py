"""The network leaves evaluation mode in training alone."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from thinc.api import Model

from tests.classifier.conftest import FakeTok2Vec
from tests.classifier.test_pair_classifier import make_docs, make_model, torch_network, with_pairs


def modes(model: Model[Any, Any]) -> set[bool]:
    return {module.training for module in torch_network(model).modules()}


def watch(model: Model[Any, Any], monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, int]]:
    """Mode of the network's heads and torch's threads, each time they are computed."""
    seen = []
    heads = torch_network(model).heads
    forward = heads.forward

    def watched(*args: Any) -> Any:
        seen.append((heads.training, torch.get_num_threads()))
        return forward(*args)

    monkeypatch.setattr(heads, "forward", watched)
    return seen


@pytest.fixture
def model(tok2vec: FakeTok2Vec) -> Model[Any, Any]:
    tok2vec.fill(make_docs())
    return make_model(tok2vec, dropout=0.5, max_pairs=2)


@pytest.fixture(autouse=True)
def two_threads() -> Any:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def test_training_mode_holds_for_both_ways_and_no_longer(
    model: Model[Any, Any], tok2vec: FakeTok2Vec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going backwards, too: what was not kept is computed again, with dropout."""
    assert modes(model) == {False}
    seen = watch(model, monkeypatch)
    logits, backprop = model.begin_update(with_pairs(tok2vec.docs))
    assert modes(model) == {False}
    n_chunks = len(seen)
    assert n_chunks > 1
    backprop(np.ones_like(logits))
    assert len(seen) == 2 * n_chunks
    assert set(seen) == {(True, 2)}
    assert modes(model) == {False}


def test_prediction_is_in_evaluation_mode_with_one_thread(
    model: Model[Any, Any], tok2vec: FakeTok2Vec, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = watch(model, monkeypatch)
    torch_network(model).train()  # as a user may leave it
    model.predict(with_pairs(tok2vec.docs))
    assert set(seen) == {(False, 1)}
    assert modes(model) == {False}
    assert torch.get_num_threads() == 2


def test_an_error_in_training_leaves_evaluation_mode(
    model: Model[Any, Any], tok2vec: FakeTok2Vec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_network(model).heads, "forward", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model.begin_update(with_pairs(tok2vec.docs))
    assert modes(model) == {False}


def test_copies_and_loaded_ones_are_in_evaluation_mode(model: Model[Any, Any]) -> None:
    network = model.get_ref("network")
    others = [network.copy(), copy.deepcopy(network)]
    others.append(network.copy().from_bytes(network.to_bytes()))
    for other in others:
        module = other.shims[0]._model
        assert module is not network.shims[0]._model
        assert not any(part.training for part in module.modules())
