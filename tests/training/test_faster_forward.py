"""Sequences of similar length go through the transformer together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
import torch
from numpy.typing import NDArray

from spacy_ddi.training.faster_forward import (
    Precision,
    check_precision,
    forward_by_length,
    length_groups,
    speed_up_transformers,
)
from tests.helpers import VOCAB
from tests.tiny_bert import make_tiny_transformer


def test_each_sequence_is_in_one_group_and_no_group_is_half_padding() -> None:
    lengths = np.random.default_rng(0).integers(1, 200, size=50).tolist()
    groups = length_groups(lengths, growth=1.5)
    assert sorted(i for group in groups for i in group) == list(range(50))
    for group in groups:
        assert max(lengths[i] for i in group) <= 1.5 * min(lengths[i] for i in group)
    assert 1 < len(groups) < 15


def test_equal_lengths_are_one_group() -> None:
    assert length_groups([7] * 4, growth=1.1) == [[0, 1, 2, 3]]
    assert length_groups([], growth=1.1) == []


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


@pytest.mark.parametrize(
    ("is_training", "expected"),
    [(True, [(2, 5), (1, 17), (2, 30)]), (False, [(1, 4), (1, 5), (1, 17), (2, 30)])],
)
def test_padding_is_not_computed(
    bert: torch.nn.Module,
    batch: dict[str, torch.Tensor],
    is_training: bool,
    expected: list[tuple[int, int]],
) -> None:
    shapes = []

    def forward(**inputs: torch.Tensor) -> object:
        shapes.append(tuple(inputs["input_ids"].shape))
        return bert(**inputs)

    with torch.set_grad_enabled(is_training):
        forward_by_length(forward)(**batch)
    assert shapes == expected


def test_a_batch_padded_on_the_left_is_read_as_it_is(
    bert: torch.nn.Module, batch: dict[str, torch.Tensor]
) -> None:
    turned = {name: values.flip(1) for name, values in batch.items()}
    expected = bert(**turned).last_hidden_state
    assert torch.equal(forward_by_length(bert.forward)(**turned).last_hidden_state, expected)


def test_a_transformer_that_gives_all_its_layers_is_left_as_it_is(tmp_path: Path) -> None:
    transformer = make_tiny_transformer(tmp_path)
    transformer.model.transformer.config.output_hidden_states = True
    nlp = spacy.blank("en", vocab=VOCAB)
    nlp._components.append(("transformer", transformer))
    speed_up_transformers(nlp, precision="float32")
    doc = transformer(nlp("the drug may alter the iron."))
    assert len(doc._.trf_data.model_output.hidden_states) == 3


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_pipelines_transformer_computes_in_the_precision_asked_for(
    precision: Precision, tmp_path: Path
) -> None:
    transformer = make_tiny_transformer(tmp_path)
    nlp = spacy.blank("en", vocab=VOCAB)
    nlp.add_pipe("sentencizer")

    doc = nlp("the drug may alter the iron. zinc.")

    def vectors() -> NDArray[np.float32]:
        transformer(doc)
        return np.asarray(doc._.trf_data.model_output.last_hidden_state)

    before = vectors()
    nlp._components.append(("transformer", transformer))  # which is initialized already
    other: Precision = "bfloat16" if precision == "float32" else "float32"
    speed_up_transformers(nlp, precision=other)
    speed_up_transformers(nlp, precision=precision)  # which takes the other's place
    after = vectors()
    assert after.dtype == np.float32
    difference = np.abs(after - before)[after.any(axis=2)]
    assert difference.max() < (1e-5 if precision == "float32" else 0.3)
    assert (difference.max() > 1e-4) == (precision == "bfloat16")


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(ValueError, match=r"prepare_torch.*precision.*float32 or bfloat16"):
        check_precision("spacy-ddi.prepare_torch.v1", "float16")


def test_a_transformer_whose_weights_are_all_frozen_can_be_gone_through_backwards(
    tmp_path: Path,
) -> None:
    transformer = make_tiny_transformer(tmp_path)
    for weight in transformer.model.transformer.parameters():
        weight.requires_grad_(False)
    nlp = spacy.blank("en", vocab=VOCAB)
    nlp._components.append(("transformer", transformer))
    speed_up_transformers(nlp, precision="float32")
    output, backprop = transformer.model.begin_update([nlp("the drug")])
    backprop(output)
    assert all(weight.grad is None for weight in transformer.model.transformer.parameters())
