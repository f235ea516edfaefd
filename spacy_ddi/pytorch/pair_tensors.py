"""The index tensors that the networks read, and the layout of ragged rows.

M nodes of S sentences, K mentions, P pairs, R rows: a row is one node of one pair's sentence (or of
one mention's sentence); rows of a pair stand together, in text order.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class PairTensors(NamedTuple):
    """A batch's graphs, mentions and pairs; all int64.

    node_tokens (Tensor): Shape (M,): row of the token vectors that a node takes.
    sentence_nodes (Tensor): Shape (S + 1,): nodes of sentence s are [s] to [s + 1].
    neighbours (Tensor): Shape (E,): the nodes that a node's convolution is the mean of: those that
        an edge joins to it, and itself; node after node.
    neighbour_kinds (Tensor): Shape (E,): the kind of the edge to each neighbour, 1 or more; 0 for
        the node itself.
    node_neighbours (Tensor): Shape (M + 1,): neighbours of node i are [i] to [i + 1].
    mention_nodes (Tensor): Shape (K, 2): nodes that a mention covers, end exclusive.
    mention_sentences (Tensor): Shape (K,): sentence of a mention.
    mention_rows (Tensor): Shape (K + 1,): rows of mention k in `distances` are [k] to [k + 1].
    distances (Tensor): Shape (D,): signed distance in nodes from each node of a mention's sentence
        to the mention.
    pairs (Tensor): Shape (P, 2): head and tail mention.
    """

    node_tokens: Tensor
    sentence_nodes: Tensor
    neighbours: Tensor
    neighbour_kinds: Tensor
    node_neighbours: Tensor
    mention_nodes: Tensor
    mention_sentences: Tensor
    mention_rows: Tensor
    distances: Tensor
    pairs: Tensor


class GraphRows(NamedTuple):
    """Copies of sentence graphs, one for each owner (a pair or a mention).

    nodes (Tensor): Shape (R,): the node that a row copies.
    owners (Tensor): Shape (R,): the owner of a row, 0 to n_owners - 1.
    starts (Tensor): Shape (n_owners + 1,): rows of owner o are [o] to [o + 1].
    neighbours (Tensor): Shape (E',): the *rows* that a row's convolution is the mean of, row after
        row.
    row_neighbours (Tensor): Shape (R + 1,): neighbours of row r are [r] to [r + 1].
    members (Tensor): Shape (E',): the entry of the batch's `neighbours` that each entry copies.
    """

    nodes: Tensor
    owners: Tensor
    starts: Tensor
    neighbours: Tensor
    row_neighbours: Tensor
    members: Tensor


class PairRows(NamedTuple):
    """The rows of some pairs, with their mentions.

    graph (GraphRows): A copy of its sentence's graph for each pair.
    pairs (Tensor): Shape (P, 2): head and tail mention of each pair.
    mention_rows (Tuple[Ranges, Ranges]): The rows of the head mention and of the tail mention.
    distance_rows (Tuple[Tensor, Tensor]): Shape (R,) each: for each row the entry of `distances`
        that holds its distance to the head mention, and to the tail mention.
    """

    graph: GraphRows
    pairs: Tensor
    mention_rows: tuple[Ranges, Ranges]
    distance_rows: tuple[Tensor, Tensor]


class Ranges(NamedTuple):
    """Ragged ranges of rows, written out.

    rows (Tensor): Shape (Q,): every row of every range.
    owners (Tensor): Shape (Q,): the owner of the range that a row is from.
    """

    rows: Tensor
    owners: Tensor


def write_out(starts: Tensor, lengths: Tensor) -> Ranges:
    """All members of ragged ranges of integers.

    starts (Tensor): Shape (n,): first member of each range.
    lengths (Tensor): Shape (n,): number of members.
    RETURNS (Ranges): Members in order, with the number of their range.
    """
    owners = torch.repeat_interleave(torch.arange(len(starts), device=starts.device), lengths)
    ends = lengths.cumsum(0)
    within = torch.arange(len(owners), device=starts.device) - (ends - lengths)[owners]
    return Ranges(starts[owners] + within, owners)


def copy_graphs(batch: PairTensors, sentences: Tensor) -> GraphRows:
    """A copy of a sentence's graph for each owner.

    batch (PairTensors): The batch.
    sentences (Tensor): Shape (n_owners,): sentence of each owner.
    RETURNS (GraphRows): The copies, in the order of the owners.
    """
    first_node = batch.sentence_nodes[sentences]
    n_nodes = batch.sentence_nodes[sentences + 1] - first_node
    nodes, owners = write_out(first_node, n_nodes)
    starts = offsets(n_nodes)
    first_neighbour = batch.node_neighbours[first_node]
    n_neighbours = batch.node_neighbours[first_node + n_nodes] - first_neighbour
    members, member_owners = write_out(first_neighbour, n_neighbours)
    neighbours = batch.neighbours[members] + (starts[:-1] - first_node)[member_owners]
    row_neighbours = offsets(batch.node_neighbours.diff()[nodes])
    return GraphRows(nodes, owners, starts, neighbours, row_neighbours, members)


def offsets(lengths: Tensor) -> Tensor:
    """Where each of several runs begins, and the end of the last.

    lengths (Tensor): Shape (n,).
    RETURNS (Tensor): Shape (n + 1,).
    """
    return torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])


def lay_out_pairs(batch: PairTensors, pairs: Tensor) -> PairRows:
    """The rows of some of a batch's pairs.

    batch (PairTensors): The batch.
    pairs (Tensor): Shape (P,): indices into the batch's pairs.
    RETURNS (PairRows): Their rows, in the order given.
    """
    mentions = batch.pairs[pairs]
    sentences = batch.mention_sentences[mentions[:, 0]]
    graph = copy_graphs(batch, sentences)
    first_node = batch.sentence_nodes[sentences]
    within = graph.nodes - first_node[graph.owners]
    mention_rows = []
    distance_rows = []
    for side in (0, 1):
        mention = mentions[:, side]
        start, end = batch.mention_nodes[mention].unbind(1)
        mention_rows.append(write_out(start - first_node + graph.starts[:-1], end - start))
        distance_rows.append(batch.mention_rows[mention][graph.owners] + within)
    return PairRows(
        graph,
        mentions,
        (mention_rows[0], mention_rows[1]),
        (distance_rows[0], distance_rows[1]),
    )
