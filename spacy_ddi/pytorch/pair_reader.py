"""What gives one vector a pair without a pooling of ours: the interface beside `PairEncoder`.

Systems whose own pooling is part of the method, such as a convolution with its maximum over time,
are of this kind. A new one is a file with a module of this shape and a `configure_…` function that
returns a `PairEncoderFactory`, an entry point in pyproject.toml, and a config with
`pooling = null`. The network calls it as it calls a `PairEncoder`: in chunks of a batch's pairs.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor

from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors


@runtime_checkable
class PairReader(Protocol):
    """Reads the sentence of each pair and gives one vector of width F for it."""

    output_size: int

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """The part that all pairs of a sentence share.

        nodes (Tensor): Shape (M, D): token vector of each node.
        batch (PairTensors): The batch.
        RETURNS (Tuple[Tensor, ...]): Whatever `read_pairs` needs.
        """
        ...

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The part of each pair.

        shared (Tuple[Tensor, ...]): What `encode_sentences` returned.
        rows (PairRows): P pairs of the batch, perhaps none.
        RETURNS (Tensor): Shape (P, F).
        """
        ...

    def attention(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor | None:
        """The weight of each node in what is read, for explanations.

        shared (Tuple[Tensor, ...]): What `encode_sentences` returned.
        rows (PairRows): P pairs of the batch, R rows.
        RETURNS (Optional[Tensor]): Shape (R,): they add up to 1 for each pair. None for a reader
            that has no such weights.
        """
        ...
