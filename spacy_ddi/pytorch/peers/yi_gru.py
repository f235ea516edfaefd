"""The GRU of Yi, Li, Yu, Tan, Wu, Yuan & Wang 2017, *Drug-drug interaction extraction via recurrent
neural network with multiple attention layers* (ADMA 2017; arXiv 1705.03261), the section on the
model. P pairs, R rows, H hidden.

It has two attentions: one over the words of a sentence, and one over the sentences that name the
same two drugs. Here a pair is read blinded and by itself, so that its sentence is the only one, has
all of the second attention's weight, and nothing is left to learn there: the first one stands
alone.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows
from spacy_ddi.pytorch.pooling import AttentivePooling
from spacy_ddi.pytorch.word_sequences import (
    BothWays,
    PositionedWords,
    require_both_ways,
    require_positions,
)


def configure_yi_gru(
    hidden_size: int = 200, position_size: int = 20, position_clip: int = 30
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.YiGRU.v1` (@misc): gated recurrent units in both directions, pooled
    by attention.

    hidden_size (int): Width H of the states, half of it for each direction.
    position_size (int): Width of a position embedding.
    position_clip (int): Distances beyond this many nodes are one.
    RETURNS (PairEncoderFactory): Makes the `PairReader` once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    where = "spacy-ddi.YiGRU.v1"
    require_both_ways(where, hidden_size)
    require_positions(where, position_size, position_clip)
    return partial(
        YiGRU, hidden_size=hidden_size, position_size=position_size, position_clip=position_clip
    )


class YiGRU(PositionedWords):
    """tanh(H aᵀ), a = softmax(wᵀ tanh(H)), H the states of a GRU over [w_i; p_i1; p_i2].

    token_width (int): D.
    dropout (float): Rate on the token vectors.
    hidden_size, position_size, position_clip (int): See `configure_yi_gru`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        hidden_size: int,
        position_size: int,
        position_clip: int,
    ) -> None:
        super().__init__(dropout, position_size=position_size, position_clip=position_clip)
        self.output_size = hidden_size
        self.gru = BothWays(nn.GRU, token_width + 2 * position_size, hidden_size)
        self.pooling = AttentivePooling(hidden_size)

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Read the sentence of each pair and pool its states; see `PairReader`."""
        pooled: Tensor = self.pooling(self._states(shared, rows), rows.graph)
        return torch.tanh(pooled)

    def attention(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The weights of the words; see `PairReader`."""
        return self.pooling.attention(self._states(shared, rows), rows.graph)

    def _states(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        return self.gru(self.words(shared, rows), rows.graph)
