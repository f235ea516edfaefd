"""From the node states of a pair to one vector. P pairs, R rows, H hidden."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from spacy_ddi.pytorch.pair_tensors import GraphRows, PairRows, Ranges


class AttentivePooling(nn.Module):
    """a = softmax(wᵀ tanh(H)), h = H aᵀ over the nodes of a sentence (paper, section 2.1).

    hidden_size (int): H.
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(hidden_size))
        nn.init.normal_(self.weight, std=hidden_size**-0.5)

    def forward(self, states: Tensor, graph: GraphRows) -> Tensor:
        """Pool over each owner's rows.

        states (Tensor): Shape (R, H).
        graph (GraphRows): P owners of R rows.
        RETURNS (Tensor): Shape (P, H).
        """
        return weighted_sum(states, self.attention(states, graph), graph)

    def attention(self, states: Tensor, graph: GraphRows) -> Tensor:
        """The weight of each row in what is pooled.

        states (Tensor): Shape (R, H).
        graph (GraphRows): P owners of R rows.
        RETURNS (Tensor): Shape (R,): they add up to 1 for each owner.
        """
        scores = torch.tanh(states) @ self.weight
        return softmax_over(scores, graph.owners, len(graph.starts) - 1)


class MaxPooling(nn.Module):
    """The maximum over the nodes of a sentence; stands in for `AttentivePooling`.

    hidden_size (int): H; taken for the sake of the common signature.
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size

    def forward(self, states: Tensor, graph: GraphRows) -> Tensor:
        """Pool over each owner's rows; see `AttentivePooling.forward`."""
        return max_of_rows(states, graph.starts)


def weighted_sum(states: Tensor, weights: Tensor, graph: GraphRows) -> Tensor:
    """The sum over each owner's rows, each with its weight.

    states (Tensor): Shape (R, H).
    weights (Tensor): Shape (R,).
    graph (GraphRows): P owners of R rows.
    RETURNS (Tensor): Shape (P, H).
    """
    return functional.embedding_bag(
        torch.arange(len(states), device=states.device),
        states,
        graph.starts,
        mode="sum",
        per_sample_weights=weights,
        include_last_offset=True,
    )


def softmax_over(scores: Tensor, owners: Tensor, n_owners: int) -> Tensor:
    """Softmax over the rows of each owner, apart for each column.

    scores (Tensor): Shape (R,) or (R, A).
    owners (Tensor): Shape (R,): the owner of a row.
    n_owners (int): P.
    RETURNS (Tensor): Shape of the scores: they add up to 1 for each owner and column.
    """
    shape = (n_owners, *scores.shape[1:])
    # Softmax is the same for scores moved by the maximum, which keeps exp finite.
    index = owners.view(-1, *[1] * (scores.ndim - 1)).expand_as(scores)
    largest = scores.new_full(shape, -torch.inf).scatter_reduce(0, index, scores.detach(), "amax")
    weights = torch.exp(scores - largest[owners])
    return weights / weights.new_zeros(shape).index_add(0, owners, weights)[owners]


def max_over(states: Tensor, ranges: Ranges, n_owners: int) -> Tensor:
    """The maximum over ragged ranges of rows.

    states (Tensor): Shape (R, H).
    ranges (Ranges): The rows of each owner, at least one.
    n_owners (int): P.
    RETURNS (Tensor): Shape (P, H).
    """
    index = ranges.owners.unsqueeze(1).expand(-1, states.shape[1])
    pooled = states.new_full((n_owners, states.shape[1]), -torch.inf)
    return pooled.scatter_reduce(0, index, states.index_select(0, ranges.rows), "amax")


def max_of_rows(states: Tensor, starts: Tensor) -> Tensor:
    """The maximum over each owner's rows, which stand together: what `max_over` gives for them,
    with less work.

    states (Tensor): Shape (R, H).
    starts (Tensor): Shape (P + 1,): rows of owner o are [o] to [o + 1], at least one.
    RETURNS (Tensor): Shape (P, H). The gradient goes to the first of equal maxima.
    """
    everything = torch.arange(len(states), device=states.device)
    return functional.embedding_bag(
        everything, states, starts, mode="max", include_last_offset=True
    )


class PairPooling(nn.Module):
    """The concatenation of sentence, head mention and tail mention (paper, section 2.1).

    sentence_pooling (nn.Module): `AttentivePooling` or `MaxPooling`.
    hidden_size (int): H.
    """

    def __init__(self, sentence_pooling: nn.Module, hidden_size: int) -> None:
        super().__init__()
        self.sentence_pooling = sentence_pooling
        self.output_size = 3 * hidden_size

    def forward(self, states: Tensor, rows: PairRows) -> Tensor:
        """Pool the states of each pair.

        states (Tensor): Shape (R, H).
        rows (PairRows): P pairs of R rows.
        RETURNS (Tensor): Shape (P, 3 H).
        """
        head, tail = rows.mention_rows
        n_pairs = len(rows.pairs)
        return torch.cat(
            [
                self.sentence_pooling(states, rows.graph),
                max_over(states, head, n_pairs),
                max_over(states, tail, n_pairs),
            ],
            dim=1,
        )
