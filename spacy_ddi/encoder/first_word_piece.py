"""Pooling of word pieces: the vector of a token is that of its first one (paper, section 2.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from thinc.api import Model
from thinc.types import Floats2d, Ragged


def first_word_piece() -> Model[Ragged, Floats2d]:
    """Registered as `spacy-ddi.first_word_piece.v1` (@layers): pooling for a TransformerListener.

    Unlike Thinc's `reduce_first.v1` it takes tokens without a word piece, e.g. white space; their
    vectors are zero.

    RETURNS (Model[Ragged, Floats2d]): From word pieces of shape (W, D) with lengths (T,) to token
        vectors of shape (T, D).
    """
    return Model("first_word_piece", forward)


def forward(
    model: Model[Ragged, Floats2d], pieces: Ragged, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], Ragged]]:
    """Take the first row of each run; the gradient goes back to that row alone."""
    data = cast(Floats2d, pieces.dataXd)
    lengths = pieces.lengths
    has_piece = lengths > 0
    first = (model.ops.xp.cumsum(lengths) - lengths)[has_piece]
    vectors = model.ops.alloc2f(len(lengths), data.shape[1])
    vectors[has_piece] = data[first]

    def backprop(d_vectors: Floats2d) -> Ragged:
        d_data = model.ops.alloc2f(*data.shape)
        d_data[first] = d_vectors[has_piece]
        return Ragged(d_data, lengths)

    return vectors, backprop
