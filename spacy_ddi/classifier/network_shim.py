"""The Thinc shim of the network: evaluation mode at all times but in training.

Thinc's own puts its module back into training mode after each prediction, so that dropout acts in
other threads that predict meanwhile. And it loads its weights by `torch.load`, where this one runs
no pickle. Not for import at start: it needs torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import srsly
import torch
from thinc.api import PyTorchShim, get_torch_default_device
from thinc.types import ArgsKwargs

from spacy_ddi.pytorch.passes import ensure_evaluation, limit_threads, training_mode
from spacy_ddi.pytorch.stored_weights import WEIGHTS, load_weights, weights_of


class NetworkShim(PyTorchShim):
    """Holds a torch module for Thinc; stores its weights as arrays.

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

    def attend(self, inputs: ArgsKwargs) -> Any:
        """What the module looks at; see `PairNetwork.attend`.

        inputs (ArgsKwargs): Arguments of the module.
        RETURNS (Any): Its weights, without gradient.
        """
        ensure_evaluation(self._model)
        with limit_threads(1), torch.no_grad():
            return self._model.attend(*inputs.args, **inputs.kwargs)

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

    def to_bytes(self) -> bytes:
        """The module's weights as a bytestring.

        RETURNS (bytes): A msgpack message of arrays.
        """
        return srsly.msgpack_dumps({"config": self.cfg, WEIGHTS: weights_of(self._model)})

    def from_bytes(self, bytes_data: bytes) -> NetworkShim:
        """Load the module's weights.

        bytes_data (bytes): What `to_bytes` gave, here or in version 0.4 and before.
        RETURNS (NetworkShim): This shim.
        RAISES (DDIError): If there are no weights in it, or those of another module.
        """
        message: Any = srsly.msgpack_loads(bytes_data)
        device = get_torch_default_device()
        load_weights(self._model, message, device)
        self.cfg = message["config"]
        self._grad_scaler.to_(device)
        return self
