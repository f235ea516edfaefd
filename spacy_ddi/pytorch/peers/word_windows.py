"""Convolutions over the words of a sentence, without padding. D token width, F filters of all
kernels together, M nodes, R rows, k width of a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from spacy_ddi.errors import require
from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors, offsets, write_out
from spacy_ddi.pytorch.pooling import max_of_rows
from spacy_ddi.pytorch.word_sequences import PositionedWords


class Kernel(NamedTuple):
    """The words that a filter sees: `width` of them, `dilation` words apart."""

    width: int
    dilation: int = 1


def require_windows(where: str, windows: list[int], filters: int) -> None:
    """RAISES (ValueError): If a network can't have such kernels.

    where (str): Whose settings they are.
    windows (List[int]): Widths.
    filters (int): Filters of each.
    """
    possible = bool(windows) and min(windows) >= 1
    require(possible, where, "windows", windows, "one width or more, each 1 or more")
    require(filters >= 1, where, "filters", filters, "1 or more")


class WordWindows(PositionedWords):
    """W [x_{i-1}; x_i; x_{i+1}] + b for each word and kernel, x_i = [w_i; p_i1; p_i2].

    A word beyond the sentence is zero, and there is a window around every word. What is computed
    is linear, so that the share of the token vectors is computed once a sentence, that of each
    position embedding once a mention, and a pair adds the three, as in `SyntaxGCN`.

    token_width (int): D.
    dropout (float): Rate on the token vectors.
    kernels (Sequence[Kernel]): The kernels.
    filters (int): Filters of each kernel.
    position_size, position_clip (int): See `PositionedWords`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        kernels: Sequence[Kernel],
        filters: int,
        position_size: int,
        position_clip: int,
    ) -> None:
        super().__init__(dropout, position_size=position_size, position_clip=position_clip)
        self.kernels = tuple(kernels)
        self.output_size = filters * len(kernels)
        width = token_width + 2 * position_size
        self.weights = nn.ParameterList(torch.empty(k.width, width, filters) for k in kernels)
        for weight in self.weights:
            nn.init.uniform_(
                weight, -((len(weight) * width) ** -0.5), (len(weight) * width) ** -0.5
            )
        self.bias = nn.Parameter(torch.zeros(self.output_size))

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """The three shares; see `PairReader`.

        RETURNS (Tuple[Tensor, ...]): Shapes (M, F), (D, F), (D, F): of the token vectors and of the
            bias for each node, and of the distances to the head and to the tail mention.
        """
        tokens, distances = super().encode_sentences(nodes, batch)
        inputs = (
            (tokens, batch.sentence_nodes),
            (self.head_positions(distances), batch.mention_rows),
            (self.tail_positions(distances), batch.mention_rows),
        )
        sizes = [states.shape[1] for states, _ in inputs]
        weights = [weight.split(sizes, dim=1) for weight in self.weights]
        tokens, heads, tails = (
            torch.cat(
                [
                    slide(states, starts, weight[i], kernel.dilation)
                    for weight, kernel in zip(weights, self.kernels, strict=True)
                ],
                dim=1,
            )
            for i, (states, starts) in enumerate(inputs)
        )
        return tokens + self.bias, heads, tails

    def windows(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """What every filter says of the window around each word, before any activation.

        shared (Tuple[Tensor, ...]): What `encode_sentences` returned.
        rows (PairRows): R rows.
        RETURNS (Tensor): Shape (R, F), kernel after kernel.
        """
        tokens, heads, tails = shared[:3]
        head_rows, tail_rows = rows.distance_rows
        return tokens[rows.graph.nodes] + heads[head_rows] + tails[tail_rows]

    def attention(self, shared: tuple[Tensor, ...], rows: PairRows) -> None:
        """None: a maximum over windows has no weights; see `PairReader`."""


def slide(states: Tensor, starts: Tensor, weight: Tensor, dilation: int = 1) -> Tensor:
    """Move a kernel over ragged runs of rows; what lies beyond a run is zero.

    states (Tensor): Shape (R, I).
    starts (Tensor): Shape (n + 1,): rows of run r are [r] to [r + 1].
    weight (Tensor): Shape (k, I, F); with k even the window reaches further to the right.
    dilation (int): Distance of the rows that a window holds.
    RETURNS (Tensor): Shape (R, F).
    """
    width, _, filters = weight.shape
    # Each row times each of the k matrices; a window then is a sum of k of those products.
    products = (states @ weight.transpose(0, 1).reshape(-1, width * filters)).reshape(-1, filters)
    row, run = write_out(starts[:-1], starts.diff())
    place = torch.arange(width, device=states.device)
    members = row[:, None] + (place - (width - 1) // 2) * dilation
    is_inside = (members >= starts[run, None]) & (members < starts[run + 1, None])
    return functional.embedding_bag(
        (members * width + place)[is_inside],
        products,
        offsets(is_inside.sum(1)),
        mode="sum",
        include_last_offset=True,
    )


def max_over_words(states: Tensor, rows: PairRows) -> Tensor:
    """The maximum over the words of each pair's sentence.

    states (Tensor): Shape (R, F).
    rows (PairRows): P pairs of R rows.
    RETURNS (Tensor): Shape (P, F).
    """
    return max_of_rows(states, rows.graph.starts)
