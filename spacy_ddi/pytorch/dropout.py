"""Dropout whose random numbers cost little on a CPU."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LEVELS = 2**16
"""A rate is as near as one of so many levels comes."""


class Dropout(nn.Dropout):
    """`nn.Dropout`, with 16 random bits a number where torch draws 64 on a CPU."""

    def forward(self, states: Tensor) -> Tensor:
        """Set numbers to zero at random, and enlarge the others to keep the mean; in training.

        states (Tensor): Any shape.
        RETURNS (Tensor): The same shape.
        """
        if not self.training or states.device.type != "cpu" or not 0 < self.p < 1:
            return super().forward(states)
        n_words = (states.numel() + 3) // 4
        words = torch.empty(n_words, dtype=torch.int64).random_(-(2**63), None)
        bits = words.view(torch.int16)[: states.numel()].view(states.shape)
        keep = bits >= round(self.p * LEVELS) - LEVELS // 2
        return states * keep.to(states.dtype).mul_(1 / (1 - self.p))
