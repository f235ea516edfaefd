"""Storing weights in half precision, for a smaller package."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import spacy
from thinc.types import FloatsXd

from spacy_ddi.component.lookup import layers_of
from spacy_ddi.training.torch_modules import torch_modules


def store_in_half_precision(pipeline: Path, output: Path) -> int:
    """Store a pipeline with its weights rounded to 16-bit floats. It loads as any other, and
    computes in 32 bits.

    Torch weights are stored in 16 bits, those of Thinc's own layers still in 32, of which half are
    zeros now, so that a wheel, which is compressed, gets smaller by as much.

    pipeline (Path): A stored pipeline.
    output (Path): Where to store the new one.
    RETURNS (int): The number of weights that were rounded.
    """
    nlp = spacy.load(pipeline)
    n_weights = 0
    for module in torch_modules(nlp):
        module.half()
        n_weights += sum(weight.numel() for weight in module.parameters())
    for layer in layers_of(nlp):
        for name in layer.param_names:
            if layer.has_param(name):
                weight = layer.get_param(name)
                rounded = weight.astype("float16").astype("float32")
                layer.set_param(name, cast(FloatsXd, rounded))
                n_weights += weight.size
    nlp.to_disk(output)
    return n_weights
