"""The multichannel convolutional network of Quan, Hua, Sun & Bai 2016, *Multichannel convolutional
neural network for biological relation extraction* (BioMed Research International, 1850404), the
section on the network. P pairs, F filters.

A channel is one version of the word vectors, and a filter sees the same words in all channels. With
the channels side by side in the token vectors, that is a convolution over the wider vectors; which
channels there are is a matter of the config. The network knows no distances: in the article both
drugs of the pair are blinded by words of their own. Our encoders write one word for every mention,
so the two are marked here.
"""

from __future__ import annotations

from functools import partial

from torch import Tensor

from spacy_ddi.errors import require
from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows
from spacy_ddi.pytorch.peers.word_windows import (
    Kernel,
    WordWindows,
    max_over_words,
    require_windows,
)
from spacy_ddi.pytorch.word_sequences import position_table


def configure_quan_cnn(
    windows: list[int] | None = None, filters: int = 100, mark_size: int = 20
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.QuanCNN.v1` (@misc): convolutions over several channels.

    windows (Optional[List[int]]): Words that a filter sees, a kernel each; None for 6, 7, 8 and 9.
    filters (int): Filters of each kernel.
    mark_size (int): Width of the mark of each mention.
    RETURNS (PairEncoderFactory): Makes the `PairReader` once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    where = "spacy-ddi.QuanCNN.v1"
    windows = [6, 7, 8, 9] if windows is None else windows
    require_windows(where, windows, filters)
    require(mark_size >= 1, where, "mark_size", mark_size, "1 or more")
    kernels = [Kernel(width) for width in windows]
    return partial(QuanCNN, kernels=kernels, filters=filters, mark_size=mark_size)


class QuanCNN(WordWindows):
    """max over i of ReLU(W [x_{i-1}; x_i; x_{i+1}] + b), for kernels of several widths, where x_i
    holds all channels of a word and whether it is the head or the tail mention.

    token_width (int): D.
    dropout (float): Rate on the token vectors.
    kernels (List[Kernel]): The kernels.
    filters, mark_size (int): See `configure_quan_cnn`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        kernels: list[Kernel],
        filters: int,
        mark_size: int,
    ) -> None:
        super().__init__(
            token_width,
            dropout,
            kernels=kernels,
            filters=filters,
            position_size=mark_size,
            position_clip=0,
        )
        self.head_positions = position_table(2, mark_size)
        self.tail_positions = position_table(2, mark_size)

    def places(self, distances: Tensor) -> Tensor:
        """On the mention or not; see `PositionedWords`."""
        return (distances != 0).long()

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Convolution and maximum; see `PairReader`."""
        return max_over_words(self.windows(shared, rows), rows).relu()
