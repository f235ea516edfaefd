"""BERT's forward pass without padding.

N word pieces of all sequences together, D encoder width, A attention heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


def can_pack(transformer: nn.Module) -> bool:
    """Whether `packed_forward` can read with an encoder.

    transformer (nn.Module): A model of `transformers`.
    RETURNS (bool): Whether it is a BERT as published (Devlin et al. 2019).
    """
    config: Any = transformer.config
    return (
        config.model_type == "bert"
        and config.position_embedding_type == "absolute"
        and not (config.is_decoder or config.output_hidden_states or config.output_attentions)
    )


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
