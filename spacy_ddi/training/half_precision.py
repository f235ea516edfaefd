"""Storing torch weights in half precision: half the size on disk."""

from __future__ import annotations

from pathlib import Path

import spacy

from spacy_ddi.training.torch_modules import torch_modules


def store_in_half_precision(pipeline: Path, output: Path) -> int:
    """Store a pipeline with its torch weights as 16-bit floats. It loads as any other, and computes
    in 32 bits: only the stored values are rounded.

    pipeline (Path): A stored pipeline.
    output (Path): Where to store the new one.
    RETURNS (int): The number of weights stored in half precision.
    """
    nlp = spacy.load(pipeline)
    n_weights = 0
    for module in torch_modules(nlp):
        module.half()
        n_weights += sum(weight.numel() for weight in module.parameters())
    nlp.to_disk(output)
    return n_weights
