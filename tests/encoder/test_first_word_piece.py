"""The pooling layer that gives a token the vector of its first word piece."""

from __future__ import annotations

import numpy as np
import pytest
from spacy.util import registry
from thinc.api import Model
from thinc.types import Floats2d, Ragged


def make_layer() -> Model[Ragged, Floats2d]:
    return registry.layers.get("spacy-ddi.first_word_piece.v1")()


def pieces(lengths: list[int]) -> Ragged:
    """Word pieces whose rows are all different."""
    n_pieces = sum(lengths)
    data = np.arange(1, 3 * n_pieces + 1, dtype=np.float32).reshape(n_pieces, 3)
    return Ragged(data, np.array(lengths, dtype=np.int32))


LENGTHS = [
    pytest.param([2, 1, 3], id="every token has a piece"),
    pytest.param([0, 2, 0, 0, 1, 0], id="blank tokens"),
    pytest.param([0, 0], id="only blank tokens"),
    pytest.param([], id="no token"),
]


@pytest.mark.parametrize("lengths", LENGTHS)
def test_first_row_of_each_run_or_zeros(lengths: list[int]) -> None:
    ragged = pieces(lengths)
    expected = np.zeros((len(lengths), 3), dtype=np.float32)
    row = 0
    for token, length in enumerate(lengths):
        if length:
            expected[token] = ragged.dataXd[row]
        row += length
    np.testing.assert_array_equal(make_layer().predict(ragged), expected)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_gradient_goes_to_that_row_alone(lengths: list[int]) -> None:
    ragged = pieces(lengths)
    vectors, backprop = make_layer().begin_update(ragged)
    d_vectors = np.arange(1, vectors.size + 1, dtype=np.float32).reshape(vectors.shape)
    d_pieces = backprop(d_vectors)
    expected = np.zeros_like(ragged.dataXd)
    row = 0
    for token, length in enumerate(lengths):
        if length:
            expected[row] = d_vectors[token]
        row += length
    np.testing.assert_array_equal(d_pieces.dataXd, expected)
    assert d_pieces.lengths.tolist() == lengths


def test_input_is_left_alone() -> None:
    ragged = pieces([2, 0, 1])
    before = ragged.dataXd.copy()
    vectors, backprop = make_layer().begin_update(ragged)
    vectors += 1
    backprop(vectors)
    np.testing.assert_array_equal(ragged.dataXd, before)
