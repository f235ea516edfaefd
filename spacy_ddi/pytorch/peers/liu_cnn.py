"""The convolutional network of Liu, Tang, Chen & Wang 2016, *Drug-drug interaction extraction via
convolutional neural networks* (Computational and Mathematical Methods in Medicine, 6918381), the
section on the network: look-up tables, convolution, max pooling. P pairs, F filters."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows
from spacy_ddi.pytorch.peers.word_windows import (
    Kernel,
    WordWindows,
    max_over_words,
    require_windows,
)
from spacy_ddi.pytorch.word_sequences import require_positions


def configure_liu_cnn(
    windows: list[int] | None = None,
    filters: int = 100,
    position_size: int = 20,
    position_clip: int = 30,
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.LiuCNN.v1` (@misc): convolutions of several widths.

    windows (Optional[List[int]]): Words that a filter sees, a kernel each; None for 3, 4 and 5.
    filters (int): Filters of each kernel.
    position_size (int): Width of a position embedding.
    position_clip (int): Distances beyond this many nodes are one.
    RETURNS (PairEncoderFactory): Makes the `PairReader` once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    where = "spacy-ddi.LiuCNN.v1"
    windows = [3, 4, 5] if windows is None else windows
    require_windows(where, windows, filters)
    require_positions(where, position_size, position_clip)
    return partial(
        LiuCNN,
        kernels=[Kernel(width) for width in windows],
        filters=filters,
        position_size=position_size,
        position_clip=position_clip,
    )


class LiuCNN(WordWindows):
    """max over i of tanh(W [x_{i-1}; x_i; x_{i+1}] + b), for kernels of several widths.

    token_width, dropout, kernels, filters, position_size, position_clip: See `WordWindows`.
    """

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Convolution and maximum; see `PairReader`."""
        return torch.tanh(max_over_words(self.windows(shared, rows), rows))
