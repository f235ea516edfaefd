"""A forward pass of transformers that is faster where accuracy allows it or nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial, wraps
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from spacy.language import Language

from spacy_ddi.errors import require
from spacy_ddi.training.torch_modules import torch_modules

if TYPE_CHECKING:
    from torch import Tensor, nn

Precision = Literal["float32", "bfloat16"]

TRAINING_GROWTH = 1.6
"""In training the longest sequence of a group is at most this many times as long as its
shortest."""

PREDICTION_GROWTH = 1.1
"""The same for prediction, where batches are larger and groups are many."""


def length_groups(lengths: Sequence[int], *, growth: float) -> list[list[int]]:
    """Put sequences of similar length together.

    lengths (Sequence[int]): Their lengths.
    growth (float): The longest of a group is at most this many times as long as the shortest.
    RETURNS (List[List[int]]): For each group the places of its sequences, short ones first.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    shortest = 0.0

    def opening(i: int) -> float:
        nonlocal shortest
        if lengths[i] > growth * shortest:
            shortest = lengths[i]
        return shortest

    return [list(group) for _, group in groupby(order, key=opening)]


def forward_by_length(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Let a transformer's forward pass run over sequences of similar length at a time.

    A batch of sentences as they come is half padding, which costs as much as the rest. The vectors
    stay the same, but those of padding are zeros.

    forward (Callable): The forward pass of a transformer of `transformers`, given tensors of shape
        (sequences, word pieces) by name, among them an `attention_mask`.
    RETURNS (Callable): The same, group by group, where a mask is given.
    """
    import torch

    @wraps(forward)
    def forward_in_groups(*args: Any, **inputs: Any) -> Any:
        mask = inputs.get("attention_mask")
        if args or mask is None or not mask[:, 0].all():  # padded on the left
            return forward(*args, **inputs)
        lengths: list[int] = mask.sum(dim=1).int().tolist()
        growth = TRAINING_GROWTH if torch.is_grad_enabled() else PREDICTION_GROWTH
        groups = length_groups(lengths, growth=growth)
        outputs = []
        for group in groups:
            longest = max(lengths[i] for i in group)
            outputs.append(forward(**{k: v[group, :longest] for k, v in inputs.items()}))
        place = torch.tensor([i for group in groups for i in group]).argsort()
        width = mask.shape[1]

        def join(tensors: list[Tensor]) -> Tensor:
            if tensors[0].dim() == 3:
                pad = torch.nn.functional.pad
                tensors = [pad(t, (0, 0, 0, width - t.shape[1])) for t in tensors]
            return torch.cat(tensors)[place.to(tensors[0].device)]

        joined = {key: join([output[key] for output in outputs]) for key in outputs[0]}
        return type(outputs[0])(**joined)

    return forward_in_groups


def check_precision(where: str, precision: str) -> None:
    """Refuse a precision that there is not.

    where (str): Whose setting it is.
    precision (str): The setting.
    RAISES (ValueError): If it is no `Precision`.
    """
    known = get_args(Precision)
    require(precision in known, where, "precision", precision, " or ".join(known))


def speed_up_transformers(nlp: Language, *, precision: Precision) -> None:
    """Replace the forward pass of a pipeline's transformers by a faster one, as long as the
    pipeline is in memory. What it stores stays the same.

    nlp (Language): The pipeline.
    precision (str): Of the arithmetic; the vectors come in single precision.
    """
    for module in torch_modules(nlp):
        if hasattr(module, "get_input_embeddings"):
            _speed_up(module, precision=precision)


def _speed_up(transformer: nn.Module, *, precision: Precision) -> None:
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    config = cast(Any, transformer).config
    # The class's own, should this be the second time.
    forward: Callable[..., Any] = partial(type(transformer).forward, transformer)
    if not (config.output_hidden_states or config.output_attentions):  # these are not one tensor
        forward = forward_by_length(forward)

    def faster_forward(*args: Any, **kwargs: Any) -> Any:
        device = next(transformer.parameters()).device.type
        # The gradient of the fused attention takes many times as long as its forward pass.
        is_slow = device == "cpu" and torch.is_grad_enabled()
        attention = sdpa_kernel(SDPBackend.MATH) if is_slow else nullcontext()
        with attention, torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
            output = forward(*args, **kwargs)
        for key, value in output.items():
            if torch.is_tensor(value):
                output[key] = value.float()
                if torch.is_grad_enabled() and not value.requires_grad:
                    # All weights are frozen. Thinc goes backwards all the same, and ends here.
                    output[key].requires_grad_()
        return output

    cast(Any, transformer).forward = faster_forward
