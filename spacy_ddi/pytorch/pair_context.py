"""What the encoder itself says of a pair, beside the graph network: a residual path.

K mentions, M nodes, P pairs, R rows, D token width, H hidden, A attention heads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from spacy_ddi.errors import require
from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors, write_out
from spacy_ddi.pytorch.pooling import max_over, softmax_over

PairContextFactory = Callable[[int, float], nn.Module]
"""From the width D of the token vectors and a dropout rate to a `PairContext`."""


def configure_pair_context(
    hidden_size: int = 200, attention_heads: int = 8, position_clip: int = 30
) -> PairContextFactory:
    """Registered as `spacy-ddi.PairContext.v1` (@misc).

    hidden_size (int): H, a multiple of the number of attention heads.
    attention_heads (int): A.
    position_clip (int): Distances beyond this many nodes are one.
    RETURNS (PairContextFactory): Makes the module once the token width is known.
    """
    where = "spacy-ddi.PairContext.v1"
    require(attention_heads >= 1, where, "attention_heads", attention_heads, "1 or more")
    fits = hidden_size >= 1 and hidden_size % attention_heads == 0
    require(fits, where, "hidden_size", hidden_size, "a multiple of attention_heads")
    require(position_clip >= 1, where, "position_clip", position_clip, "1 or more")
    return partial(
        PairContext,
        hidden_size=hidden_size,
        attention_heads=attention_heads,
        position_clip=position_clip,
    )


class PairContext(nn.Module):
    """c = [tanh(W [e1; e2; s] + b); tanh(attention of the pair over its sentence)].

    e1 and e2 are the encoder's vectors of the two mentions, s is the mean of their sentence. The
    query of the attention is a projection of [e1; e2], its keys and values are projections of the
    sentence's nodes, and to the score of a node are added learned biases of its distances to
    the two mentions (Vaswani et al. 2017; relative biases as in Raffel et al. 2020).

    All projections are linear, so they are computed once a mention or node, and a pair adds them.

    token_width (int): D.
    dropout (float): Rate on the token vectors.
    hidden_size, attention_heads, position_clip (int): See `configure_pair_context`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        hidden_size: int,
        attention_heads: int,
        position_clip: int,
    ) -> None:
        super().__init__()
        self.output_size = 2 * hidden_size
        self.attention_heads = attention_heads
        self.position_clip = position_clip
        self.dropout = nn.Dropout(dropout)
        self.mentions = nn.Linear(3 * token_width, hidden_size)
        self.query = nn.Linear(2 * token_width, hidden_size)
        self.key = nn.Linear(token_width, hidden_size)
        self.value = nn.Linear(token_width, hidden_size)
        self.head_bias = nn.Embedding(2 * position_clip + 1, attention_heads)
        self.tail_bias = nn.Embedding(2 * position_clip + 1, attention_heads)
        nn.init.zeros_(self.head_bias.weight)
        nn.init.zeros_(self.tail_bias.weight)

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """The part that all pairs of a sentence share.

        nodes (Tensor): Shape (M, D): token vector of each node.
        batch (PairTensors): The batch.
        RETURNS (Tuple[Tensor, ...]): What `encode_pairs` needs.
        """
        width = nodes.shape[1]
        means = self.dropout(mean_of_sentences(nodes, batch))[batch.mention_sentences]
        nodes = self.dropout(nodes)
        start, end = batch.mention_nodes.unbind(1)
        mentions = max_over(nodes, write_out(start, end - start), len(start))
        as_head, as_tail, of_sentence = self.mentions.weight.split(width, dim=1)
        query_head, query_tail = self.query.weight.split(width, dim=1)
        distances = batch.distances.clamp(-self.position_clip, self.position_clip)
        distances = distances + self.position_clip
        return (
            mentions @ as_head.T + means @ of_sentence.T + self.mentions.bias,
            mentions @ as_tail.T,
            mentions @ query_head.T + self.query.bias,
            mentions @ query_tail.T,
            self.key(nodes),
            self.value(nodes),
            self.head_bias(distances),
            self.tail_bias(distances),
        )

    def encode_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The part of each pair.

        shared (Tuple[Tensor, ...]): What `encode_sentences` returned.
        rows (PairRows): Some pairs of the batch.
        RETURNS (Tensor): Shape (P, 2 H).
        """
        as_head, as_tail, _, _, _, values, _, _ = shared
        head, tail = rows.pairs.unbind(1)
        owners, nodes = rows.graph.owners, rows.graph.nodes
        attention = self.attention(shared, rows)
        weighted = self._by_head(values.index_select(0, nodes)) * attention.unsqueeze(2)
        attended = values.new_zeros(len(head), values.shape[1])
        attended = attended.index_add(0, owners, weighted.flatten(1))
        return torch.tanh(torch.cat([as_head[head] + as_tail[tail], attended], dim=1))

    def attention(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The weight of each node for each pair.

        shared (Tuple[Tensor, ...]): What `encode_sentences` returned.
        rows (PairRows): Some pairs of the batch.
        RETURNS (Tensor): Shape (R, A): they add up to 1 for each pair and head.
        """
        _, _, query_head, query_tail, keys, _, head_bias, tail_bias = shared
        head, tail = rows.pairs.unbind(1)
        owners, nodes = rows.graph.owners, rows.graph.nodes
        query = query_head[head] + query_tail[tail]
        products = query.index_select(0, owners) * keys.index_select(0, nodes)
        scores = self._by_head(products).sum(2) / math.sqrt(query.shape[1] / self.attention_heads)
        scores += head_bias.index_select(0, rows.distance_rows[0])
        scores += tail_bias.index_select(0, rows.distance_rows[1])
        return softmax_over(scores, owners, len(head))

    def _by_head(self, states: Tensor) -> Tensor:
        """From shape (n, H) to (n, A, H / A)."""
        return states.unflatten(1, (self.attention_heads, -1))


def mean_of_sentences(nodes: Tensor, batch: PairTensors) -> Tensor:
    """The mean vector of each sentence's nodes.

    nodes (Tensor): Shape (M, D).
    batch (PairTensors): The batch, of S sentences.
    RETURNS (Tensor): Shape (S, D).
    """
    lengths = batch.sentence_nodes.diff()
    owners = torch.repeat_interleave(torch.arange(len(lengths), device=nodes.device), lengths)
    total = nodes.new_zeros(len(lengths), nodes.shape[1]).index_add(0, owners, nodes)
    return total / lengths.unsqueeze(1)
