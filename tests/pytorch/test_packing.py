"""BERT without padding gives the vectors of BERT with padding."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel

from spacy_ddi.pytorch.packing import GROWTH, can_pack, length_groups, packed_forward, packs

SIZES = {"hidden_size": 16, "intermediate_size": 32, "vocab_size": 50, "num_attention_heads": 2}


def make_bert(**settings: object) -> BertModel:
    torch.manual_seed(0)
    # So large that every vector depends visibly on every word and place.
    return BertModel(
        BertConfig(num_hidden_layers=2, initializer_range=0.5, **SIZES, **settings)
    ).eval()


def draw_sequences(lengths: list[int]) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randint(1, 50, (length,), generator=generator) for length in lengths]


@pytest.mark.parametrize("lengths", [[1], [7, 7], [30, 1, 4, 17, 5]])
def test_vectors_are_those_of_the_stock_forward_pass(lengths: list[int]) -> None:
    bert = make_bert()
    sequences = draw_sequences(lengths)
    padded = torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True)
    mask = torch.tensor([[i < length for i in range(max(lengths))] for length in lengths]).long()
    with torch.no_grad():
        expected = bert(input_ids=padded, attention_mask=mask).last_hidden_state
        found = packed_forward(bert, sequences)
    for vectors, row, length in zip(found, expected, lengths, strict=True):
        torch.testing.assert_close(vectors, row[:length], atol=1e-5, rtol=1e-4)


def test_a_pack_may_be_longer_than_any_sequence_that_bert_reads() -> None:
    bert = make_bert(max_position_embeddings=8)
    sequences = draw_sequences([8, 8, 8])
    with torch.no_grad():
        together = packed_forward(bert, sequences)
        for vectors, ids in zip(together, sequences, strict=True):
            torch.testing.assert_close(vectors, packed_forward(bert, [ids])[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, True),
        ({"position_embedding_type": "relative_key"}, False),
        ({"is_decoder": True}, False),
    ],
)
def test_only_a_plain_bert_is_packed(settings: dict[str, object], expected: bool) -> None:
    assert can_pack(make_bert(**settings)) == expected


class OtherBert(BertModel):
    """As code from elsewhere may be: it says that it is a BERT."""


def test_an_encoder_of_another_kind_is_not_packed() -> None:
    assert not can_pack(RobertaModel(RobertaConfig(num_hidden_layers=1, **SIZES)))
    assert not can_pack(OtherBert(BertConfig(num_hidden_layers=1, **SIZES)))


@st.composite
def lengths_and_most(draw: st.DrawFn) -> tuple[list[int], int]:
    return draw(st.lists(st.integers(1, 60), max_size=30)), draw(st.integers(1, 200))


@given(lengths_and_most())
def test_each_sequence_is_in_one_group_of_similar_ones(drawn: tuple[list[int], int]) -> None:
    lengths, max_pieces = drawn
    groups = length_groups(lengths, max_pieces=max_pieces)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        longest = max(lengths[i] for i in group)
        assert longest <= GROWTH * min(lengths[i] for i in group)
        assert len(group) == 1 or longest * len(group) <= max_pieces


def test_groups_are_as_large_as_they_may_be() -> None:
    assert length_groups([7] * 4, max_pieces=28) == [[0, 1, 2, 3]]
    assert length_groups([7] * 4, max_pieces=27) == [[0, 1, 2], [3]]
    assert length_groups([30, 4, 17, 5, 28], max_pieces=100) == [[1, 3], [2], [4, 0]]


@given(lengths_and_most())
def test_packs_follow_each_other_and_hold_what_they_may(drawn: tuple[list[int], int]) -> None:
    lengths, max_pieces = drawn
    found = packs(lengths, max_pieces=max_pieces)
    assert [i for start, end in found for i in range(start, end)] == list(range(len(lengths)))
    for start, end in found:
        if end < len(lengths):
            assert sum(lengths[start : end + 1]) > max_pieces
        assert end - start <= 1 or sum(lengths[start:end]) <= max_pieces
