"""Averaged weights: what spaCy's training scores and stores."""

from __future__ import annotations

import numpy as np
import spacy
from thinc.api import Model, PyTorchWrapper_v3
from torch import nn

from spacy_ddi.training.callbacks import give_every_weight_a_gradient
from spacy_ddi.training.optimizer import GroupedAdam, configure_grouped_adam


class HalfUsed(nn.Module):
    """A module with a layer that gets no gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Linear(2, 2)
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        return self.used(x)


class Pipe:
    """As much of a component as the callback looks at."""

    def __init__(self, model: Model) -> None:
        self.model = model


def step(model: Model, optimizer: GroupedAdam) -> np.ndarray:
    """One update; returns the weight after it."""
    _, backprop = model.begin_update(np.ones((1, 2), dtype="float32"))
    backprop(np.ones((1, 2), dtype="float32"))
    model.finish_update(optimizer)
    return model.shims[0]._model.used.weight.detach().numpy().copy()


def test_average_is_applied_to_all_weights_and_taken_back() -> None:
    model = PyTorchWrapper_v3(HalfUsed())
    nlp = spacy.blank("en")
    nlp._components.append(("pipe", Pipe(model)))
    give_every_weight_a_gradient(nlp)
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
