"""Importing transformers for the command line, where a user waits for it.

With its models transformers imports scikit-learn, SciPy, torch's compiler and torch's distributed
tensors: for assisted generation, object detection, compiled attention and several machines. This
takes longer than all else that a pipeline needs.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

COMPILER = "torch._dynamo._trace_wrapped_higher_order_op"


def import_transformers() -> None:
    """Import `transformers` and its models without what encoding a text does not need.

    Only for a process of our own: what is left out stays unknown to transformers. All else in the
    process can import it.
    """
    if "transformers" in sys.modules:
        return
    with _left_out():
        importlib.import_module("transformers.models.auto.modeling_auto")
        importlib.import_module("transformers.modeling_utils")


@contextmanager
def _left_out() -> Iterator[None]:
    """A block in which modules that are imported find little of torch and no SciPy."""
    import torch

    compiler = ModuleType(COMPILER)
    compiler.TransformGetItemToIndex = _transform_get_item  # type: ignore[attr-defined]
    # Some versions of torch ask for more of it at their import: then it is imported after all.
    compiler.__getattr__ = _of_the_compiler  # type: ignore[method-assign]
    # None stands for a package that is not installed, which transformers does without.
    stand_ins: dict[str, Any] = {"sklearn": None, "scipy": None, COMPILER: compiler}
    stand_ins = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        with (
            patch.object(torch.compiler, "disable", _disable),
            patch.object(torch.distributed, "is_available", lambda: False),
        ):
            yield
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules[name] is stand_in:
                del sys.modules[name]


def _transform_get_item() -> Any:
    """Stands in for a class of torch's compiler, and imports it when it is used."""
    return importlib.import_module(COMPILER).TransformGetItemToIndex()


def _of_the_compiler(name: str) -> Any:
    """Anything else of torch's compiler, which takes the place of its stand-in."""
    if name.startswith("__"):  # asked for by the import itself
        raise AttributeError(name)
    sys.modules.pop(COMPILER, None)
    return getattr(importlib.import_module(COMPILER), name)


def _disable(function: Any = None, **_: Any) -> Callable[..., Any]:
    """Stands in for `torch.compiler.disable`, which imports the compiler: nothing is compiled."""
    return function if function is not None else (lambda decorated: decorated)
