"""Focal loss on both heads (paper, section 2.2; Lin et al. 2017). P pairs, C classes."""

from __future__ import annotations

import torch
from torch import Tensor

from spacy_ddi.networks.heads import IDENTIFICATION_SIZE

UNKNOWN = -1
"""Target of a pair whose class is not known; the head does not learn from it."""


def focal_loss(logits: Tensor, targets: Tensor, *, gamma: float, alpha: Tensor | None) -> Tensor:
    """-alpha_t (1 - p_t)^gamma log p_t of each pair, for its true class t.

    logits (Tensor): Shape (P, C).
    targets (Tensor): Shape (P,), int64: the true class, or `UNKNOWN`.
    gamma (float): Focusing parameter; 0 gives the weighted cross-entropy.
    alpha (Optional[Tensor]): Shape (C,): weight of each class; None for 1.
    RETURNS (Tensor): Shape (P,): the loss, 0 where the target is unknown.
    """
    known = targets != UNKNOWN
    index = torch.where(known, targets, 0).unsqueeze(1)
    log_p = torch.log_softmax(logits, dim=1).gather(1, index).squeeze(1)
    loss = -((1 - log_p.exp()).clamp(min=1e-12) ** gamma) * log_p
    if alpha is not None:
        loss = loss * alpha[index.squeeze(1)]
    return loss * known


def multitask_focal_loss(
    logits: Tensor,
    classes: Tensor,
    interacts: Tensor,
    *,
    gamma: float,
    auxiliary_weight: float,
    alpha: Tensor | None,
) -> Tensor:
    """Mean focal loss of the classification head plus the weighted one of the identification head.

    logits (Tensor): Shape (P, C + 2): classification, then identification.
    classes (Tensor): Shape (P,), int64: true class (0 is none), or `UNKNOWN`.
    interacts (Tensor): Shape (P,), int64: 1 if the pair interacts, else 0.
    gamma (float): Focusing parameter of both heads.
    auxiliary_weight (float): Weight of the identification head.
    alpha (Optional[Tensor]): Shape (C,): weight of each class in the classification head.
    RETURNS (Tensor): Shape (): the mean over the pairs.
    """
    classification, identification = logits.split(
        [logits.shape[1] - IDENTIFICATION_SIZE, IDENTIFICATION_SIZE], dim=1
    )
    loss = focal_loss(classification, classes, gamma=gamma, alpha=alpha)
    auxiliary = focal_loss(identification, interacts, gamma=gamma, alpha=None)
    return (loss + auxiliary_weight * auxiliary).mean()
