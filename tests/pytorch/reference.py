"""The network as the paper's equations have it: one pair at a time, dense and slow, in NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from spacy_ddi.pytorch.heads import InteractionHeads
from spacy_ddi.pytorch.pair_context import PairContext, configure_pair_context
from spacy_ddi.pytorch.pair_network import PairNetwork
from spacy_ddi.pytorch.pair_tensors import PairTensors
from spacy_ddi.pytorch.pooling import AttentivePooling, MaxPooling, PairPooling
from spacy_ddi.pytorch.syntax_gcn import SyntaxGCN, TypedSyntaxGCN, configure_syntax_gcn

Array = NDArray[np.float64]

TOKEN_WIDTH = 5
N_CLASSES = 4
EDGE_KINDS = 3


@dataclass(frozen=True)
class Sentence:
    """A sentence with its pairs.

    tokens: The row of the token vectors for each node.
    adjacency: Shape (n, n): 1 where the parse joins two nodes; symmetric, zero diagonal.
    mentions: The nodes that each mention covers, end exclusive.
    pairs: Head and tail as indices into the mentions.
    kinds: Shape (n, n): the kind of each edge, 0 where there is none; all edges are of kind 1
        if not given.
    """

    tokens: list[int]
    adjacency: NDArray[np.int64]
    mentions: list[tuple[int, int]]
    pairs: list[tuple[int, int]]
    kinds: NDArray[np.int64] | None = None

    @property
    def edge_kinds(self) -> NDArray[np.int64]:
        return self.adjacency if self.kinds is None else self.kinds


def random_sentences(seed: int, n_sentences: int = 3) -> tuple[list[Sentence], torch.Tensor]:
    """Sentences with random graphs (some in several parts) of edges of `EDGE_KINDS` kinds, not the
    same in both directions, and token vectors of width `TOKEN_WIDTH`, more than there are nodes."""
    rng = np.random.default_rng(seed)
    rng_of_kinds = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, n_sentences).tolist()
    rows = rng.permutation(sum(sizes) + 5).tolist()
    sentences = []
    for size in sizes:
        upper = np.triu(rng.random((size, size)) < 0.3, k=1).astype(np.int64)
        mentions = []
        for _ in range(rng.integers(2, 5)):
            start = int(rng.integers(size))
            mentions.append((start, int(rng.integers(start, size)) + 1))
        every = [(i, j) for i in range(len(mentions)) for j in range(i + 1, len(mentions))]
        chosen = rng.permutation(len(every))[: rng.integers(1, len(every) + 1)]
        tokens = [rows.pop() for _ in range(size)]
        adjacency = upper + upper.T
        kinds = adjacency * rng_of_kinds.integers(1, EDGE_KINDS + 1, adjacency.shape)
        pairs = [every[k] for k in chosen]
        sentences.append(Sentence(tokens, adjacency, mentions, pairs, kinds))
    vectors = torch.from_numpy(rng.normal(size=(sum(sizes) + 5, TOKEN_WIDTH)))
    return sentences, vectors


def make_tensors(sentences: list[Sentence]) -> PairTensors:
    """The sentences as the network takes them, pairs sentence by sentence."""
    nodes: list[int] = []
    neighbours: list[int] = []
    neighbour_kinds: list[int] = []
    node_neighbours = [0]
    mention_nodes: list[tuple[int, int]] = []
    mention_sentences: list[int] = []
    distances: list[int] = []
    pairs: list[tuple[int, int]] = []
    sentence_nodes, mention_rows = [0], [0]
    for s, sentence in enumerate(sentences):
        first, first_mention = len(nodes), len(mention_nodes)
        nodes += sentence.tokens
        for i, row in enumerate(sentence.adjacency):
            joined = [j for j in range(len(row)) if row[j] or i == j]
            neighbours += [first + j for j in joined]
            neighbour_kinds += sentence.edge_kinds[i, joined].tolist()
            node_neighbours.append(len(neighbours))
        for start, end in sentence.mentions:
            mention_nodes.append((first + start, first + end))
            mention_sentences.append(s)
            distances += signed_distances(len(sentence.tokens), (start, end))
            mention_rows.append(len(distances))
        pairs += [(first_mention + head, first_mention + tail) for head, tail in sentence.pairs]
        sentence_nodes.append(len(nodes))

    def integers(values: object, *shape: int) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.int64).reshape(*shape)

    return PairTensors(
        node_tokens=integers(nodes, -1),
        sentence_nodes=integers(sentence_nodes, -1),
        neighbours=integers(neighbours, -1),
        neighbour_kinds=integers(neighbour_kinds, -1),
        node_neighbours=integers(node_neighbours, -1),
        mention_nodes=integers(mention_nodes, -1, 2),
        mention_sentences=integers(mention_sentences, -1),
        mention_rows=integers(mention_rows, -1),
        distances=integers(distances, -1),
        pairs=integers(pairs, -1, 2),
    )


def signed_distances(length: int, mention: tuple[int, int]) -> list[int]:
    """From each node to a mention: negative before it, 0 on it."""
    start, end = mention
    return [min(i - start, 0) + max(i - end + 1, 0) for i in range(length)]


def make_gcn(layers: int, *, dropout: float = 0.0, edge_kinds: int = 0, seed: int = 0) -> SyntaxGCN:
    """A small encoder with a clip that cuts real distances, in double precision; its gates, where
    it has any, are as they might be after training."""
    torch.manual_seed(seed)
    factory = configure_syntax_gcn(
        layers, hidden_size=6, position_size=3, position_clip=2, edge_kinds=edge_kinds
    )
    gcn: SyntaxGCN = factory(TOKEN_WIDTH, dropout).double()
    if isinstance(gcn, TypedSyntaxGCN):
        for offsets in gcn.gate_offsets:
            nn.init.normal_(offsets)
    return gcn


def make_network(
    *,
    layers: int = 2,
    dropout: float = 0.0,
    max_pairs: int = 1000,
    pooling: type[nn.Module] = AttentivePooling,
    context: bool = False,
    edge_kinds: int = 0,
    seed: int = 0,
) -> PairNetwork:
    """A small network in double precision."""
    gcn = make_gcn(layers, dropout=dropout, edge_kinds=edge_kinds, seed=seed)
    pair_pooling = PairPooling(pooling(gcn.hidden_size), gcn.hidden_size)
    pair_context = make_context(dropout=dropout) if context else None
    width = pair_pooling.output_size + (pair_context.output_size if pair_context else 0)
    heads = InteractionHeads(width, N_CLASSES, dropout)
    return PairNetwork(gcn, pair_pooling, pair_context, heads, max_pairs).double()


def make_context(*, dropout: float = 0.0) -> PairContext:
    """A small context whose biases are not zero, as they are before training."""
    factory = configure_pair_context(hidden_size=6, attention_heads=3, position_clip=2)
    context = factory(TOKEN_WIDTH, dropout).double()
    nn.init.normal_(context.head_bias.weight)
    nn.init.normal_(context.tail_bias.weight)
    return context


def array(tensor: torch.Tensor) -> Array:
    return tensor.detach().numpy()


def slow_gcn(
    gcn: SyntaxGCN, vectors: torch.Tensor, sentence: Sentence, pair: tuple[int, int]
) -> Array:
    """h_i = ReLU(sum_j Ã_ij W h_j / d_i + b) from x_i = [w_i; p_i1; p_i2], node by node; with the
    gate of its kind before each edge.

    RETURNS: Shape (n, H).
    """
    length = len(sentence.tokens)
    tables = (array(gcn.head_positions.weight), array(gcn.tail_positions.weight))
    states = []
    for i, token in enumerate(sentence.tokens):
        parts = [array(vectors)[token]]
        for table, mention in zip(tables, pair, strict=True):
            distance = signed_distances(length, sentence.mentions[mention])[i]
            clipped = max(-gcn.position_clip, min(gcn.position_clip, distance))
            parts.append(table[clipped + gcn.position_clip])
        states.append(np.concatenate(parts))
    with_loops = sentence.adjacency + np.eye(length)
    for k, layer in enumerate(gcn.layers):
        weight, bias = array(layer.weight), array(layer.bias)
        gated = with_loops
        if isinstance(gcn, TypedSyntaxGCN):
            gated = with_loops * (1 + array(gcn.gate_offsets[k]))[sentence.edge_kinds]
        states = [
            np.maximum(
                sum(gated[i, j] * (weight @ states[j]) for j in range(length)) / with_loops[i].sum()
                + bias,
                0.0,
            )
            for i in range(length)
        ]
    return np.stack(states)


def slow_attention(pooling: AttentivePooling, states: Array) -> Array:
    """softmax(wᵀ tanh(H)) over the nodes, then their weighted sum. Shape (H,)."""
    scores = np.exp(np.tanh(states) @ array(pooling.weight))
    return (scores / scores.sum()) @ states


def slow_context(
    context: PairContext, vectors: torch.Tensor, sentence: Sentence, pair: tuple[int, int]
) -> Array:
    """tanh of W [e1; e2; s] + b and of the pair's attention, head by head. Shape (2 H,)."""
    nodes = array(vectors)[sentence.tokens]
    ranges = [sentence.mentions[mention] for mention in pair]
    e1, e2 = (nodes[start:end].max(axis=0) for start, end in ranges)

    def project(layer: nn.Linear, *inputs: Array) -> Array:
        return array(layer.weight) @ np.concatenate(inputs) + array(layer.bias)

    query = project(context.query, e1, e2)
    keys = np.stack([project(context.key, node) for node in nodes])
    values = np.stack([project(context.value, node) for node in nodes])
    biases = np.zeros((len(nodes), context.attention_heads))
    for table, place in zip((context.head_bias, context.tail_bias), ranges, strict=True):
        for i, distance in enumerate(signed_distances(len(nodes), place)):
            clipped = max(-context.position_clip, min(context.position_clip, distance))
            biases[i] += array(table.weight)[clipped + context.position_clip]
    width = len(query) // context.attention_heads
    attended = []
    for number in range(context.attention_heads):
        part = slice(number * width, (number + 1) * width)
        scores = np.exp(keys[:, part] @ query[part] / np.sqrt(width) + biases[:, number])
        attended.append((scores / scores.sum()) @ values[:, part])
    mentions = project(context.mentions, e1, e2, nodes.mean(axis=0))
    return np.tanh(np.concatenate([mentions, *attended]))


def slow_logits(network: PairNetwork, vectors: torch.Tensor, sentences: list[Sentence]) -> Array:
    """The logits of each pair. Shape (P, C + 2)."""
    logits = []
    for sentence in sentences:
        for pair in sentence.pairs:
            states = slow_gcn(network.pair_encoder, vectors, sentence, pair)
            if isinstance(network.pooling.sentence_pooling, MaxPooling):
                pooled = [states.max(axis=0)]
            else:
                pooled = [slow_attention(network.pooling.sentence_pooling, states)]
            for mention in pair:
                start, end = sentence.mentions[mention]
                pooled.append(states[start:end].max(axis=0))
            if network.context is not None:
                pooled.append(slow_context(network.context, vectors, sentence, pair))
            representation = np.concatenate(pooled)
            heads = (network.heads.classification, network.heads.identification)
            logits.append(
                np.concatenate(
                    [array(head.weight) @ representation + array(head.bias) for head in heads]
                )
            )
    return np.stack(logits)
