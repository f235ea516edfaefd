"""The loss as the component calls it: arrays in, gradient and value out. P pairs, C classes."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol, cast, runtime_checkable

from thinc.api import torch2xp, xp2torch
from thinc.types import Floats1d, Floats2d

from spacy_ddi.errors import require


@runtime_checkable
class PairLoss(Protocol):
    """Compares logits with the truth."""

    def __call__(
        self, logits: Floats2d, targets: Floats2d, alpha: Floats1d | None
    ) -> tuple[Floats2d, float]:
        """Loss of a batch of pairs.

        logits (Floats2d): Shape (P, C + 2): classification, then identification.
        targets (Floats2d): Shape (P, C): the probability of each class, none first: a single 1 for
            an annotated class, soft labels, zeros for an interaction of unknown type, or NaN for a
            pair of which nothing is known.
        alpha (Optional[Floats1d]): Shape (C,): weight of each class; None for 1.
        RETURNS (Tuple[Floats2d, float]): Gradient of shape (P, C + 2), and the loss.
        """
        ...


def configure_multitask_focal_loss(gamma: float = 1.0, auxiliary_weight: float = 1.0) -> PairLoss:
    """Registered as `spacy-ddi.MultiTaskFocalLoss.v1` (@losses): focal loss on both heads.

    gamma (float): Focusing parameter (paper: 1).
    auxiliary_weight (float): Weight of the identification head (the paper leaves it open); 0
        trains the classification head alone.
    RETURNS (PairLoss): The loss.
    """
    for setting, value in (("gamma", gamma), ("auxiliary_weight", auxiliary_weight)):
        require(value >= 0, "spacy-ddi.MultiTaskFocalLoss.v1", setting, value, "0 or more")
    return partial(_multitask_focal, gamma=gamma, auxiliary_weight=auxiliary_weight)


def _multitask_focal(
    logits: Floats2d,
    targets: Floats2d,
    alpha: Floats1d | None,
    *,
    gamma: float,
    auxiliary_weight: float,
) -> tuple[Floats2d, float]:

    from spacy_ddi.pytorch.focal_loss import multitask_focal_loss

    tensor = xp2torch(logits.copy(), requires_grad=True)
    loss = multitask_focal_loss(
        tensor,
        xp2torch(targets).to(tensor.device),
        gamma=gamma,
        auxiliary_weight=auxiliary_weight,
        alpha=None if alpha is None else xp2torch(alpha).to(tensor.device),
    )
    loss.backward()
    return cast(Floats2d, torch2xp(cast(Any, tensor.grad))), float(loss.item())
