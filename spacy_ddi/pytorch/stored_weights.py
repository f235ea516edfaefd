"""A module's weights as arrays, for msgpack: storing and loading them runs no pickle."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from spacy_ddi.errors import DDIError, Errors

WEIGHTS: Final = "weights"
"""Key of the arrays in a stored message."""

OLD_WEIGHTS: Final = "state"
"""Key of what `torch.save` has written, in pipelines of version 0.4 and before."""

_ZIP = b"PK\x03\x04"


def weights_of(module: nn.Module) -> dict[str, NDArray[Any]]:
    """A module's weights and buffers.

    module (nn.Module): The module.
    RETURNS (Dict[str, NDArray]): Arrays by name, on the CPU; floats are 32-bit floats.
    """
    return {
        name: (tensor.float() if tensor.is_floating_point() else tensor).detach().cpu().numpy()
        for name, tensor in module.state_dict().items()
    }


def load_weights(module: nn.Module, message: Any, device: torch.device) -> None:
    """Put stored weights into a module, and the module on a device.

    module (nn.Module): The module, of the same shape as the stored one.
    message (Any): What was stored: a dict with `WEIGHTS`, or from older pipelines `OLD_WEIGHTS`.
    device (torch.device): Where the module is to be.
    RAISES (DDIError): If it holds anything but weights, or those of another module.
    """
    stored = message if isinstance(message, dict) else {}
    arrays: Any = stored.get(WEIGHTS)
    has_arrays = isinstance(arrays, dict)
    tensors = _to_tensors(arrays) if has_arrays else _read_old(stored.get(OLD_WEIGHTS))
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        problem = " ".join(str(error).split()).rstrip(". ")
        raise DDIError(Errors.OTHER_WEIGHTS.format(problem=problem)) from error
    module.to(device)


def _to_tensors(arrays: Mapping[str, Any]) -> Mapping[str, torch.Tensor]:
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            problem = f"{name!r} is no array, but {type(array).__name__}"
            raise DDIError(Errors.BROKEN_WEIGHTS.format(problem=problem))
    # torch warns of arrays that can't be written to, as those that msgpack has read.
    return {
        name: torch.from_numpy(np.require(array, requirements="W"))
        for name, array in arrays.items()
    }


def _read_old(state: Any) -> Mapping[str, torch.Tensor]:
    """What `torch.save` has written. It is a zip with a pickle, of which torch takes nothing but
    tensors. What is no zip is refused: torch reads older formats of its own, not all safely."""
    if not isinstance(state, bytes) or not state.startswith(_ZIP):
        problem = "there are neither arrays nor a file of torch"
        raise DDIError(Errors.BROKEN_WEIGHTS.format(problem=problem))
    try:
        read = torch.load(io.BytesIO(state), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, KeyError) as error:
        problem = f"torch refuses them ({type(error).__name__})"
        raise DDIError(Errors.BROKEN_WEIGHTS.format(problem=problem)) from error
    if not isinstance(read, Mapping):
        problem = f"torch has read {type(read).__name__} in place of a dict"
        raise DDIError(Errors.BROKEN_WEIGHTS.format(problem=problem))
    return read
