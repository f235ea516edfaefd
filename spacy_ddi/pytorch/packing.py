"""An encoder's forward pass with little padding, or none.

B sequences of W word pieces at most, N word pieces of all sequences together, D encoder width,
A attention heads.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import BertModel
from transformers.modeling_outputs import BaseModelOutput

GROWTH = 1.6
"""The longest sequence of a group is at most this many times as long as its shortest."""


def encode(transformer: nn.Module, inputs: dict[str, Tensor], *, max_pieces: int) -> Any:
    """The output of an encoder for a batch, without computing what is padding.

    transformer (nn.Module): A model of `transformers`.
    inputs (Dict[str, Tensor]): Shape (B, W) each: `input_ids`, `attention_mask`, and what else the
        model takes.
    max_pieces (int): Word pieces that are computed together, padding counted; a sequence may have
        more.
    RETURNS (ModelOutput): `last_hidden_state` has shape (B, W, D), with zeros for padding. It is
        all there is for an encoder that is packed.
    """
    mask = inputs["attention_mask"]
    config: Any = transformer.config
    if not mask[:, 0].all() or config.output_hidden_states or config.output_attentions:
        # Padded on the left, or with more than one tensor to put together.
        return transformer(**inputs)
    lengths: list[int] = mask.sum(dim=1).int().tolist()
    if can_pack(transformer) and mask.device.type == "cpu":
        rows = zip(inputs["input_ids"], lengths, strict=True)
        sequences = [ids[:length] for ids, length in rows]
        packed = [
            packed_forward(transformer, sequences[start:end])
            for start, end in packs(lengths, max_pieces=max_pieces)
        ]
        of_sequences = list(itertools.chain.from_iterable(packed))
        vectors: Any = nn.utils.rnn.pad_sequence(of_sequences, batch_first=True)
        return BaseModelOutput(last_hidden_state=vectors)
    groups = length_groups(lengths, max_pieces=max_pieces)
    outputs = []
    for group in groups:
        longest = lengths[group[-1]]
        outputs.append(transformer(**{key: t[group, :longest] for key, t in inputs.items()}))
    return join_outputs(outputs, groups, mask.shape[1])


@contextmanager
def arithmetic(
    device: str, precision: Literal["float32", "bfloat16"], *, is_train: bool
) -> Iterator[None]:
    """Compute in a precision; on a CPU in training with attention whose gradient is fast.

    device (str): The kind of device, e.g. "cpu".
    precision (str): "float32" or "bfloat16".
    is_train (bool): Whether a gradient will be computed.
    """
    with ExitStack() as contexts:
        if is_train and device == "cpu":
            # The fused kernel's gradient is slow there.
            contexts.enter_context(sdpa_kernel(SDPBackend.MATH))
        if precision == "bfloat16":
            contexts.enter_context(torch.autocast(device, torch.bfloat16))
        yield


def can_pack(transformer: nn.Module) -> bool:
    """Whether `packed_forward` can read with an encoder.

    transformer (nn.Module): A model of `transformers`.
    RETURNS (bool): Whether it is a BERT as published (Devlin et al. 2019).
    """
    if type(transformer) is not BertModel:
        return False
    config = transformer.config
    return config.position_embedding_type == "absolute" and not config.is_decoder


def packed_forward(bert: Any, sequences: Sequence[Tensor]) -> list[Tensor]:
    """The last hidden layer for sequences of any length.

    All that BERT does word piece by word piece, which is nearly everything, is done for all
    sequences at once, one after another in one long row; attention, sequence by sequence. So there
    is no padding, and the matrix products are as large as they can be.

    bert (BertModel): The encoder; see `can_pack`.
    sequences (Sequence[Tensor]): The ids of each sequence's word pieces, shape (its length,).
    RETURNS (List[Tensor]): For each sequence its vectors, shape (its length, D).
    """
    lengths = [len(ids) for ids in sequences]
    ids = torch.cat(list(sequences))
    positions = torch.cat([torch.arange(n, device=ids.device) for n in lengths])
    states: Tensor = bert.embeddings(input_ids=ids[:, None], position_ids=positions[:, None])[:, 0]
    for layer in bert.encoder.layer:
        states = layer.attention.output(attend(layer.attention.self, states, lengths), states)
        states = layer.output(layer.intermediate(states), states)
    return list(states.split(lengths))


def attend(attention: Any, states: Tensor, lengths: list[int]) -> Tensor:
    """The attention of each word piece over its own sequence, before it is projected.

    attention (BertSelfAttention): The projections to queries, keys and values.
    states (Tensor): Shape (N, D).
    lengths (List[int]): Of each sequence.
    RETURNS (Tensor): Shape (N, D).
    """
    projections = (attention.query, attention.key, attention.value)
    # Shape (1, A, N, D / A) each.
    by_head = [
        project(states).unflatten(1, (attention.num_attention_heads, -1)).transpose(0, 1)[None]
        for project in projections
    ]
    of_sequences = zip(*(projected.split(lengths, dim=2) for projected in by_head), strict=True)
    dropout = attention.dropout.p if attention.training else 0.0
    attended = [
        functional.scaled_dot_product_attention(q, k, v, dropout_p=dropout)
        for q, k, v in of_sequences
    ]
    return torch.cat(attended, dim=2)[0].transpose(0, 1).flatten(1)


def packs(lengths: Sequence[int], *, max_pieces: int) -> list[tuple[int, int]]:
    """Cut a row of sequences into parts that are computed together.

    lengths (Sequence[int]): Their lengths.
    max_pieces (int): The most that lengths of a part add up to; one sequence may be longer.
    RETURNS (List[Tuple[int, int]]): First sequence of each part, and that after its last.
    """
    bounds = [0]
    size = 0
    for i, length in enumerate(lengths):
        if i > bounds[-1] and size + length > max_pieces:
            bounds.append(i)
            size = 0
        size += length
    return list(itertools.pairwise([*bounds, len(lengths)]))


def length_groups(lengths: Sequence[int], *, max_pieces: int) -> list[list[int]]:
    """Put sequences of similar length together, see `GROWTH`.

    lengths (Sequence[int]): Their lengths.
    max_pieces (int): The longest length of a group times its number of sequences is at most this;
        one sequence may be longer.
    RETURNS (List[List[int]]): For each group the places of its sequences, short ones first.
    """
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        is_similar = groups and lengths[i] <= GROWTH * lengths[groups[-1][0]]
        if is_similar and lengths[i] * (len(groups[-1]) + 1) <= max_pieces:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def join_outputs(outputs: Sequence[Any], groups: Sequence[Sequence[int]], width: int) -> Any:
    """The output of a batch from those of its groups.

    outputs (Sequence[ModelOutput]): Of each group; tensors only.
    groups (Sequence[Sequence[int]]): The places of each group's sequences in the batch.
    width (int): W.
    RETURNS (ModelOutput): Each sequence in its place; tensors with a vector a word piece have shape
        (B, W, D), and zeros for padding.
    """
    place = torch.tensor([i for group in groups for i in group]).argsort()

    def join(tensors: list[Tensor]) -> Tensor:
        if tensors[0].dim() == 3:
            tensors = [functional.pad(t, (0, 0, 0, width - t.shape[1])) for t in tensors]
        return torch.cat(tensors)[place.to(tensors[0].device)]

    return type(outputs[0])(**{key: join([o[key] for o in outputs]) for key in outputs[0]})
