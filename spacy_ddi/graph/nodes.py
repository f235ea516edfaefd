"""The nodes of a Doc's graph: its tokens, with each mention drawn together into one.

T tokens, M nodes. A mention's tokens become one node, so that the length of a name changes neither
graph nor distances. Where mentions are nested or overlap, each maximal run of tokens that lies in
the same mentions is a node, and a mention covers one or more nodes in a row. Layout (white space,
bullets) makes no node of its own: a line end changes neither graph nor distances.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spacy_ddi.candidates.sentences import Ints


def node_index(sentences: Ints, ranges: Ints, is_layout: NDArray[np.bool_] | None = None) -> Ints:
    """The node of each token.

    sentences (NDArray): Shape (T,): sentence of each token; no node reaches over a boundary.
    ranges (NDArray): Shape (K, 2): token ranges of the mentions, end exclusive.
    is_layout (Optional[NDArray]): Shape (T,): the tokens that are layout. Such a token belongs to
        the node before it; the first ones of a sentence belong to the node after them.
    RETURNS (NDArray): Shape (T,): node numbers from 0, not decreasing.
    """
    length = len(sentences)
    cover = np.zeros(length + 1, dtype=np.int64)
    np.add.at(cover, ranges[:, 0], 1)
    np.add.at(cover, ranges[:, 1], -1)
    begins = np.cumsum(cover[:length]) == 0
    bounds = ranges.ravel()
    begins[bounds[bounds < length]] = True
    is_first = np.diff(sentences, prepend=-1) != 0
    if is_layout is not None and is_layout.any():
        _pass_over_layout(begins, bounds, is_first, is_layout)
    begins |= is_first
    begins[:1] = False
    return np.cumsum(begins)


def _pass_over_layout(
    begins: NDArray[np.bool_],
    bounds: Ints,
    is_first: NDArray[np.bool_],
    is_layout: NDArray[np.bool_],
) -> None:
    """Let no node begin at layout, nor at a sentence's first word after layout; in place."""
    length = len(begins)
    # The next token from each on that is a word, or the Doc's end.
    words = np.flatnonzero(~is_layout)
    next_word = np.append(words, length)[np.searchsorted(words, np.arange(length + 1))]
    begins[is_layout] = False
    moved = next_word[bounds]
    begins[moved[moved < length]] = True
    starts = np.flatnonzero(is_first)
    ends = np.append(starts[1:], length)
    after_layout = next_word[starts]
    begins[after_layout[after_layout < ends]] = False


def first_tokens(nodes: Ints, is_layout: NDArray[np.bool_] | None = None) -> Ints:
    """The first token of each node that is no layout; where all are, its first.

    nodes (NDArray): Shape (T,): node of each token, not decreasing.
    is_layout (Optional[NDArray]): Shape (T,): the tokens that are layout.
    RETURNS (NDArray): Shape (M,): token numbers.
    """
    first = np.flatnonzero(np.diff(nodes, prepend=-1))
    if is_layout is not None and is_layout[first].any():
        words = np.flatnonzero(~is_layout)
        with_words, places = np.unique(nodes[words], return_index=True)
        first[with_words] = words[places]
    return first
