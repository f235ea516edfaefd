"""The graph of a Doc: nodes are tokens, with each mention drawn together into one.

T tokens, M nodes, E edges. A mention's tokens become one node, so that the length of a name changes
neither graph nor distances. Where mentions are nested or overlap, each maximal run of tokens that
lies in the same mentions is a node, and a mention covers one or more nodes in a row.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

Ints = NDArray[np.int64]

HeadFinder = Callable[[Doc], Ints]
"""From a Doc of T tokens to the head of each in its graph, shape (T,): a token of the same
sentence; a root is its own head."""


def configure_dependency_graph() -> HeadFinder:
    """Registered as `spacy-ddi.dependency_graph.v1` (@misc): the dependency parse, as in the paper.

    RETURNS (HeadFinder): Of a Doc without a parse, the chain of its tokens.
    """
    return heads_by_parse


def configure_no_graph() -> HeadFinder:
    """Registered as `spacy-ddi.no_graph.v1` (@misc): no edges. A graph convolution sees each token
    alone, so that what is known of the others is what the token vectors say.

    RETURNS (HeadFinder): Each token is its own head.
    """
    return heads_of_none


def configure_rewired_graph(seed: int = 0) -> HeadFinder:
    """Registered as `spacy-ddi.rewired_graph.v1` (@misc): the parse's tree with the tokens of each
    sentence put in each other's places. Its shape stays, what it says of the words is gone: a
    control of what syntax is worth.

    seed (int): Chooses the places; for the same sentence they are always the same.
    RETURNS (HeadFinder): The heads in the shuffled tree.
    """
    return partial(heads_by_shuffled_parse, seed=seed)


def heads_by_parse(doc: Doc) -> Ints:
    """See `configure_dependency_graph`."""
    if doc.has_annotation("DEP"):
        return dependency_heads(doc)
    return chain_heads(sentence_index(doc))


def heads_of_none(doc: Doc) -> Ints:
    """See `configure_no_graph`."""
    return np.arange(len(doc))


def heads_by_shuffled_parse(doc: Doc, *, seed: int) -> Ints:
    """See `configure_rewired_graph`."""
    heads = heads_by_parse(doc)
    shuffled = heads.copy()
    sentences = sentence_index(doc)
    bounds = np.flatnonzero(np.diff(sentences, prepend=-1, append=-1))
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        text = doc[start:end].text.encode("utf8")
        places = np.random.default_rng([seed, zlib.crc32(text)]).permutation(end - start)
        shuffled[start + places] = start + places[heads[start:end] - start]
    return shuffled


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
    both = np.stack(
        [
            np.concatenate([targets[between], sources[between]]),
            np.concatenate([sources[between], targets[between]]),
        ]
    )
    return np.unique(both, axis=1)
