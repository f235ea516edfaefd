"""A pair's sentence as a sequence of words: their vectors beside the distances to both mentions.
M nodes, D token width, P pairs, R rows."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from spacy_ddi.errors import require
from spacy_ddi.pytorch.dropout import Dropout
from spacy_ddi.pytorch.pair_tensors import GraphRows, PairRows, PairTensors

POSITION_DEVIATION = 0.1
"""Standard deviation of the position embeddings before training, as in `SyntaxGCN`."""


def require_positions(where: str, position_size: int, position_clip: int) -> None:
    """RAISES (ValueError): If there can't be such position embeddings.

    where (str): Whose settings they are.
    position_size, position_clip (int): See `PositionedWords`.
    """
    require(position_size >= 1, where, "position_size", position_size, "1 or more")
    require(position_clip >= 1, where, "position_clip", position_clip, "1 or more")


def require_both_ways(where: str, hidden_size: int) -> None:
    """RAISES (ValueError): If no network that reads in both directions can be so wide.

    where (str): Whose setting it is.
    hidden_size (int): Width of both directions together.
    """
    even = hidden_size >= 2 and hidden_size % 2 == 0
    require(even, where, "hidden_size", hidden_size, "an even number, 2 or more")


def position_table(n_places: int, size: int) -> nn.Embedding:
    """Embeddings as small as the features of an encoder; torch's own deviation of 1 drowns them.

    n_places (int): How many.
    size (int): Their width.
    RETURNS (nn.Embedding): The table.
    """
    table = nn.Embedding(n_places, size)
    nn.init.normal_(table.weight, std=POSITION_DEVIATION)
    return table


class PositionedWords(nn.Module):
    """[w_i; p_i1; p_i2] for each word of each pair's sentence; a base for networks that read it.

    dropout (float): Rate on the token vectors.
    position_size (int): Width of a position embedding.
    position_clip (int): Distances beyond this many nodes are one.
    """

    def __init__(self, dropout: float, *, position_size: int, position_clip: int) -> None:
        super().__init__()
        self.position_clip = position_clip
        self.head_positions = position_table(2 * position_clip + 1, position_size)
        self.tail_positions = position_table(2 * position_clip + 1, position_size)
        self.dropout = Dropout(dropout)

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """What a pair puts together; see `PairEncoder`.

        RETURNS (Tuple[Tensor, ...]): The token vectors of the nodes, shape (M, D), and the entries
            of the position tables for all of the batch's `distances`.
        """
        return self.dropout(nodes), self.places(batch.distances)

    def places(self, distances: Tensor) -> Tensor:
        """The entries of the position tables.

        distances (Tensor): Shape (D,): signed distances in nodes.
        RETURNS (Tensor): Shape (D,).
        """
        return distances.clamp(-self.position_clip, self.position_clip) + self.position_clip

    def positions(self, shared: tuple[Tensor, ...], rows: PairRows) -> tuple[Tensor, Tensor]:
        """Both position embeddings of each row.

        shared (Tuple[Tensor, ...]): What `encode_sentences` returned.
        rows (PairRows): R rows.
        RETURNS (Tuple[Tensor, Tensor]): Shape (R, position_size) each.
        """
        distances = shared[1]
        head_rows, tail_rows = rows.distance_rows
        return self.head_positions(distances[head_rows]), self.tail_positions(distances[tail_rows])

    def words(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The words of the sentence of each pair.

        shared (Tuple[Tensor, ...]): What `encode_sentences` returned.
        rows (PairRows): R rows.
        RETURNS (Tensor): Shape (R, D + 2 * position_size).
        """
        return torch.cat([shared[0][rows.graph.nodes], *self.positions(shared, rows)], dim=1)


class BothWays(nn.Module):
    """A recurrent network that reads words from the first to the last, and one that reads them
    from the last to the first: the states of one beside those of the other.

    Sequences are padded at their ends, which changes no state, and not packed: on a CPU torch has
    a fast LSTM for padded ones alone.

    kind (Type[Union[nn.LSTM, nn.GRU]]): What each of the two is.
    input_size (int): I.
    hidden_size (int): H, an even number: half of it for each direction.
    """

    def __init__(
        self, kind: type[nn.LSTM] | type[nn.GRU], input_size: int, hidden_size: int
    ) -> None:
        super().__init__()
        self.forwards = kind(input_size, hidden_size // 2)
        self.backwards = kind(input_size, hidden_size // 2)

    def forward(self, words: Tensor, graph: GraphRows) -> Tensor:
        """Read the rows of each owner.

        words (Tensor): Shape (R, I).
        graph (GraphRows): P owners of R rows.
        RETURNS (Tensor): Shape (R, H).
        """
        if not len(words):
            return words.new_zeros(0, self.forwards.hidden_size + self.backwards.hidden_size)
        place = torch.arange(len(words), device=words.device) - graph.starts[graph.owners]
        lengths = graph.starts.diff()
        mirrored = lengths[graph.owners] - 1 - place
        states = [
            self._read(network, words, graph.owners, places, lengths)
            for network, places in ((self.forwards, place), (self.backwards, mirrored))
        ]
        return torch.cat(states, dim=1)

    def _read(
        self,
        network: nn.LSTM | nn.GRU,
        words: Tensor,
        owners: Tensor,
        places: Tensor,
        lengths: Tensor,
    ) -> Tensor:
        """The states of one network, which reads each row at its place in its owner's sequence."""
        padded = words.new_zeros(int(lengths.max()), len(lengths), words.shape[1])
        states, _ = network(padded.index_put((places, owners), words))
        return cast(Tensor, states)[places, owners]
