"""The index tensors that the networks read, and the layout of ragged rows.

M nodes of S sentences, K mentions, P pairs, R rows: a row is one node of one pair's sentence (or of
one mention's sentence); rows of a pair stand together, in text order.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class PairTensors(NamedTuple):
    """A batch's graphs, mentions and pairs; int64 but for the degrees.

    node_tokens (Tensor): Shape (M,): row of the token vectors that a node takes.
    sentence_nodes (Tensor): Shape (S + 1,): nodes of sentence s are [s] to [s + 1].
    edges (Tensor): Shape (2, E): target and source node, both directions, no self-loops.
    sentence_edges (Tensor): Shape (S + 1,): edges of sentence s are [s] to [s + 1].
    degrees (Tensor): Shape (M,), float32: neighbours plus one.
    mention_nodes (Tensor): Shape (K, 2): nodes that a mention covers, end exclusive.
    mention_sentences (Tensor): Shape (K,): sentence of a mention.
    mention_rows (Tensor): Shape (K + 1,): rows of mention k in `distances` are [k] to [k + 1].
    distances (Tensor): Shape (D,): signed distance in nodes from each node of a mention's sentence
        to the mention.
    pairs (Tensor): Shape (P, 2): head and tail mention.
    """

    node_tokens: Tensor
    sentence_nodes: Tensor
    edges: Tensor
    sentence_edges: Tensor
    degrees: Tensor
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
    edges (Tensor): Shape (2, E'): target and source *row*, no self-loops.
    degrees (Tensor): Shape (R, 1): degree of a row's node, its self-loop counted.
    """

    nodes: Tensor
    owners: Tensor
    starts: Tensor
    edges: Tensor
    degrees: Tensor


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
    starts = torch.cat([n_nodes.new_zeros(1), n_nodes.cumsum(0)])
    first_edge = batch.sentence_edges[sentences]
    edges, edge_owners = write_out(first_edge, batch.sentence_edges[sentences + 1] - first_edge)
    moved = batch.edges[:, edges] + (starts[:-1] - first_node)[edge_owners]
    return GraphRows(nodes, owners, starts, moved, batch.degrees[nodes].unsqueeze(1))


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
