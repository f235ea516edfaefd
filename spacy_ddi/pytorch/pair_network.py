"""The whole network. T tokens, D token width, P pairs, C classes."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from spacy_ddi.pytorch.heads import InteractionHeads
from spacy_ddi.pytorch.pair_context import PairContext
from spacy_ddi.pytorch.pair_encoder import PairEncoder
from spacy_ddi.pytorch.pair_reader import PairReader
from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors, lay_out_pairs
from spacy_ddi.pytorch.pooling import AttentivePooling, PairPooling

LONG_SENTENCE = 32
"""Nodes of a sentence above which a pair counts for more than one in memory."""


class PairNetwork(nn.Module):
    """Token vectors and graphs in, logits of both heads out.

    pair_encoder (nn.Module): A `PairEncoder`, or a `PairReader`.
    pooling (Optional[PairPooling]): From node states to a pair's representation; None after a
        `PairReader`, which gives one itself.
    context (Optional[PairContext]): Joins what the encoder says of the pair to it.
    heads (InteractionHeads): From a pair's representation to logits.
    max_pairs (int): Pairs held in memory at a time; fewer where their sentences have more than
        `LONG_SENTENCE` nodes. In training, the activations of a batch with more are computed again
        for the gradient rather than kept.
    """

    def __init__(
        self,
        pair_encoder: nn.Module,
        pooling: PairPooling | None,
        context: PairContext | None,
        heads: InteractionHeads,
        max_pairs: int,
    ) -> None:
        super().__init__()
        self.pair_encoder = pair_encoder
        self.pooling = pooling
        self.context = context
        self.heads = heads
        self.max_pairs = max_pairs

    def forward(self, vectors: Tensor, batch: PairTensors) -> Tensor:
        """Logits of every pair of the batch.

        vectors (Tensor): Shape (T, D): the token vectors of all Docs, one after another.
        batch (PairTensors): P pairs, at least one.
        RETURNS (Tensor): Shape (P, C + 2): classification, then identification.
        """
        nodes = vectors[batch.node_tokens]
        shared = self._encoder.encode_sentences(nodes, batch)
        context = () if self.context is None else self.context.encode_sentences(nodes, batch)
        chunks = self._chunks(batch)
        if len(chunks) == 1 or not torch.is_grad_enabled():
            logits = [self._score(batch, chunk, shared, context) for chunk in chunks]
        else:
            logits = [
                checkpoint(self._score, batch, chunk, shared, context, use_reentrant=False)
                for chunk in chunks
            ]
        return torch.cat(logits)

    def attend(self, vectors: Tensor, batch: PairTensors) -> tuple[Tensor | None, Tensor | None]:
        """The weights that the network gives to the nodes of each pair's sentence.

        vectors (Tensor): Shape (T, D).
        batch (PairTensors): P pairs, at least one; R nodes of their sentences.
        RETURNS (Tuple[Optional[Tensor], Optional[Tensor]]): Shape (R,) each, pair after pair: those
            of the attentive pooling (or of the reader), and those of the context, the mean over its
            heads. None for what the network has not.
        """
        rows = lay_out_pairs(batch, torch.arange(len(batch.pairs), device=batch.pairs.device))
        encoder = self._encoder
        nodes = vectors[batch.node_tokens]
        of_pooling = of_context = None
        if isinstance(encoder, PairReader):
            of_pooling = encoder.attention(encoder.encode_sentences(nodes, batch), rows)
        elif self.pooling and isinstance(self.pooling.sentence_pooling, AttentivePooling):
            states = encoder.encode_pairs(encoder.encode_sentences(nodes, batch), rows)
            of_pooling = self.pooling.sentence_pooling.attention(states, rows.graph)
        if self.context is not None:
            shared = self.context.encode_sentences(nodes, batch)
            of_context = self.context.attention(shared, rows).mean(1)
        return of_pooling, of_context

    def set_dropout(self, rate: float) -> None:
        """Set the rate of every dropout layer.

        rate (float): In [0, 1).
        """
        for module in self.modules():
            if isinstance(module, nn.Dropout):
                module.p = rate

    @property
    def _encoder(self) -> PairEncoder | PairReader:
        return cast("PairEncoder | PairReader", self.pair_encoder)

    def _chunks(self, batch: PairTensors) -> list[Tensor]:
        """The indices of the batch's pairs, in parts that fit into memory."""
        sentences = batch.mention_sentences[batch.pairs[:, 0]]
        lengths = batch.sentence_nodes[sentences + 1] - batch.sentence_nodes[sentences]
        shares = (lengths.double() / LONG_SENTENCE).clamp(min=1.0)
        parts = ((shares.cumsum(0) - 1e-6) / self.max_pairs).long()
        _, sizes = parts.unique_consecutive(return_counts=True)
        everything = torch.arange(len(batch.pairs), device=batch.pairs.device)
        return list(everything.split(sizes.tolist()))

    def _score(
        self,
        batch: PairTensors,
        pairs: Tensor,
        shared: tuple[Tensor, ...],
        context: tuple[Tensor, ...],
    ) -> Tensor:
        rows = lay_out_pairs(batch, pairs)
        states = self._represent(shared, rows)
        if self.context is not None:
            states = torch.cat([states, self.context.encode_pairs(context, rows)], dim=1)
        return self.heads(states)

    def _represent(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        encoder = self._encoder
        if self.pooling is None:
            return cast(PairReader, encoder).read_pairs(shared, rows)
        states: Tensor = self.pooling(cast(PairEncoder, encoder).encode_pairs(shared, rows), rows)
        return states
