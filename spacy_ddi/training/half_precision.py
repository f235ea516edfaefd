"""Storing torch weights in half precision: half the size on disk."""

from __future__ import annotations

from pathlib import Path

import spacy
from thinc.api import Model, PyTorchShim


def store_in_half_precision(pipeline: Path, output: Path) -> int:
    """Store a pipeline with its torch weights as 16-bit floats. It loads as any other, and computes
    in 32 bits: only the stored values are rounded.

    pipeline (Path): A stored pipeline.
    output (Path): Where to store the new one.
    RETURNS (int): The number of weights stored in half precision.
    """
    nlp = spacy.load(pipeline)
    n_weights = 0
    for _, pipe in nlp.components:
        model = getattr(pipe, "model", None)
        if isinstance(model, Model):
            for layer in model.walk():
                for shim in layer.shims:
                    if isinstance(shim, PyTorchShim):
                        shim._model.half()
                        n_weights += sum(weight.numel() for weight in shim._model.parameters())
    nlp.to_disk(output)
    return n_weights
