"""The syntax GCN of Li & Ji 2019, section 2.1, and one with kinds of edges. M nodes, E neighbours
of theirs, D token width, H hidden, R rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from spacy_ddi.errors import require
from spacy_ddi.pytorch.dropout import Dropout
from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import GraphRows, PairRows, PairTensors, copy_graphs

NAME = "spacy-ddi.SyntaxGCN.v1"

POSITION_DEVIATION = 0.1
"""Standard deviation of the position embeddings before training."""


def configure_syntax_gcn(
    layers: int = 2,
    hidden_size: int = 200,
    position_size: int = 20,
    position_clip: int = 30,
    self_loop_in_degree: bool = True,
    edge_kinds: int = 0,
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.SyntaxGCN.v1` (@misc): graph convolutions over the parse.

    layers (int): Number of graph convolutions L (paper: 2).
    hidden_size (int): Width H of the node states (paper: 200).
    position_size (int): Width of a position embedding (the paper leaves it open); 0 for none.
    position_clip (int): Distances beyond this many nodes are one (the paper leaves it open).
    self_loop_in_degree (bool): Whether the degree d_i by which a sum is divided counts the node's
        edge to itself, as the paper says; the sum has it in any case.
    edge_kinds (int): Kinds of edges that the graph tells apart, each with a learned weight in each
        layer; see `TypedSyntaxGCN`. 0, as in the paper: all weigh the same.
    RETURNS (PairEncoderFactory): Makes the encoder once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    for setting, value, least in (
        ("layers", layers, 1),
        ("hidden_size", hidden_size, 1),
        ("position_size", position_size, 0),
        ("position_clip", position_clip, 1),
        ("edge_kinds", edge_kinds, 0),
    ):
        require(value >= least, NAME, setting, value, f"{least} or more")
    encoder = partial(TypedSyntaxGCN, edge_kinds=edge_kinds) if edge_kinds else SyntaxGCN
    return partial(
        encoder,
        layers=layers,
        hidden_size=hidden_size,
        position_size=position_size,
        position_clip=position_clip,
        self_loop_in_degree=self_loop_in_degree,
    )


class SyntaxGCN(nn.Module):
    """h_i(l) = ReLU(sum_j Ã_ij W(l) h_j(l-1) / d_i + b(l)), h_i(0) = [w_i; p_i1; p_i2].

    Because the first layer is linear before its ReLU, its share of the token vectors is computed
    once a sentence, that of each position embedding once a mention, and a pair adds the three.

    token_width (int): D.
    dropout (float): Rate on the token vectors and after each layer but the last.
    layers, hidden_size, position_size, position_clip, self_loop_in_degree: See
        `configure_syntax_gcn`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        layers: int,
        hidden_size: int,
        position_size: int,
        position_clip: int,
        self_loop_in_degree: bool = True,
    ) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.position_clip = position_clip
        self.convolve = convolve if self_loop_in_degree else convolve_by_edges
        self.head_positions = nn.Embedding(2 * position_clip + 1, position_size)
        self.tail_positions = nn.Embedding(2 * position_clip + 1, position_size)
        # As small as the features of an encoder; the default deviation of 1 would drown them.
        with torch.no_grad():
            self.head_positions.weight.normal_(std=POSITION_DEVIATION)
            self.tail_positions.weight.normal_(std=POSITION_DEVIATION)
        widths = [token_width + 2 * position_size] + [hidden_size] * (layers - 1)
        self.layers = nn.ModuleList(nn.Linear(width, hidden_size) for width in widths)
        self.dropout = Dropout(dropout)

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """The first layer before its ReLU; see `PairEncoder`.

        RETURNS (Tuple[Tensor, ...]): Shapes (M, H), (D, H), (D, H): the share of the token
            vectors (and of the bias) for each node, that of the distances to the head and to the
            tail mention. Then those of the neighbours, where they are not all the same.
        """
        position_size = self.head_positions.embedding_dim
        token_weight, head_weight, tail_weight = self._layer(0).weight.split(
            [nodes.shape[1], position_size, position_size], dim=1
        )
        sentences = torch.arange(len(batch.sentence_nodes) - 1, device=nodes.device)
        projected = self.dropout(nodes) @ token_weight.T
        shares = self._shares(batch)
        tokens = self._convolve(0, projected, copy_graphs(batch, sentences), shares)
        mentions = copy_graphs(batch, batch.mention_sentences)
        distances = batch.distances.clamp(-self.position_clip, self.position_clip)
        distances = distances + self.position_clip
        head_table = self.head_positions.weight @ head_weight.T
        tail_table = self.tail_positions.weight @ tail_weight.T
        return (
            tokens + self._layer(0).bias,
            self._convolve(0, head_table.index_select(0, distances), mentions, shares),
            self._convolve(0, tail_table.index_select(0, distances), mentions, shares),
            *shares,
        )

    def encode_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The sum of the three shares, then the other layers; see `PairEncoder`."""
        tokens, heads, tails, *shares = shared
        head_rows, tail_rows = rows.distance_rows
        summed = tokens.index_select(0, rows.graph.nodes)
        summed += heads.index_select(0, head_rows)
        summed += tails.index_select(0, tail_rows)
        states = torch.relu_(summed)
        for i in range(1, len(self.layers)):
            layer = self._layer(i)
            projected = self.dropout(states) @ layer.weight.T
            states = torch.relu_(self._convolve(i, projected, rows.graph, shares) + layer.bias)
        return states

    def _shares(self, batch: PairTensors) -> tuple[Tensor, ...]:
        """What part of each neighbour is taken, for `_convolve`; nothing where it is the mean."""
        return ()

    def _convolve(
        self, i: int, states: Tensor, graph: GraphRows, shares: Sequence[Tensor]
    ) -> Tensor:
        """The sum over the neighbours of a row in layer i."""
        return self.convolve(states, graph)

    def _layer(self, i: int) -> nn.Linear:
        return cast(nn.Linear, self.layers[i])


class TypedSyntaxGCN(SyntaxGCN):
    """h_i(l) = ReLU(sum_j g_ij(l) Ã_ij W(l) h_j(l-1) / d_i + b(l)), where g_ij(l) is a number for
    the kind of the edge from i to j; a node's edge to itself is a kind of its own.

    As in Marcheggiani & Titov 2017 (*Encoding sentences with graph convolutional networks for
    semantic role labeling*, section 3), a kind is a dependency label and a direction, and edges are
    weighted by gates. Theirs also depend on the neighbour's state and are sigmoids, and their
    matrices and biases differ by direction and label; here the gate is all that a kind changes.

    All gates are 1 before training, as in `SyntaxGCN`.

    token_width, dropout: See `SyntaxGCN`.
    edge_kinds (int): K; the graph's edges are of the kinds 1 to K.
    self_loop_in_degree, settings: See `SyntaxGCN`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        edge_kinds: int,
        self_loop_in_degree: bool = True,
        **settings: int,
    ) -> None:
        super().__init__(token_width, dropout, self_loop_in_degree=self_loop_in_degree, **settings)
        self.edge_kinds = edge_kinds
        self.self_loop_in_degree = self_loop_in_degree
        # What is learned is the difference from 1, so that weight decay draws a kind that is never
        # seen to the weight that it would have in SyntaxGCN.
        self.gate_offsets = nn.ParameterList(torch.zeros(edge_kinds + 1) for _ in self.layers)

    def _shares(self, batch: PairTensors) -> tuple[Tensor, ...]:
        """g_ij / d_i. RETURNS (Tuple[Tensor, ...]): Shape (E,), for each layer."""
        kinds = batch.neighbour_kinds
        most = int(kinds.max()) if len(kinds) else 0
        told = f"{most} or more, since the graph has edges of kind {most}"
        require(most <= self.edge_kinds, NAME, "edge_kinds", self.edge_kinds, told)
        with_itself = batch.node_neighbours.diff()
        degrees = with_itself if self.self_loop_in_degree else (with_itself - 1).clamp(min=1)
        degrees = torch.repeat_interleave(degrees, with_itself)
        return tuple(
            (1 + offsets).index_select(0, kinds) / degrees for offsets in self.gate_offsets
        )

    def _convolve(
        self, i: int, states: Tensor, graph: GraphRows, shares: Sequence[Tensor]
    ) -> Tensor:
        return functional.embedding_bag(
            graph.neighbours,
            states,
            graph.row_neighbours,
            mode="sum",
            include_last_offset=True,
            per_sample_weights=shares[i].index_select(0, graph.members),
        )


def convolve(states: Tensor, graph: GraphRows) -> Tensor:
    """sum_j Ã_ij x_j / d_i: the mean over a row and its neighbours.

    states (Tensor): Shape (R, H).
    graph (GraphRows): The graph of R rows.
    RETURNS (Tensor): Shape (R, H).
    """
    # A bag of embeddings is a mean over ragged lists of rows, without a copy of each list.
    return functional.embedding_bag(
        graph.neighbours, states, graph.row_neighbours, mode="mean", include_last_offset=True
    )


def convolve_by_edges(states: Tensor, graph: GraphRows) -> Tensor:
    """The same with a degree d_i that does not count the row itself: a sum over a row and its
    neighbours, divided by the number of neighbours, or by 1 where there is none.

    states (Tensor): Shape (R, H).
    graph (GraphRows): The graph of R rows.
    RETURNS (Tensor): Shape (R, H).
    """
    with_itself = graph.row_neighbours.diff()
    ratio = with_itself / (with_itself - 1).clamp(min=1)
    return convolve(states, graph) * ratio.to(states.dtype)[:, None]
