"""The torch modules in a pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from spacy.language import Language
from thinc.api import PyTorchShim

from spacy_ddi.component.lookup import layers_of

if TYPE_CHECKING:
    from torch import nn


def torch_modules(nlp: Language) -> Iterator[nn.Module]:
    """The modules that the pipeline's Thinc models wrap, those of disabled components too.

    nlp (Language): The pipeline.
    YIELDS (nn.Module): The modules.
    """
    for layer in layers_of(nlp):
        for shim in layer.shims:
            if isinstance(shim, PyTorchShim):
                yield cast("nn.Module", shim._model)
