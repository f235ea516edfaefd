"""A pair encoder that reads the words in their order, and no parse: the LSTM baseline of Li & Ji
2019, Table 1. M nodes, D token width, H hidden, R rows."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn

from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows
from spacy_ddi.pytorch.word_sequences import (
    BothWays,
    PositionedWords,
    require_both_ways,
    require_positions,
)


def configure_bilstm(
    hidden_size: int = 200, position_size: int = 20, position_clip: int = 30
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.BiLSTM.v1` (@misc): long short-term memory in both directions.

    hidden_size (int): Width H of the node states, half of it for each direction.
    position_size (int): Width of a position embedding.
    position_clip (int): Distances beyond this many nodes are one.
    RETURNS (PairEncoderFactory): Makes the encoder once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    where = "spacy-ddi.BiLSTM.v1"
    require_both_ways(where, hidden_size)
    require_positions(where, position_size, position_clip)
    return partial(
        BiLSTM, hidden_size=hidden_size, position_size=position_size, position_clip=position_clip
    )


class BiLSTM(PositionedWords):
    """The states of one LSTM layer over [w_i; p_i1; p_i2], a direction's beside the other's.

    token_width (int): D.
    dropout (float): Rate on the token vectors.
    hidden_size, position_size, position_clip (int): See `configure_bilstm`.
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
        self.hidden_size = hidden_size
        self.lstm = BothWays(nn.LSTM, token_width + 2 * position_size, hidden_size)

    def encode_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Read the sentence of each pair in both directions; see `PairEncoder`."""
        return self.lstm(self.words(shared, rows), rows.graph)
