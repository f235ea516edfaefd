"""The recurrent hybrid convolutional network of Sun, Dong, Ma, Sutcliffe, He, Chen & Feng 2019,
*Drug-drug interaction extraction via recurrent hybrid convolutional neural networks with an
improved focal loss* (Entropy 21(1), 37), the sections on embeddings and on the hybrid network.
M nodes, D token width, H hidden, P pairs, F filters.

Its loss is a matter of the config.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from spacy_ddi.errors import require
from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors, copy_graphs
from spacy_ddi.pytorch.peers.word_windows import (
    Kernel,
    WordWindows,
    max_over_words,
    require_windows,
)
from spacy_ddi.pytorch.word_sequences import (
    BothWays,
    require_both_ways,
    require_positions,
)


def configure_sun_rhcnn(
    hidden_size: int = 200,
    windows: list[int] | None = None,
    dilation: int = 2,
    filters: int = 100,
    position_size: int = 20,
    position_clip: int = 30,
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.SunRHCNN.v1` (@misc): words in their context, then convolutions over
    neighbouring words and over words apart.

    hidden_size (int): Width H of a word in its context, even.
    windows (Optional[List[int]]): Words that a filter sees; two kernels each, one of neighbours and
        one of words apart. None for 3 and 5.
    dilation (int): How far apart those are.
    filters (int): Filters of each kernel.
    position_size (int): Width of a position embedding.
    position_clip (int): Distances beyond this many nodes are one.
    RETURNS (PairEncoderFactory): Makes the `PairReader` once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    where = "spacy-ddi.SunRHCNN.v1"
    windows = [3, 5] if windows is None else windows
    require_windows(where, windows, filters)
    require_both_ways(where, hidden_size)
    require(dilation >= 2, where, "dilation", dilation, "2 or more")
    require_positions(where, position_size, position_clip)
    return partial(
        SunRHCNN,
        hidden_size=hidden_size,
        kernels=[Kernel(width, step) for step in (1, dilation) for width in windows],
        filters=filters,
        position_size=position_size,
        position_clip=position_clip,
    )


class SunRHCNN(WordWindows):
    """max over i of ReLU(W [x_{i-d}; x_i; x_{i+d}] + b), for d of 1 and more, where x_i is
    [tanh(V [l_i; w_i; r_i]); p_i1; p_i2]. l_i is the state of an LSTM that has read the words to
    the left, r_i that of one that has read those to the right; zeros where there are none.

    Both mentions of a pair read as the same word, so that the words in their context are those of
    all pairs, and are computed once a sentence.

    token_width (int): D.
    dropout (float): Rate on the token vectors.
    hidden_size (int): H.
    kernels, filters, position_size, position_clip: See `WordWindows`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        hidden_size: int,
        kernels: list[Kernel],
        filters: int,
        position_size: int,
        position_clip: int,
    ) -> None:
        super().__init__(
            hidden_size,
            dropout,
            kernels=kernels,
            filters=filters,
            position_size=position_size,
            position_clip=position_clip,
        )
        self.lstm = BothWays(nn.LSTM, token_width, hidden_size)
        self.fusion = nn.Linear(token_width + hidden_size, hidden_size)

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """Words in their context, and what convolutions make of them; see `PairReader`."""
        nodes = self.dropout(nodes)
        sentences = torch.arange(len(batch.sentence_nodes) - 1, device=nodes.device)
        states = self.lstm(nodes, copy_graphs(batch, sentences))
        context = beside_each(states, batch.sentence_nodes)
        words = torch.tanh(self.fusion(torch.cat([nodes, context], dim=1)))
        return super().encode_sentences(words, batch)

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Convolutions and maximum; see `PairReader`."""
        return max_over_words(self.windows(shared, rows), rows).relu()


def beside_each(states: Tensor, starts: Tensor) -> Tensor:
    """What was read before each word from either side, without the word itself.

    states (Tensor): Shape (M, H): half of the width a direction.
    starts (Tensor): Shape (S + 1,): words of sentence s are [s] to [s + 1], at least one.
    RETURNS (Tensor): Shape (M, H).
    """
    left, right = states.chunk(2, dim=1)
    left = left.roll(1, 0).index_fill(0, starts[:-1], 0)
    right = right.roll(-1, 0).index_fill(0, starts[1:] - 1, 0)
    return torch.cat([left, right], dim=1)
