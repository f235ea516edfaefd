"""Storing a pipeline with its weights in 8 bits, for a smaller package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
import srsly

from spacy_ddi.eight_bits import encode_eight_bits, takes_eight_bits


class Compressed(NamedTuple):
    """What was stored.

    n_eight_bits (int): Weights that are stored in 8 bits.
    n_weights (int): All weights.
    """

    n_eight_bits: int
    n_weights: int


def compress_pipeline(pipeline: Path, output: Path) -> Compressed:
    """Store a pipeline with its weights in 8 bits, those of spaCy's own components too.

    It loads as any other, with 32-bit floats. Stored again, e.g. by `to_disk` after more training,
    it has 32-bit floats in its files too, so that nothing is rounded unless this is called.

    pipeline (Path): A stored pipeline.
    output (Path): Where to store the new one.
    RETURNS (Compressed): How many weights were rounded.
    """
    # Loaded and stored once, since older pipelines hold weights as torch has pickled them.
    nlp = spacy.load(pipeline)
    nlp.to_disk(output)
    done = []
    for name in nlp.component_names:
        path = output / name / "model"
        if path.is_file():
            message, counts = compress_model(path.read_bytes())
            path.write_bytes(message)
            done.append(counts)
    return Compressed(*(sum(counts) for counts in zip(*done, strict=True))) if done else NO_WEIGHTS


NO_WEIGHTS = Compressed(0, 0)


def compress_model(stored: bytes) -> tuple[bytes, Compressed]:
    """Round the weights of a stored Thinc model to 8 bits, those of its torch modules too.

    stored (bytes): What `Model.to_bytes` gave.
    RETURNS (Tuple[bytes, Compressed]): What `Model.from_bytes` takes, and how many were rounded.
    """
    from spacy_ddi.pytorch.stored_weights import WEIGHTS

    message: Any = srsly.msgpack_loads(stored)
    arrays: list[Any] = []
    message["params"] = [_rounded(params, arrays) for params in message["params"]]
    for shims in message["shims"]:
        for i, shim in enumerate(shims):
            of_module: Any = srsly.msgpack_loads(shim)
            if isinstance(of_module.get(WEIGHTS), dict):
                of_module[WEIGHTS] = _rounded(of_module[WEIGHTS], arrays)
                shims[i] = srsly.msgpack_dumps(of_module)
    n_rounded = sum(array.size for array in arrays if takes_eight_bits(array))
    return srsly.msgpack_dumps(message), Compressed(n_rounded, sum(a.size for a in arrays))


def _rounded(weights: Mapping[str, Any], seen: list[Any]) -> dict[str, Any]:
    """The weights as they are stored; they are added to those seen."""
    seen += [array for array in weights.values() if isinstance(array, np.ndarray)]
    return {
        name: encode_eight_bits(array) if takes_eight_bits(array) else array
        for name, array in weights.items()
    }
