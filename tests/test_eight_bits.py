"""Weights in 8 bits: how much is rounded, and that it happens once."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from typing import Any

import numpy as np
import pytest
import srsly
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from thinc.api import Linear, Model

from spacy_ddi.eight_bits import NUMBERS, decode_eight_bits, encode_eight_bits, takes_eight_bits
from spacy_ddi.errors import DDIError

FLOATS = st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)
WEIGHTS = arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=FLOATS)


def through_msgpack(message: Any) -> Any:
    return srsly.msgpack_loads(srsly.msgpack_dumps(message))


@given(WEIGHTS)
def test_a_weight_is_rounded_by_half_a_step_of_its_row(weights: NDArray[np.float32]) -> None:
    found = through_msgpack(encode_eight_bits(weights))
    assert found.dtype == np.float32
    assert found.shape == weights.shape
    step = np.abs(weights).max(axis=-1, keepdims=True).astype(np.float64) / 127
    # Scales are rounded up by 2 ** -15 at most, and some processors take the smallest floats for 0.
    allowed = step / 2 * (1 + 2**-14) + np.abs(weights) * 2**-14 + 2e-38
    assert (np.abs(found.astype(np.float64) - weights) <= allowed).all()


@given(WEIGHTS)
def test_what_was_rounded_is_not_rounded_again(weights: NDArray[np.float32]) -> None:
    once = through_msgpack(encode_eight_bits(weights))
    np.testing.assert_array_equal(through_msgpack(encode_eight_bits(once)), once)


def test_more_axes_have_a_scale_a_row() -> None:
    weights = np.random.default_rng(0).normal(size=(3, 2, 20)).astype(np.float32)
    weights[1, 1] *= 1000
    weights[2, 0] = 0
    message = encode_eight_bits(weights)
    assert message["scales"].shape == (3, 2, 1)
    assert message[NUMBERS].dtype == np.int8
    found = decode_eight_bits(message)
    np.testing.assert_allclose(found[0], weights[0], atol=np.abs(weights[0]).max() / 250)
    assert not found[2, 0].any()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (np.zeros((2, 16), np.float32), True),
        (np.zeros((2, 3, 64), np.float16), True),
        (np.zeros(400, np.float32), False),
        (np.zeros((100, 3), np.float32), False),
        (np.zeros((0, 16), np.float32), False),
        (np.zeros((2, 16), np.int64), False),
        (None, False),
    ],
)
def test_matrices_of_floats_are_stored_in_8_bits(weights: Any, expected: bool) -> None:
    assert takes_eight_bits(weights) is expected


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    weights = np.ones((2, 20), np.float32)
    weights[1, 3] = value
    with pytest.raises(DDIError, match=r"DDI027.*\(2, 20\)"):
        encode_eight_bits(weights)


@pytest.mark.parametrize(
    "change",
    [
        {"scales": None},
        {"scales": np.ones((3, 1), np.float32)},
        {NUMBERS: np.ones((2, 20), np.float32)},
        {NUMBERS: b"\x80\x04N."},
    ],
)
def test_a_damaged_array_is_refused(change: dict[str, Any]) -> None:
    message = {**encode_eight_bits(np.ones((2, 20), np.float32)), **change}
    with pytest.raises(DDIError, match="DDI025"):
        through_msgpack(message)


def test_other_messages_are_read_as_before() -> None:
    message = {"a": [1, {"b": {"c": None}}], "array": np.arange(3)}
    found = through_msgpack(message)
    np.testing.assert_array_equal(found.pop("array"), message.pop("array"))
    assert found == message
    assert decode_eight_bits({"a": 1}, chain=len) == 1


def test_a_model_of_thinc_loads_weights_in_8_bits() -> None:
    """Thinc knows nothing of them: srsly decodes them by its entry point."""
    (found,) = entry_points(group="srsly_msgpack_decoders", name="spacy-ddi.eight_bits.v1")
    assert found.load() is decode_eight_bits
    model: Model[Any, Any] = Linear(4, 32).initialize()
    stored: Any = srsly.msgpack_loads(model.to_bytes())
    stored["params"][0]["W"] = encode_eight_bits(stored["params"][0]["W"])
    other: Model[Any, Any] = Linear(4, 32).from_bytes(srsly.msgpack_dumps(stored))
    np.testing.assert_allclose(other.get_param("W"), model.get_param("W"), atol=0.01)
    again: Model[Any, Any] = Linear(4, 32).from_bytes(other.to_bytes())
    np.testing.assert_array_equal(again.get_param("W"), other.get_param("W"))


def test_the_decoder_imports_little() -> None:
    """Whatever reads msgpack imports it."""
    script = (
        "import sys, srsly\n"
        "print(srsly.msgpack_loads(srsly.msgpack_dumps({'a': 1})))\n"
        "print(sorted({'spacy', 'spacy_ddi', 'thinc', 'torch'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stdout.split("\n")[:2] == ["{'a': 1}", "['spacy_ddi']"], done.stderr
