"""Dropout with cheap random numbers: rate, mean, gradient, and where it does nothing."""

from __future__ import annotations

import pytest
import torch

from spacy_ddi.pytorch.dropout import Dropout


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5])
def test_the_rate_is_what_is_asked_for_and_the_mean_stays(rate: float) -> None:
    torch.manual_seed(0)
    dropped = Dropout(rate)(torch.ones(999, 101))
    # Of 100,899 numbers the share has a standard deviation of at most 0.0016.
    assert (dropped == 0).double().mean().item() == pytest.approx(rate, abs=0.008)
    assert dropped.double().mean().item() == pytest.approx(1.0, abs=0.016)
    assert dropped.unique().tolist() == pytest.approx([0.0, 1 / (1 - rate)])
    # Neighbours in a row, and in a column, are drawn apart.
    zero = (dropped == 0).double()
    for one, other in ((zero[:, 1:], zero[:, :-1]), (zero[1:], zero[:-1])):
        assert (one * other).mean().item() == pytest.approx(rate**2, abs=0.008)


def test_the_gradient_goes_where_numbers_stayed() -> None:
    torch.manual_seed(0)
    states = torch.ones(40, 5, requires_grad=True)
    dropped = Dropout(0.5)(states)
    dropped.sum().backward()
    assert torch.equal(states.grad, dropped.detach())
    assert 0 in dropped


def test_the_seed_decides() -> None:
    layer, states = Dropout(0.5), torch.ones(30, 7)
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(layer(states))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_nothing_is_dropped_in_prediction_or_at_a_rate_of_zero() -> None:
    states = torch.ones(3, 4)
    assert torch.equal(Dropout(0.5).eval()(states), states)
    assert torch.equal(Dropout(0.0)(states), states)
    assert Dropout(0.5)(torch.ones(0, 4)).shape == (0, 4)
