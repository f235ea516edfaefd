"""Each peer against its equation, one pair at a time: plain torch, no ragged rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from tests.pytorch.peers.conftest import PEERS, make_reader, read
from tests.pytorch.reference import Sentence, random_sentences, signed_distances

Pair = tuple[int, int]


def positions(reader: Any, sentence: Sentence, pair: Pair, clip: int) -> list[Tensor]:
    """[p_i1] and [p_i2]."""
    tables = (reader.head_positions.weight, reader.tail_positions.weight)
    found = []
    for table, mention in zip(tables, pair, strict=True):
        distances = torch.tensor(signed_distances(len(sentence.tokens), sentence.mentions[mention]))
        found.append(table[distances.clamp(-clip, clip) + clip])
    return found


def convolve(words: Tensor, weight: Tensor, dilation: int) -> Tensor:
    """Shape (n, F)."""
    before = (len(weight) - 1) // 2 * dilation
    padded = functional.pad(words.T, (before, (len(weight) - 1) * dilation - before))
    return functional.conv1d(padded[None], weight.permute(2, 1, 0), dilation=dilation)[0].T


def largest(reader: Any, words: Tensor) -> Tensor:
    """The maximum of each filter over the windows, kernel after kernel."""
    convolved = [
        convolve(words, weight, kernel.dilation)
        for weight, kernel in zip(reader.weights, reader.kernels, strict=True)
    ]
    return torch.cat(convolved, dim=1).amax(0) + reader.bias


def read_both_ways(networks: Any, words: Tensor) -> Tensor:
    """The states of both networks for one sentence, shape (n, H)."""
    forwards, _ = networks.forwards(words)
    backwards, _ = networks.backwards(words.flip(0))
    return torch.cat([forwards, backwards.flip(0)], dim=1)


def pooled(states: Tensor, weight: Tensor) -> Tensor:
    """tanh(H softmax(wᵀ tanh(H)))."""
    return torch.tanh(torch.softmax(torch.tanh(states) @ weight, 0) @ states)


def liu(reader: Any, vectors: Tensor, sentence: Sentence, pair: Pair) -> Tensor:
    words = torch.cat([vectors, *positions(reader, sentence, pair, 2)], dim=1)
    return torch.tanh(largest(reader, words))


def quan(reader: Any, vectors: Tensor, sentence: Sentence, pair: Pair) -> Tensor:
    marks = []
    for table, mention in zip((reader.head_positions, reader.tail_positions), pair, strict=True):
        start, end = sentence.mentions[mention]
        is_mention = torch.tensor([start <= i < end for i in range(len(vectors))])
        marks.append(torch.where(is_mention[:, None], table.weight[0], table.weight[1]))
    return largest(reader, torch.cat([vectors, *marks], dim=1)).relu()


def sun(reader: Any, vectors: Tensor, sentence: Sentence, pair: Pair) -> Tensor:
    left, right = read_both_ways(reader.lstm, vectors).chunk(2, dim=1)
    nothing = left.new_zeros(1, left.shape[1])
    beside = [torch.cat([nothing, left[:-1]]), torch.cat([right[1:], nothing])]
    words = torch.tanh(reader.fusion(torch.cat([vectors, *beside], dim=1)))
    return largest(reader, torch.cat([words, *positions(reader, sentence, pair, 2)], dim=1)).relu()


def asada(reader: Any, vectors: Tensor, sentence: Sentence, pair: Pair) -> Tensor:
    words = torch.cat([vectors[:, :-2], *positions(reader, sentence, pair, 2)], dim=1)
    molecules = [vectors[sentence.mentions[mention][0], -2:] for mention in pair]
    return torch.cat([largest(reader, words).relu(), *molecules])


def ab(reader: Any, vectors: Tensor, sentence: Sentence, pair: Pair) -> Tensor:
    bilstm = reader.attended
    words = torch.cat([vectors, *positions(bilstm, sentence, pair, 2)], dim=1)
    return pooled(read_both_ways(bilstm.lstm, words), reader.pooling.weight)


def joint(reader: Any, vectors: Tensor, sentence: Sentence, pair: Pair) -> Tensor:
    bilstm = reader.largest
    words = torch.cat([vectors, *positions(bilstm, sentence, pair, 2)], dim=1)
    return torch.cat(
        [ab(reader, vectors, sentence, pair), read_both_ways(bilstm.lstm, words).amax(0)]
    )


def yi(reader: Any, vectors: Tensor, sentence: Sentence, pair: Pair) -> Tensor:
    words = torch.cat([vectors, *positions(reader, sentence, pair, 2)], dim=1)
    return pooled(read_both_ways(reader.gru, words), reader.pooling.weight)


def zhou(reader: Any, vectors: Tensor, sentence: Sentence, pair: Pair) -> Tensor:
    places = positions(reader, sentence, pair, 2)
    states = read_both_ways(reader.lstm, torch.cat([vectors, *places], dim=1))
    hidden = torch.tanh(reader.scored(torch.cat([states, *places], dim=1)))
    weights = torch.softmax(hidden @ reader.score.weight[0], 0)
    return weights @ states


EQUATIONS: dict[str, Callable[[Any, Tensor, Sentence, Pair], Tensor]] = {
    "AsadaCNN": asada,
    "LiuCNN": liu,
    "QuanCNN": quan,
    "SahuABLSTM": ab,
    "SahuJointABLSTM": joint,
    "SunRHCNN": sun,
    "YiGRU": yi,
    "ZhouLSTM": zhou,
}


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("seed", range(3))
def test_vectors_equal_those_of_the_equation(name: str, seed: int) -> None:
    sentences, vectors = random_sentences(seed)
    reader = make_reader(name, seed=seed)
    expected = [
        EQUATIONS[name](reader, vectors[sentence.tokens], sentence, pair)
        for sentence in sentences
        for pair in sentence.pairs
    ]
    torch.testing.assert_close(read(reader, vectors, sentences), torch.stack(expected))
