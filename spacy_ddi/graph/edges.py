"""The edges of a Doc's graph. T tokens, M nodes, E edges; what a node is, `nodes.py` says."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id
from spacy.tokens import Doc

from spacy_ddi.candidates.sentences import Ints, sentence_index
from spacy_ddi.errors import require
from spacy_ddi.text.layout import layout_tokens

GraphBuilder = Callable[[Doc, Ints], Ints]
"""From a Doc and the node of each of its T tokens to the edges between nodes, shape (2, E), as
`undirected_edges` gives them, or in one direction. No edge reaches over a sentence boundary.

Edges that have kinds come with a third row, shape (3, E): the kind of each edge, 1 or more. Edges
without that row are of kind 1."""


Reads = Literal["both", "heads", "dependents"]
READS = "both, heads or dependents"

Ids = NDArray[np.uint64]


def configure_dependency_graph(
    reads: Reads = "both", labels: list[str] | None = None
) -> GraphBuilder:
    """Registered as `spacy-ddi.dependency_graph.v1` (@misc): the dependency parse, as in the paper.

    reads (str): What a node gets states from, beside itself: "both" its head and its dependents, as
        in the paper; its "heads" alone; or its "dependents" alone.
    labels (Optional[List[str]]): The dependency labels that edges are told apart by. Each of L
        labels makes two kinds of edges, to the head and to the dependent, and all other labels
        together make two more: 2 * (L + 1) kinds, for `edge_kinds` of `spacy-ddi.SyntaxGCN.v1`.
        None, as in the paper: edges have no kinds.
    RETURNS (GraphBuilder): Of a Doc without a parse, the chain of its tokens, without labels.
    RAISES (ValueError): If it reads something else, or a label is empty or there twice.
    """
    where = "spacy-ddi.dependency_graph.v1"
    require(reads in get_args(Reads), where, "reads", reads, READS)
    if labels is not None:
        possible = all(labels) and len(set(labels)) == len(labels)
        require(possible, where, "labels", labels, "names, none of them twice")
        return partial(typed_edges_of_parse, reads=reads, label_ids=ids_of_labels(labels))
    return edges_of_parse if reads == "both" else partial(directed_edges_of_parse, reads=reads)


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
    return undirected_edges(_heads(doc), nodes)


def directed_edges_of_parse(doc: Doc, nodes: Ints, *, reads: Reads) -> Ints:
    """See `configure_dependency_graph`."""
    targets, sources = nodes, nodes[_heads(doc)]
    between = targets != sources
    edges = np.stack([targets[between], sources[between]])
    return np.unique(edges if reads == "heads" else edges[::-1], axis=1)


def typed_edges_of_parse(doc: Doc, nodes: Ints, *, reads: Reads, label_ids: Ids) -> Ints:
    """See `configure_dependency_graph`. An edge to the head is of kind 2 l + 1, one to a dependent
    of kind 2 l + 2, where l is 1 or more for the labels in their order, and 0 for any other. Where
    several dependents join the same two nodes, the first of them in the text gives the kind.

    label_ids (NDArray): Shape (L,): what `ids_of_labels` gives.
    RETURNS (NDArray): Shape (3, E): target and source nodes, sorted by target, then source; kinds.
    """
    targets, sources = nodes, nodes[_heads(doc)]
    kinds = 2 * label_numbers(doc, label_ids) + 1
    between = targets != sources
    to_heads = np.stack([targets, sources, kinds])[:, between]
    to_dependents = np.stack([sources, targets, kinds + 1])[:, between]
    read = {
        "both": [to_heads, to_dependents],
        "heads": [to_heads],
        "dependents": [to_dependents],
    }[reads]
    # Dependent after dependent, so that the first one's edge is the first of its number.
    edges = np.stack(read, axis=2).reshape(3, -1)
    n_nodes = nodes[-1] + 1 if len(nodes) else 1
    _, first = np.unique(edges[0] * n_nodes + edges[1], return_index=True)
    return edges[:, first]


def ids_of_labels(labels: Sequence[str]) -> Ids:
    """What spaCy has in the place of some labels, whatever the pipeline.

    labels (Sequence[str]): L labels.
    RETURNS (NDArray): Shape (L,), uint64.
    """
    return np.array([get_string_id(label) for label in labels], dtype=np.uint64)


def label_numbers(doc: Doc, label_ids: Ids) -> Ints:
    """The place of each token's dependency label in a list, counted from 1; 0 if it is not there.

    doc (Doc): T tokens, parsed or not.
    label_ids (NDArray): Shape (L,): ids of the list's labels, all different.
    RETURNS (NDArray): Shape (T,).
    """
    numbers: Ints = (doc.to_array("DEP")[:, None] == label_ids) @ np.arange(1, len(label_ids) + 1)
    return numbers


def _heads(doc: Doc) -> Ints:
    """The head of each token that is a word, in the parse or in a chain."""
    if doc.has_annotation("DEP"):
        return heads_of_words(dependency_heads(doc), layout_tokens(doc))
    return chain_heads(sentence_index(doc))


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


def dependency_heads(doc: Doc) -> Ints:
    """The dependency head of each token; a root is its own head.

    doc (Doc): The parsed Doc, T tokens.
    RETURNS (NDArray): Shape (T,): token numbers.
    """
    offsets = doc.to_array("HEAD").astype(np.int64)
    return np.arange(len(doc)) + offsets


def heads_of_words(heads: Ints, is_layout: NDArray[np.bool_]) -> Ints:
    """The heads of words where layout is no part of the parse.

    heads (NDArray): Shape (T,): dependency head of each token.
    is_layout (NDArray): Shape (T,): the tokens that are layout.
    RETURNS (NDArray): Shape (T,): the first word above each token; layout, and words with nothing
        but layout above them, are their own heads.
    """
    if not is_layout.any():
        return heads
    itself = np.arange(len(heads))
    heads = np.where(is_layout[heads], heads[heads], heads)
    while (through := is_layout[heads] & (heads != heads[heads])).any():
        heads = np.where(through, heads[heads], heads)
    return np.where(is_layout | is_layout[heads], itself, heads)


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
