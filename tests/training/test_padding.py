"""Sequences of similar length go through the transformer together."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from spacy_ddi.training.padding import forward_by_length, length_groups


def test_each_sequence_is_in_one_group_and_no_group_is_half_padding() -> None:
    lengths = np.random.default_rng(0).integers(1, 200, size=50).tolist()
    groups = length_groups(lengths, growth=1.5)
    assert sorted(i for group in groups for i in group) == list(range(50))
    for group in groups:
        assert max(lengths[i] for i in group) <= 1.5 * min(lengths[i] for i in group)
    assert 1 < len(groups) < 15


def test_equal_lengths_are_one_group() -> None:
    assert length_groups([7] * 4) == [[0, 1, 2, 3]]
    assert length_groups([]) == []


@pytest.fixture(scope="module")
def bert() -> torch.nn.Module:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "vocab_size": 50}
    config = BertConfig(num_hidden_layers=2, num_attention_heads=2, **sizes)
    return BertModel(config).eval()


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    mask = torch.zeros(5, 30)  # spacy-transformers gives floats
    for row, length in enumerate((30, 4, 17, 5, 28)):
        mask[row, :length] = 1
    ids = torch.randint(1, 50, mask.shape, generator=torch.Generator().manual_seed(1)) * mask.long()
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}


def test_vectors_and_gradients_stay_the_same(
    bert: torch.nn.Module, batch: dict[str, torch.Tensor]
) -> None:
    target = torch.randn(5, 30, 16, generator=torch.Generator().manual_seed(2))
    found = []
    for forward in (bert.forward, forward_by_length(bert.forward)):
        bert.zero_grad()
        output = forward(**batch)
        vectors = output.last_hidden_state * batch["attention_mask"][:, :, None]
        (vectors * target).sum().backward()
        gradients = [p.grad for p in bert.parameters() if p.grad is not None]
        found.append((vectors, output.pooler_output, *gradients))
    assert len(found[0]) > 30
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_padding_is_not_computed(bert: torch.nn.Module, batch: dict[str, torch.Tensor]) -> None:
    shapes = []

    def forward(**inputs: torch.Tensor) -> object:
        shapes.append(tuple(inputs["input_ids"].shape))
        return bert(**inputs)

    forward_by_length(forward)(**batch)
    assert shapes == [(2, 5), (1, 17), (2, 30)]
