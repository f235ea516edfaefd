"""A pair encoder that reads the words in their order, and no parse: the LSTM baseline of Li & Ji
2019, Table 1. M nodes, D token width, H hidden, R rows."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from spacy_ddi.errors import require
from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors

POSITION_DEVIATION = 0.1
"""Standard deviation of the position embeddings before training, as in `SyntaxGCN`."""


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
    even = hidden_size >= 2 and hidden_size % 2 == 0
    require(even, where, "hidden_size", hidden_size, "an even number, 2 or more")
    require(position_size >= 1, where, "position_size", position_size, "1 or more")
    require(position_clip >= 1, where, "position_clip", position_clip, "1 or more")
    return partial(
        BiLSTM, hidden_size=hidden_size, position_size=position_size, position_clip=position_clip
    )


class BiLSTM(nn.Module):
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
        super().__init__()
        self.hidden_size = hidden_size
        self.position_clip = position_clip
        self.head_positions = nn.Embedding(2 * position_clip + 1, position_size)
        self.tail_positions = nn.Embedding(2 * position_clip + 1, position_size)
        nn.init.normal_(self.head_positions.weight, std=POSITION_DEVIATION)
        nn.init.normal_(self.tail_positions.weight, std=POSITION_DEVIATION)
        self.lstm = nn.LSTM(token_width + 2 * position_size, hidden_size // 2, bidirectional=True)
        self.dropout = nn.Dropout(dropout)

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """What a pair puts together; see `PairEncoder`.

        RETURNS (Tuple[Tensor, ...]): The token vectors of the nodes, shape (M, D), and the entries
            of the position tables for all of the batch's `distances`.
        """
        distances = batch.distances.clamp(-self.position_clip, self.position_clip)
        return self.dropout(nodes), distances + self.position_clip

    def encode_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Read the sentence of each pair in both directions; see `PairEncoder`."""
        nodes, distances = shared
        if not len(rows.pairs):
            return nodes.new_zeros(0, self.hidden_size)
        head_rows, tail_rows = rows.distance_rows
        words = torch.cat(
            [
                nodes[rows.graph.nodes],
                self.head_positions(distances[head_rows]),
                self.tail_positions(distances[tail_rows]),
            ],
            dim=1,
        )
        sentences = words.split(rows.graph.starts.diff().tolist())
        states, _ = self.lstm(pack_sequence(sentences, enforce_sorted=False))
        return torch.cat(unpack_sequence(states))
