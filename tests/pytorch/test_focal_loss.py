"""Focal loss against -alpha (1 - p)^gamma log p, pair by pair."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from spacy_ddi.pytorch.focal_loss import focal_loss, multitask_focal_loss

SEEDS = range(5)

UNKNOWN = -1
"""Class of a pair whose row of targets is all zeros."""


def one_hot(classes: torch.Tensor, n_classes: int) -> torch.Tensor:
    """Shape (P, C): the targets of known classes, zeros for unknown ones."""
    return torch.stack([classes == c for c in range(n_classes)], dim=1).double()


def slow_focal(logits: list[float], target: int, gamma: float, alpha: list[float]) -> float:
    """The loss of one pair."""
    if target == UNKNOWN:
        return 0.0
    p = math.exp(logits[target]) / sum(math.exp(logit) for logit in logits)
    return -alpha[target] * (1 - p) ** gamma * math.log(p)


def random_pairs(seed: int, n_pairs: int = 7, n_classes: int = 5) -> tuple[torch.Tensor, ...]:
    """Logits of both heads, classes (some unknown), whether the pairs interact, alpha."""
    torch.manual_seed(seed)
    logits = 3 * torch.randn(n_pairs, n_classes + 2, dtype=torch.float64)
    classes = torch.randint(UNKNOWN, n_classes, (n_pairs,))
    return logits, classes, (classes != 0).long(), torch.rand(n_classes, dtype=torch.float64)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_loss_equals_its_formula(gamma: float, seed: int) -> None:
    logits, classes, _, alpha = random_pairs(seed)
    expected = [
        slow_focal(row, target, gamma, alpha.tolist())
        for row, target in zip(logits[:, :5].tolist(), classes.tolist(), strict=True)
    ]
    loss = focal_loss(logits[:, :5], one_hot(classes, 5), gamma=gamma, alpha=alpha)
    assert loss.tolist() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weighted", [True, False])
def test_both_heads_add_up_to_the_mean_over_pairs(weighted: bool, seed: int) -> None:
    logits, classes, interacts, alpha = random_pairs(seed)
    weights = alpha if weighted else None
    found = multitask_focal_loss(
        logits, one_hot(classes, 5), gamma=1.0, auxiliary_weight=0.3, alpha=weights
    )
    expected = 0.0
    for row, target, truth in zip(
        logits.tolist(), classes.tolist(), interacts.tolist(), strict=True
    ):
        expected += slow_focal(row[:5], target, 1.0, alpha.tolist() if weighted else [1.0] * 5)
        expected += 0.3 * slow_focal(row[5:], truth, 1.0, [1.0, 1.0])
    assert found.shape == ()
    assert found.item() == pytest.approx(expected / len(logits), rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_gamma_zero_is_cross_entropy(seed: int) -> None:
    logits, classes, _, _ = random_pairs(seed)
    classes = classes.clamp(min=0)
    found = multitask_focal_loss(
        logits, one_hot(classes, 5), gamma=0.0, auxiliary_weight=1.0, alpha=None
    )
    expected = functional.cross_entropy(logits[:, :5], classes)
    expected = expected + functional.cross_entropy(logits[:, 5:], (classes != 0).long())
    torch.testing.assert_close(found, expected)


def test_unknown_class_trains_the_identification_head_only() -> None:
    logits = torch.randn(2, 7, dtype=torch.float64, requires_grad=True)
    targets = torch.zeros(2, 5, dtype=torch.float64)
    loss = multitask_focal_loss(
        logits, targets, gamma=1.0, auxiliary_weight=1.0, alpha=torch.ones(5)
    )
    (gradient,) = torch.autograd.grad(loss, logits)
    assert not gradient[:, :5].any()
    assert gradient[:, 5:].all()
    assert loss > 0


def test_auxiliary_weight_zero_leaves_the_identification_head_alone() -> None:
    logits = torch.randn(2, 7, dtype=torch.float64, requires_grad=True)
    targets = one_hot(torch.tensor([0, 3]), 5)
    loss = multitask_focal_loss(logits, targets, gamma=1.0, auxiliary_weight=0.0, alpha=None)
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient[:, :5].all()
    assert not gradient[:, 5:].any()


def test_easy_pairs_count_less() -> None:
    """What the focusing parameter is for: at p = 0.9 the loss is a tenth of the cross entropy."""
    logits = torch.tensor([[math.log(0.9), math.log(0.1)]])
    plain, focal = (
        focal_loss(logits, torch.tensor([[1.0, 0.0]]), gamma=gamma, alpha=None)
        for gamma in (0.0, 1.0)
    )
    assert (focal / plain).item() == pytest.approx(0.1, rel=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("size", [1e2, 1e4])
def test_finite_for_extreme_logits(size: float, gamma: float) -> None:
    logits = torch.tensor([[size, -size, 0.0], [-size, size, 0.0], [0.0, 0.0, -size]])
    logits.requires_grad_()
    loss = focal_loss(logits, one_hot(torch.tensor([0, 0, 2]), 3), gamma=gamma, alpha=None)
    loss.sum().backward()
    assert loss.isfinite().all()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
    assert loss[0] == 0
    assert loss[1].item() == pytest.approx(2 * size)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_gradient(gamma: float) -> None:
    logits, classes, _, alpha = random_pairs(0)
    assert torch.autograd.gradcheck(
        lambda x: focal_loss(x, one_hot(classes, 5), gamma=gamma, alpha=alpha),
        logits[:, :5].clone().requires_grad_(),
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize("alpha", [None, torch.arange(5, dtype=torch.float64)])
def test_a_distribution_is_learned_by_cross_entropy(
    alpha: torch.Tensor | None, gamma: float, seed: int
) -> None:
    """Whatever the weights, the least loss is where the student says what the teacher says."""
    torch.manual_seed(seed)
    logits = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    targets = torch.softmax(torch.randn(4, 5, dtype=torch.float64), dim=1)
    loss = focal_loss(logits, targets, gamma=gamma, alpha=alpha)
    torch.testing.assert_close(
        loss, functional.cross_entropy(logits, targets, reduction="none"), rtol=1e-9, atol=0
    )
    (gradient,) = torch.autograd.grad(loss.sum(), logits)
    torch.testing.assert_close(gradient, torch.softmax(logits, dim=1) - targets)


def test_a_distribution_trains_the_identification_head_with_its_share_of_none() -> None:
    targets = torch.tensor([[0.3, 0.5, 0.2]])
    logits = torch.tensor([[9.0, 9.0, 9.0, math.log(0.3), math.log(0.7)]], requires_grad=True)
    loss = multitask_focal_loss(logits, targets, gamma=1.0, auxiliary_weight=1.0, alpha=None)
    (gradient,) = torch.autograd.grad(loss, logits)
    torch.testing.assert_close(gradient[:, 3:], torch.zeros(1, 2), rtol=0, atol=1e-7)
    assert gradient[:, :3].any()


def test_a_pair_of_which_nothing_is_known_trains_nothing() -> None:
    targets = torch.tensor([[0.3, 0.5, 0.2], [math.nan] * 3])
    logits = torch.randn(2, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    loss = multitask_focal_loss(logits, targets, gamma=1.0, auxiliary_weight=1.0, alpha=None)
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient[0].any()
    assert torch.equal(gradient[1], torch.zeros(5))
    alone = multitask_focal_loss(
        logits[:1], targets[:1], gamma=1.0, auxiliary_weight=1.0, alpha=None
    )
    torch.testing.assert_close(loss, alone / 2)
