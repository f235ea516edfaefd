"""The two heads on the shared pair representation (paper, section 2.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

IDENTIFICATION_SIZE = 2
"""Classes of the identification head: no interaction, interaction."""


class InteractionHeads(nn.Module):
    """A classification head over {none, types…} and a binary identification head; each is one fully
    connected layer, and their logits are returned side by side.

    width (int): Width F of the pair representation.
    n_classes (int): C: the interaction types and none, which is class 0.
    dropout (float): Rate on the pair representation.
    """

    def __init__(self, width: int, n_classes: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.classification = nn.Linear(width, n_classes)
        self.identification = nn.Linear(width, IDENTIFICATION_SIZE)

    def forward(self, pairs: Tensor) -> Tensor:
        """Logits of both heads.

        pairs (Tensor): Shape (P, F).
        RETURNS (Tensor): Shape (P, C + 2): classification, then identification.
        """
        pairs = self.dropout(pairs)
        return torch.cat([self.classification(pairs), self.identification(pairs)], dim=1)
