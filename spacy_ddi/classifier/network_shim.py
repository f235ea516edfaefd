"""The Thinc shim of the network: evaluation mode at all times but in training.

Thinc's own puts its module back into training mode after each prediction, so that dropout acts in
other threads that predict meanwhile. Not for import at start: it needs torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from thinc.api import PyTorchShim
from thinc.types import ArgsKwargs

from spacy_ddi.pytorch.passes import ensure_evaluation, limit_threads, training_mode


class NetworkShim(PyTorchShim):
    """Holds a torch module for Thinc; what it stores is what Thinc's shim stores.

    model (nn.Module): The module.
    """

    def __init__(self, model: Any, **settings: Any) -> None:
        super().__init__(model, **settings)
        model.eval()

    def predict(self, inputs: ArgsKwargs) -> Any:
        """The module's output, by one thread: it has little to compute, and on busy processors
        threads wait for each other for longer than they compute.

        inputs (ArgsKwargs): Arguments of the module.
        RETURNS (Any): Its output, without gradient.
        """
        ensure_evaluation(self._model)
        with limit_threads(1), torch.no_grad():
            return self._model(*inputs.args, **inputs.kwargs)

    def begin_update(self, inputs: ArgsKwargs) -> tuple[Any, Callable[[Any], Any]]:
        """The module's output in training.

        inputs (ArgsKwargs): Arguments of the module.
        RETURNS (Tuple[Any, Callable]): Output, and what takes its gradient to weights and inputs.
        """
        with training_mode(self._model):
            output, backprop = super().begin_update(inputs)

        def backprop_in_training_mode(gradients: Any) -> Any:
            # What checkpoints have not kept is computed here, with the same dropout as before.
            with training_mode(self._model):
                return backprop(gradients)

        return output, backprop_in_training_mode
