"""Averaged weights: what spaCy's training scores and stores."""

from __future__ import annotations

import numpy as np
import spacy
from spacy.language import Language
from thinc.api import Model, PyTorchWrapper_v3
from torch import nn

from spacy_ddi.training.callbacks import prepare_torch
from spacy_ddi.training.optimizer import GroupedAdam, configure_grouped_adam


class HalfUsed(nn.Module):
    """A module with a layer that gets no gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Linear(2, 2)
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        return self.used(x)


class HalfUsedPipe:
    """As much of a component as the callback looks at."""

    def __init__(self) -> None:
        self.model = PyTorchWrapper_v3(HalfUsed())


@Language.factory("half_used")
def make_half_used(nlp: Language, name: str) -> HalfUsedPipe:
    return HalfUsedPipe()


def prepared(**optimizer: object) -> Model:
    """The model of a pipeline that went through the callback with this optimizer."""
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("half_used")
    if optimizer:
        settings = {"@optimizers": "spacy-ddi.GroupedAdam.v1", **optimizer}
        nlp.config = nlp.config.merge({"training": {"optimizer": settings}})
    prepare_torch(nlp)
    return pipe.model


def step(model: Model, optimizer: GroupedAdam) -> np.ndarray:
    """One update; returns the weight after it."""
    _, backprop = model.begin_update(np.ones((1, 2), dtype="float32"))
    backprop(np.ones((1, 2), dtype="float32"))
    model.finish_update(optimizer)
    return model.shims[0]._model.used.weight.detach().numpy().copy()


def test_average_is_applied_to_all_weights_and_taken_back() -> None:
    model = prepared()
    optimizer = configure_grouped_adam(0.1, average_decay=0.5)
    history = [step(model, optimizer) for _ in range(3)]
    average = history[0]
    for age, weight in enumerate(history[1:], start=2):
        decay = min(0.5, (1 + age) / (10 + age))
        average = decay * average + (1 - decay) * weight
    module = model.shims[0]._model
    with model.use_params(optimizer.averages):
        np.testing.assert_allclose(module.used.weight.detach().numpy(), average, rtol=1e-5)
    np.testing.assert_array_equal(module.used.weight.detach().numpy(), history[-1])


def test_no_average_without_a_decay() -> None:
    optimizer = configure_grouped_adam(0.1)
    step(PyTorchWrapper_v3(HalfUsed()), optimizer)
    assert optimizer.averages is None


def test_weights_of_rate_zero_are_frozen_and_averaged_with_the_others() -> None:
    settings = {"lr_scales": {"used.bias": 0.0}, "average_decay": 0.5}
    model = prepared(**settings)
    module = model.shims[0]._model
    assert not module.used.bias.requires_grad
    assert module.used.weight.requires_grad
    bias, weight = (p.detach().clone() for p in (module.used.bias, module.used.weight))
    optimizer = configure_grouped_adam(0.1, **settings)
    step(model, optimizer)
    step(model, optimizer)
    assert (module.used.bias == bias).all()
    assert not (module.used.weight == weight).any()
    with model.use_params(optimizer.averages):
        assert (module.used.bias == bias).all()
        assert not (module.used.weight == weight).any()


def test_every_weight_learns_with_another_optimizer() -> None:
    module = prepared().shims[0]._model
    assert all(weight.requires_grad for weight in module.parameters())
