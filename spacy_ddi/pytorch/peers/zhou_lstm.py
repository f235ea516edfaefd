"""The position-aware LSTM of Zhou, Miao & He 2018, *Position-aware deep multi-task learning for
drug-drug interaction extraction* (Artificial Intelligence in Medicine 87, 1-8), the sections on the
attention and on learning both tasks. P pairs, R rows, H hidden, A attention.

The second task, whether two drugs interact at all, is our identification head.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from spacy_ddi.errors import require
from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows
from spacy_ddi.pytorch.pooling import softmax_over, weighted_sum
from spacy_ddi.pytorch.word_sequences import (
    BothWays,
    PositionedWords,
    require_both_ways,
    require_positions,
)


def configure_zhou_lstm(
    hidden_size: int = 200,
    attention_size: int = 200,
    position_size: int = 20,
    position_clip: int = 30,
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.ZhouLSTM.v1` (@misc): a BiLSTM, pooled by an attention that knows
    how far each word is from both mentions.

    hidden_size (int): Width H of the states, half of it for each direction.
    attention_size (int): Width A of the layer that scores a word.
    position_size (int): Width of a position embedding.
    position_clip (int): Distances beyond this many nodes are one.
    RETURNS (PairEncoderFactory): Makes the `PairReader` once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    where = "spacy-ddi.ZhouLSTM.v1"
    require_both_ways(where, hidden_size)
    require(attention_size >= 1, where, "attention_size", attention_size, "1 or more")
    require_positions(where, position_size, position_clip)
    return partial(
        ZhouLSTM,
        hidden_size=hidden_size,
        attention_size=attention_size,
        position_size=position_size,
        position_clip=position_clip,
    )


class ZhouLSTM(PositionedWords):
    """sum_i a_i h_i, a = softmax(vᵀ tanh(W [h_i; p_i1; p_i2] + b)), h_i the states of a BiLSTM over
    [w_i; p_i1; p_i2].

    token_width (int): D.
    dropout (float): Rate on the token vectors.
    hidden_size, attention_size, position_size, position_clip (int): See `configure_zhou_lstm`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        hidden_size: int,
        attention_size: int,
        position_size: int,
        position_clip: int,
    ) -> None:
        super().__init__(dropout, position_size=position_size, position_clip=position_clip)
        self.output_size = hidden_size
        self.lstm = BothWays(nn.LSTM, token_width + 2 * position_size, hidden_size)
        self.scored = nn.Linear(hidden_size + 2 * position_size, attention_size)
        self.score = nn.Linear(attention_size, 1, bias=False)

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Read the sentence of each pair and pool its states; see `PairReader`."""
        states = self._states(shared, rows)
        return weighted_sum(states, self._weights(states, shared, rows), rows.graph)

    def attention(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The weights of the words; see `PairReader`."""
        return self._weights(self._states(shared, rows), shared, rows)

    def _states(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        return self.lstm(self.words(shared, rows), rows.graph)

    def _weights(self, states: Tensor, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        known = torch.cat([states, *self.positions(shared, rows)], dim=1)
        scores = self.score(torch.tanh(self.scored(known))).squeeze(1)
        return softmax_over(scores, rows.graph.owners, len(rows.pairs))
