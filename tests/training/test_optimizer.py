"""The optimizer with a learning rate for each group of parameters."""

from __future__ import annotations

import numpy as np
import pytest
from spacy.util import registry

from spacy_ddi.training.optimizer import GroupedAdam, configure_grouped_adam

RATE = 0.1


def step(
    optimizer: GroupedAdam, parameter: str, *, gradient: float = 1.0, times: int = 1
) -> np.ndarray:
    """How far a weight of 1 moves."""
    weights = np.ones(2, dtype="f")
    for _ in range(times):
        weights, _ = optimizer((0, parameter), weights, np.full(2, gradient, dtype="f"))
    return 1 - weights


def adam(scales: dict[str, float], **settings: float) -> GroupedAdam:
    return configure_grouped_adam(RATE, scales, **{"L2": 0.0, "grad_clip": 0.0, **settings})


def test_optimizer_is_found_through_the_registry():
    make = registry.optimizers.get("spacy-ddi.GroupedAdam.v1")
    assert isinstance(make(), GroupedAdam)
    config = {"o": {"@optimizers": "spacy-ddi.GroupedAdam.v1", "lr_scales": {"encoder": 0.5}}}
    assert registry.resolve(config)["o"].scale("encoder.x") == 0.5


@pytest.mark.parametrize(
    ("parameter", "scale"),
    [
        ("heads.weight", 1.0),
        ("encoder.layer.0.weight", 0.1),
        ("encoder.layer.11.weight", 0.5),
        ("encoder", 0.2),
        ("my.encoder.layer.0", 1.0),
    ],
)
def test_longest_beginning_of_the_name_wins(parameter, scale):
    scales = {"encoder.layer.11": 0.5, "encoder": 0.2, "encoder.layer": 0.1}
    optimizer = adam(scales)
    assert optimizer.scale(parameter) == scale
    # The first step of Adam is the learning rate, whatever the gradient.
    assert step(optimizer, parameter) == pytest.approx(RATE * scale, rel=1e-4)


def test_empty_beginning_fits_every_name():
    assert adam({"": 0.5}).scale("anything") == 0.5


def test_weight_decay_is_scaled_like_the_learning_rate():
    optimizer = adam({"encoder": 0.5}, L2=0.2)
    assert step(optimizer, "encoder", gradient=0.0) == pytest.approx(0.5 * RATE * 0.2, rel=1e-4)


def test_scale_of_zero_freezes_and_clears_the_gradient():
    optimizer = adam({"encoder": 0.0}, L2=0.2)
    gradient = np.ones(2, dtype="f")
    weights, left = optimizer((0, "encoder.x"), np.ones(2, dtype="f"), gradient)
    assert weights.tolist() == [1.0, 1.0]
    assert left.tolist() == gradient.tolist() == [0.0, 0.0]
    assert step(optimizer, "heads", times=3).min() > 0


def test_scale_of_thinc_and_scale_of_the_group_multiply():
    weights, _ = adam({"encoder": 0.5})(
        (0, "encoder"), np.ones(2, dtype="f"), np.ones(2, dtype="f"), lr_scale=0.1
    )
    assert 1 - weights == pytest.approx(RATE * 0.05, rel=1e-3)


@pytest.mark.parametrize("scale", [-0.1, float("nan")])
def test_scale_that_is_not_possible_is_refused(scale):
    with pytest.raises(ValueError, match=r"DDI012.*lr_scales\['encoder'\]"):
        adam({"heads": 1.0, "encoder": scale})


def test_no_averages_are_kept():
    optimizer = adam({})
    step(optimizer, "heads")
    assert optimizer.averages is None
