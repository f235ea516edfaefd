"""Convolutions over ragged runs against torch's, one run at a time."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from spacy_ddi.pytorch.pair_tensors import offsets
from spacy_ddi.pytorch.peers.word_windows import Kernel, WordWindows, slide
from spacy_ddi.pytorch.word_sequences import PositionedWords
from tests.pytorch.peers.conftest import laid_out
from tests.pytorch.reference import TOKEN_WIDTH, make_tensors, random_sentences


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_a_kernel_slides_over_each_run_by_itself(width: int, dilation: int) -> None:
    generator = torch.Generator().manual_seed(width)
    lengths = torch.tensor([4, 1, 0, 12, 2])
    states = torch.randn(19, 3, generator=generator, dtype=torch.float64)
    weight = torch.randn(width, 3, 5, generator=generator, dtype=torch.float64)
    found = slide(states, offsets(lengths), weight, dilation)
    before = (width - 1) // 2 * dilation
    after = (width - 1) * dilation - before
    expected = []
    for run in states.split(lengths.tolist()):
        if len(run):
            padded = functional.pad(run.T, (before, after))[None]
            convolved = functional.conv1d(padded, weight.permute(2, 1, 0), dilation=dilation)
            expected.append(convolved[0].T)
    torch.testing.assert_close(found, torch.cat(expected))


def test_shares_add_up_to_the_convolution_of_each_pair() -> None:
    """Of [w_i; p_i1; p_i2], kernel after kernel."""
    torch.manual_seed(0)
    kernels = [Kernel(3), Kernel(2, dilation=2)]
    network = WordWindows(
        TOKEN_WIDTH, 0.0, kernels=kernels, filters=4, position_size=3, position_clip=2
    ).double()
    torch.nn.init.normal_(network.bias)
    sentences, vectors = random_sentences(4)
    shared, rows = laid_out(network, vectors, sentences)
    batch = make_tensors(sentences)
    words = network.words(
        PositionedWords.encode_sentences(network, vectors[batch.node_tokens], batch), rows
    )
    expected = torch.cat(
        [
            slide(words, rows.graph.starts, weight, kernel.dilation)
            for weight, kernel in zip(network.weights, kernels, strict=True)
        ],
        dim=1,
    )
    torch.testing.assert_close(network.windows(shared, rows), expected + network.bias)
