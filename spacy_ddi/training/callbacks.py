"""Callbacks of `spacy train`."""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language

from spacy_ddi.training.torch_modules import torch_modules


def configure_give_every_weight_a_gradient() -> Callable[[Language], Language]:
    """Registered as `spacy-ddi.give_every_weight_a_gradient.v1` (@callbacks), for
    `[initialize.after_init]`.

    An optimizer is not told of weights without a gradient, e.g. those of BERT's unused pooling
    layer. But Thinc applies averages of torch weights only where it has them all.

    RETURNS (Callable[[Language], Language]): `give_every_weight_a_gradient`.
    """
    return give_every_weight_a_gradient


def give_every_weight_a_gradient(nlp: Language) -> Language:
    """Set the missing gradients of all torch weights to zero.

    nlp (Language): The initialized pipeline.
    RETURNS (Language): The pipeline.
    """
    import torch

    for module in torch_modules(nlp):
        for weight in module.parameters():
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
    return nlp
