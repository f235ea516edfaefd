"""Callbacks of `spacy train`."""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language
from spacy.util import registry
from thinc.api import Config

from spacy_ddi.training.optimizer import GroupedAdam
from spacy_ddi.training.torch_modules import torch_modules


def configure_prepare_torch() -> Callable[[Language], Language]:
    """Registered as `spacy-ddi.prepare_torch.v2` (@callbacks), for `[initialize.after_init]`.

    Readies the pipeline's torch modules for `spacy train`:

    - Weights whose rate the `GroupedAdam` of `[training]` has at 0 are frozen, so that no gradient
      is computed for them.
    - All weights without a gradient (frozen ones, and those that are never used, such as BERT's
      pooling layer) get one of zero. An optimizer is not told of weights without one, but Thinc
      applies averages of torch weights only where it has them all.

    RETURNS (Callable[[Language], Language]): Changes the pipeline's modules and returns it.
    """
    return prepare_torch


def prepare_torch(nlp: Language) -> Language:
    """Ready the pipeline's torch modules for training; see `configure_prepare_torch`.

    nlp (Language): The initialized pipeline.
    RETURNS (Language): The pipeline.
    """
    import torch

    optimizer = _optimizer(nlp)
    for module in torch_modules(nlp):
        for name, weight in module.named_parameters():
            if optimizer is not None and optimizer.scale(name) == 0:
                weight.requires_grad_(False)
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
    return nlp


def _optimizer(nlp: Language) -> GroupedAdam | None:
    """The optimizer of the pipeline's `[training]`, where it is one with rates by name."""
    settings = nlp.config.interpolate().get("training", {}).get("optimizer")
    if not settings:
        return None
    optimizer = registry.resolve(Config({"optimizer": settings}))["optimizer"]
    return optimizer if isinstance(optimizer, GroupedAdam) else None
