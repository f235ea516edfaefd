"""Weights in 8 bits: a byte a weight and a scale a row in the file, 32-bit floats in memory.

spaCy and Thinc read all weights through msgpack of srsly, which finds the decoder by its entry
point (`srsly_msgpack_decoders`). So any component of a pipeline can be stored like this, spaCy's
own too, and is loaded as ever.

Not for heavy imports: whatever reads msgpack with srsly imports this module.

R rows, D weights a row; arrays may have more axes before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from spacy_ddi.errors import DDIError, Errors

NUMBERS: Final = "spacy-ddi.eight_bits.v1"
"""Key of the whole numbers, which marks an array in 8 bits."""

SCALES: Final = "scales"

_LARGEST = 127
_SHORTEST_ROW = 16
_DROPPED_BITS = np.uint32(0xFF)


def takes_eight_bits(weights: Any) -> bool:
    """Whether an array is worth storing in 8 bits: a matrix of floats whose rows are so long that a
    scale a row is little. Biases and layer norms are not.

    weights (Any): The array.
    RETURNS (bool): Whether it is.
    """
    return (
        isinstance(weights, np.ndarray)
        and weights.dtype.kind == "f"
        and weights.ndim > 1
        and weights.shape[-1] >= _SHORTEST_ROW
        and weights.size > 0
    )


def encode_eight_bits(weights: NDArray[Any]) -> dict[str, Any]:
    """Round weights to 8 bits: each is a whole number from -127 to 127 times its row's scale.

    Scales are rounded up to 16 significant bits, so the product is exact: it is the same on every
    machine, and encoding what was decoded gives the same numbers and scales.

    weights (NDArray[floating]): Weights of shape (..., R, D).
    RETURNS (Dict[str, Any]): What msgpack stores, and `decode_eight_bits` takes.
    RAISES (DDIError): If a weight is no finite number.
    """
    rows = np.asarray(weights, dtype=np.float32)
    largest = np.abs(rows).max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all():
        raise DDIError(Errors.WEIGHTS_NOT_FINITE.format(shape=rows.shape))
    scales = _rounded_up((largest / np.float32(_LARGEST)).astype(np.float32))
    numbers = np.rint(rows / np.where(scales > 0, scales, 1))
    return {NUMBERS: numbers.astype(np.int8), SCALES: scales}


def decode_eight_bits(message: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    """Registered as `spacy-ddi.eight_bits.v1` (srsly's msgpack_decoders): what msgpack has read, as
    floats if it is an array in 8 bits.

    message (Any): A dict out of a msgpack message.
    chain (Optional[Callable]): What decodes other dicts.
    RETURNS (Any): Weights of shape (..., R, D), dtype float32; or what the chain gives.
    RAISES (DDIError): If the dict is damaged.
    """
    if NUMBERS not in message:
        return message if chain is None else chain(message)
    numbers, scales = message[NUMBERS], message.get(SCALES)
    arrays = isinstance(numbers, np.ndarray) and isinstance(scales, np.ndarray)
    if not arrays or numbers.dtype != np.int8 or scales.shape != (*numbers.shape[:-1], 1):
        raise DDIError(Errors.BROKEN_WEIGHTS.format(problem="an array in 8 bits is damaged"))
    return np.multiply(numbers, scales, dtype=np.float32)


def _rounded_up(scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Positive floats rounded up to 16 significant bits: the bits of larger floats are larger."""
    bits = scales.view(np.uint32)
    return ((bits + _DROPPED_BITS) & ~_DROPPED_BITS).view(np.float32)
