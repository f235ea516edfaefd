"""Less padding in a transformer's batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

GROWTH = 1.6
"""The longest sequence of a group is at most this many times as long as its shortest."""


def length_groups(lengths: Sequence[int], *, growth: float = GROWTH) -> list[list[int]]:
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
        if args or mask is None:
            return forward(*args, **inputs)
        lengths: list[int] = mask.sum(dim=1).int().tolist()
        groups = length_groups(lengths)
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
