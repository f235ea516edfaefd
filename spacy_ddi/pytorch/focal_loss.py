"""Focal loss on both heads (paper, section 2.2; Lin et al. 2017). P pairs, C classes.

Targets are distributions over the classes, one row a pair: a single 1 where the class is annotated,
soft labels (the probabilities of a teacher), zeros for an interaction of unknown type, and NaN for
a pair of which nothing is known.
"""

from __future__ import annotations

import torch
from torch import Tensor

from spacy_ddi.pytorch.heads import IDENTIFICATION_SIZE


def focal_loss(logits: Tensor, targets: Tensor, *, gamma: float, alpha: Tensor | None) -> Tensor:
    """-sum_c q_c alpha_c (1 - p_c)^gamma log p_c of each pair.

    Only annotated pairs are focused on and weighted. For soft labels gamma is 0 and alpha 1:
    otherwise the least loss would not be where p = q.

    logits (Tensor): Shape (P, C).
    targets (Tensor): Shape (P, C): q, the probability of each class; zeros for an unknown one.
    gamma (float): Focusing parameter; 0 gives the weighted cross-entropy.
    alpha (Optional[Tensor]): Shape (C,): weight of each class; None for 1.
    RETURNS (Tensor): Shape (P,): the loss, 0 where the target is unknown.
    """
    log_p = torch.log_softmax(logits, dim=1)
    focus = (1 - log_p.exp()).clamp(min=1e-12) ** gamma
    is_known = targets.amax(dim=1, keepdim=True) == 1
    weights = focus if alpha is None else focus * alpha
    # A logit of minus infinity times a target of 0 must stay 0.
    terms = -torch.where(is_known, weights, 1.0) * log_p.masked_fill(targets == 0, 0.0) * targets
    return terms.sum(dim=1)


def multitask_focal_loss(
    logits: Tensor,
    targets: Tensor,
    *,
    gamma: float,
    auxiliary_weight: float,
    alpha: Tensor | None,
) -> Tensor:
    """Mean focal loss of the classification head plus the weighted one of the identification head.

    logits (Tensor): Shape (P, C + 2): classification, then identification.
    targets (Tensor): Shape (P, C): the probability of each class, none first. A row of zeros is
        an interaction of unknown type: it trains the identification head only. A row with NaN
        trains nothing.
    gamma (float): Focusing parameter of both heads.
    auxiliary_weight (float): Weight of the identification head.
    alpha (Optional[Tensor]): Shape (C,): weight of each class in the classification head.
    RETURNS (Tensor): Shape (): the mean over the pairs.
    """
    classification, identification = logits.split(
        [logits.shape[1] - IDENTIFICATION_SIZE, IDENTIFICATION_SIZE], dim=1
    )
    has_target = ~targets.isnan().any(dim=1)
    targets = targets.nan_to_num(0.0)
    loss = focal_loss(classification, targets, gamma=gamma, alpha=alpha)
    interacts = torch.stack([targets[:, 0], 1 - targets[:, 0]], dim=1)
    auxiliary = focal_loss(identification, interacts, gamma=gamma, alpha=None)
    return (has_target * (loss + auxiliary_weight * auxiliary)).mean()
