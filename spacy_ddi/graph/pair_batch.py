"""The arrays of one batch of Docs: everything the network needs but the token vectors.

T tokens of the Docs that have a candidate pair, S sentences with candidate pairs, M nodes in them,
E neighbours of theirs, K mentions, P pairs. Built without a Python loop over pairs or tokens; what
belongs to a sentence is there once, however many pairs the sentence has.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from spacy_ddi.candidates.finder import Candidates
from spacy_ddi.candidates.sentences import Ints
from spacy_ddi.graph.edges import GraphBuilder, edges_of_parse
from spacy_ddi.graph.nodes import first_tokens, node_index
from spacy_ddi.text.layout import layout_tokens


@dataclass(frozen=True)
class PairBatch:
    """Sentences, graphs, mentions and candidate pairs of a batch. All index arrays are int64.

    n_tokens (int): T.
    node_tokens (NDArray): Shape (M,): the token whose vector a node takes, as a row of the
        token vectors of the Docs with a pair, one after another: the token itself, or a mention's
        first.
    sentence_nodes (NDArray): Shape (S + 1,): nodes of sentence s are [s] to [s + 1].
    neighbours (NDArray): Shape (E,): the nodes that an edge joins to a node, and the node itself
        (its self-loop), node after node.
    neighbour_kinds (NDArray): Shape (E,): the kind of the edge to each neighbour, 0 for a
        self-loop.
    node_neighbours (NDArray): Shape (M + 1,): neighbours of node i are [i] to [i + 1].
    mention_nodes (NDArray): Shape (K, 2): the nodes that a mention covers, end exclusive.
    mention_sentences (NDArray): Shape (K,): sentence of a mention.
    pairs (NDArray): Shape (P, 2): head and tail mention, the head first in the text.
    doc_pairs (NDArray): Shape (docs + 1,): pairs of Doc d are [d] to [d + 1].
    """

    n_tokens: int
    node_tokens: Ints
    sentence_nodes: Ints
    neighbours: Ints
    neighbour_kinds: Ints
    node_neighbours: Ints
    mention_nodes: Ints
    mention_sentences: Ints
    pairs: Ints
    doc_pairs: Ints

    @property
    def n_pairs(self) -> int:
        """P."""
        return len(self.pairs)

    @property
    def docs_with_pairs(self) -> Ints:
        """Places of the Docs that have a pair."""
        return np.flatnonzero(np.diff(self.doc_pairs))

    @property
    def pair_sentences(self) -> Ints:
        """Shape (P,): sentence of a pair."""
        sentences: Ints = self.mention_sentences[self.pairs[:, 0]]
        return sentences

    @property
    def mention_rows(self) -> Ints:
        """Shape (K + 1,): where the distances to mention k begin and end in `distances`."""
        return _offsets(np.diff(self.sentence_nodes)[self.mention_sentences])

    @property
    def distances(self) -> Ints:
        """Shape (D,), D = sum over the mentions of the nodes of their sentence: the signed
        distance in nodes from each node of its sentence to the mention, mention after mention;
        negative before the mention, 0 on it. The network that owns the table clips them."""
        rows = self.mention_rows
        mention = np.repeat(np.arange(len(self.mention_nodes)), np.diff(rows))
        node = np.arange(rows[-1]) - rows[mention]
        node += self.sentence_nodes[self.mention_sentences[mention]]
        start, end = self.mention_nodes[mention].T
        return np.minimum(node - start, 0) + np.maximum(node - (end - 1), 0)

    @classmethod
    def from_docs(
        cls,
        docs: Sequence[Doc],
        candidates: Sequence[Candidates],
        *,
        graph: GraphBuilder = edges_of_parse,
    ) -> PairBatch:
        """Build the arrays of a batch.

        docs (Sequence[Doc]): The Docs.
        candidates (Sequence[Candidates]): The candidate pairs of each Doc.
        graph (GraphBuilder): Gives the edges.
        RETURNS (PairBatch): The batch; sentences without candidates are left out.
        RAISES (CrossSentencePairError): If the mentions of a pair lie in different sentences.
        """
        doc_pairs = _offsets([len(proposed.pairs) for proposed in candidates])
        chosen = [
            (doc, proposed)
            for doc, proposed in zip(docs, candidates, strict=True)
            if len(proposed.pairs)
        ]
        return _batch_of_docs(chosen, graph, doc_pairs)


class CrossSentencePairError(ValueError):
    """A candidate pair whose mentions lie in different sentences, with the two mentions."""

    def __init__(self, head: str, tail: str) -> None:
        super().__init__(head, tail)
        self.head = head
        self.tail = tail


def _batch_of_docs(
    chosen: Sequence[tuple[Doc, Candidates]], graph: GraphBuilder, doc_pairs: Ints
) -> PairBatch:
    """The batch of Docs with at least one pair each, all their tokens in one row."""
    first_token = _offsets([len(doc) for doc, _ in chosen])
    first_mention = _offsets([len(proposed.mentions) for _, proposed in chosen])
    sentences = _join_sentences([proposed.sentences for _, proposed in chosen])
    ranges = _join([proposed.ranges for _, proposed in chosen], first_token, (0, 2))
    pairs = _join([proposed.pairs for _, proposed in chosen], first_mention, (0, 2))
    mention_sentence = sentences[ranges[:, 0]]
    # A mention that runs over a sentence boundary counts up to the boundary.
    last_tokens = np.searchsorted(sentences, mention_sentence, side="right") - 1
    last_tokens = np.minimum(ranges[:, 1] - 1, last_tokens)
    crossing = mention_sentence[pairs[:, 0]] != mention_sentence[pairs[:, 1]]
    if crossing.any():
        mentions = [mention for _, proposed in chosen for mention in proposed.mentions]
        head, tail = pairs[np.flatnonzero(crossing)[0]]
        raise CrossSentencePairError(mentions[head].text, mentions[tail].text)
    is_layout = np.concatenate([np.zeros(0, bool), *(layout_tokens(doc) for doc, _ in chosen)])
    nodes = node_index(sentences, ranges, is_layout)
    tokens = first_tokens(nodes, is_layout)
    of_docs = [nodes[start:end] for start, end in itertools.pairwise(first_token)]
    first_node = np.array([doc_nodes[0] for doc_nodes in of_docs], dtype=np.int64)
    edges = _join(
        [
            _with_kinds(graph(doc, doc_nodes - start)).T
            for (doc, _), doc_nodes, start in zip(chosen, of_docs, first_node, strict=True)
        ],
        np.stack([first_node, first_node, np.zeros_like(first_node)], axis=1),
        (0, 3),
    ).T
    # Keep the sentences that have a pair, the nodes and edges in them, the mentions of a pair.
    kept_sentences = np.unique(mention_sentence[pairs[:, 0]])
    node_sentence = sentences[tokens]
    keep_node = np.isin(node_sentence, kept_sentences)
    keep_edge = keep_node[edges[0]]
    kept_mentions, pairs = np.unique(pairs, return_inverse=True)
    pairs = pairs.reshape(-1, 2)
    new_node = np.cumsum(keep_node) - 1
    n_nodes = int(keep_node.sum())
    edges = edges[:, keep_edge]
    edges[:2] = new_node[edges[:2]]
    loop = np.arange(n_nodes)
    loops = np.stack([loop, loop, np.zeros_like(loop)])
    edges = np.concatenate([edges, loops], axis=1)
    targets, sources, kinds = edges[:, np.lexsort(edges[1::-1])]
    node_sentence = np.searchsorted(kept_sentences, node_sentence[keep_node])
    mention_nodes = np.stack(
        [nodes[ranges[kept_mentions, 0]], nodes[last_tokens[kept_mentions]]], axis=1
    )
    return PairBatch(
        n_tokens=int(first_token[-1]),
        node_tokens=tokens[keep_node],
        sentence_nodes=_offsets(np.bincount(node_sentence, minlength=len(kept_sentences))),
        neighbours=sources,
        neighbour_kinds=kinds,
        node_neighbours=_offsets(np.bincount(targets, minlength=n_nodes)),
        mention_nodes=new_node[mention_nodes] + np.array([0, 1]),
        mention_sentences=np.searchsorted(kept_sentences, mention_sentence[kept_mentions]),
        pairs=pairs,
        doc_pairs=doc_pairs,
    )


def _with_kinds(edges: Ints) -> Ints:
    """Edges of shape (3, E); those that came without kinds are of kind 1."""
    return np.concatenate([edges, np.ones((3 - len(edges), edges.shape[1]), dtype=np.int64)])


def _join(arrays: Sequence[Ints], starts: Ints, empty: tuple[int, ...]) -> Ints:
    """Arrays of numbers that begin anew in each, one after another; shape `empty` if none."""
    moved = [array + start for array, start in zip(arrays, starts, strict=False)]
    return np.concatenate([np.zeros(empty, dtype=np.int64), *moved])


def _join_sentences(of_docs: Sequence[Ints]) -> Ints:
    """Sentence numbers of all tokens, from those of each Doc."""
    return _join(of_docs, _offsets([numbers[-1] + 1 for numbers in of_docs]), (0,))


def _offsets(counts: Sequence[int] | Ints) -> Ints:
    """Where each of several runs begins, and the end of the last: the sums of the counts."""
    return np.concatenate([[0], np.cumsum(np.asarray(counts, dtype=np.int64))]).astype(np.int64)
