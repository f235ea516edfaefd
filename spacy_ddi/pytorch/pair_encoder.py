"""What stands between token vectors and heads: the interface of every pair encoder.

A new encoder is a file in this folder with a module of this shape and a `configure_…` function
that returns a `PairEncoderFactory`, an entry point in pyproject.toml, and a line in a config.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from torch import Tensor, nn

from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors


class PairEncoder(Protocol):
    """Turns the nodes of a sentence into node states as one of its pairs sees them.

    The work is split so that what belongs to a sentence or a mention is done once.
    """

    hidden_size: int

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """The part that all pairs of a sentence share.

        nodes (Tensor): Shape (M, D): token vector of each node.
        batch (PairTensors): The batch.
        RETURNS (Tuple[Tensor, ...]): Whatever `encode_pairs` needs; empty rows for a batch of none.
        """
        ...

    def encode_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The part of each pair.

        shared (Tuple[Tensor, ...]): What `encode_sentences` returned.
        rows (PairRows): Some pairs of the batch, R rows.
        RETURNS (Tensor): Shape (R, H): state of each node of each pair's sentence.
        """
        ...


PairEncoderFactory = Callable[[int, float], nn.Module]
"""From the width D of the token vectors and a dropout rate to a module that is a `PairEncoder`."""
