"""The graph of a Doc: nodes are tokens, with each mention drawn together into one.

T tokens, M nodes, E edges. A mention's tokens become one node, so that the length of a name changes
neither graph nor distances. Where mentions are nested or overlap, each maximal run of tokens that
lies in the same mentions is a node, and a mention covers one or more nodes in a row.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

Ints = NDArray[np.int64]

GraphBuilder = Callable[[Doc, Ints], Ints]
"""From a Doc and the node of each of its T tokens to the edges between nodes, shape (2, E), as
`undirected_edges` gives them. No edge reaches over a sentence boundary."""


def configure_dependency_graph() -> GraphBuilder:
    """Registered as `spacy-ddi.dependency_graph.v1` (@misc): the dependency parse, as in the paper.

    RETURNS (GraphBuilder): Of a Doc without a parse, the chain of its tokens.
    """
    return edges_of_parse


def configure_no_graph() -> GraphBuilder:
    """Registered as `spacy-ddi.no_graph.v1` (@misc): no edges. A graph convolution sees each node
    alone, so that what is known of the others is what the token vectors say.

    RETURNS (GraphBuilder): No edges.
    """
    return no_edges


def configure_rewired_graph(seed: int = 0) -> GraphBuilder:
    """Registered as `spacy-ddi.rewired_graph.v1` (@misc): the parse's graph with the nodes of each
    sentence in each other's places. Its shape stays, what it says of the words is gone: a control
    of what syntax is worth.

    seed (int): Chooses the places; for the same sentence they are always the same.
    RETURNS (GraphBuilder): The edges in other places.
    """
    return partial(shuffled_edges_of_parse, seed=seed)


def edges_of_parse(doc: Doc, nodes: Ints) -> Ints:
    """See `configure_dependency_graph`."""
    if doc.has_annotation("DEP"):
        return undirected_edges(dependency_heads(doc), nodes)
    return undirected_edges(chain_heads(sentence_index(doc)), nodes)


def no_edges(doc: Doc, nodes: Ints) -> Ints:
    """See `configure_no_graph`."""
    return np.zeros((2, 0), dtype=np.int64)


def shuffled_edges_of_parse(doc: Doc, nodes: Ints, *, seed: int) -> Ints:
    """See `configure_rewired_graph`."""
    place = np.arange(nodes[-1] + 1 if len(nodes) else 0)
    sentences = sentence_index(doc)
    bounds = np.flatnonzero(np.diff(sentences, prepend=-1, append=-1))
    for start, end in itertools.pairwise(bounds.tolist()):
        text = doc[start:end].text.encode("utf8")
        first, last = nodes[start], nodes[end - 1]
        generator = np.random.default_rng([seed, zlib.crc32(text)])
        place[first : last + 1] = generator.permutation(place[first : last + 1])
    return np.unique(place[edges_of_parse(doc, nodes)], axis=1)


def sentence_index(doc: Doc) -> Ints:
    """The sentence of each token; a Doc without sentence boundaries is one sentence.

    doc (Doc): The Doc, T tokens.
    RETURNS (NDArray): Shape (T,): sentence numbers from 0, not decreasing.
    """
    starts = doc.to_array("SENT_START").astype(np.int64) == 1
    starts[:1] = False
    return np.cumsum(starts)


def node_index(sentences: Ints, ranges: Ints) -> Ints:
    """The node of each token.

    sentences (NDArray): Shape (T,): sentence of each token; no node reaches over a boundary.
    ranges (NDArray): Shape (K, 2): token ranges of the mentions, end exclusive.
    RETURNS (NDArray): Shape (T,): node numbers from 0, not decreasing.
    """
    length = len(sentences)
    cover = np.zeros(length + 1, dtype=np.int64)
    np.add.at(cover, ranges[:, 0], 1)
    np.add.at(cover, ranges[:, 1], -1)
    begins = np.cumsum(cover[:length]) == 0
    bounds = ranges.ravel()
    begins[bounds[bounds < length]] = True
    begins[1:] |= sentences[1:] != sentences[:-1]
    begins[:1] = False
    return np.cumsum(begins)


def first_tokens(nodes: Ints) -> Ints:
    """The first token of each node.

    nodes (NDArray): Shape (T,): node of each token, not decreasing.
    RETURNS (NDArray): Shape (M,): token numbers.
    """
    return np.flatnonzero(np.diff(nodes, prepend=-1))


def dependency_heads(doc: Doc) -> Ints:
    """The dependency head of each token; a root is its own head.

    doc (Doc): The parsed Doc, T tokens.
    RETURNS (NDArray): Shape (T,): token numbers.
    """
    offsets = doc.to_array("HEAD").astype(np.int64)
    return np.arange(len(doc)) + offsets


def chain_heads(sentences: Ints) -> Ints:
    """A linear chain in place of a parse: each token hangs on the one before it.

    sentences (NDArray): Shape (T,): sentence of each token.
    RETURNS (NDArray): Shape (T,): token numbers; the first token of a sentence is its own head.
    """
    heads = np.arange(len(sentences)) - 1
    is_first = np.diff(sentences, prepend=-1) != 0
    heads[is_first] += 1
    return heads


def undirected_edges(heads: Ints, nodes: Ints) -> Ints:
    """The edges between nodes, each in both directions, once, without self-loops.

    heads (NDArray): Shape (T,): dependency head of each token.
    nodes (NDArray): Shape (T,): node of each token.
    RETURNS (NDArray): Shape (2, E): target and source nodes, sorted by target, then source.
    """
    targets, sources = nodes, nodes[heads]
    between = targets != sources
    targets, sources = targets[between], sources[between]
    n_nodes = nodes[-1] + 1 if len(nodes) else 1
    # One number an edge, since NumPy is slow at finding columns that are the same.
    numbers = np.concatenate([targets * n_nodes + sources, sources * n_nodes + targets])
    return np.stack(np.divmod(np.unique(numbers), n_nodes))
