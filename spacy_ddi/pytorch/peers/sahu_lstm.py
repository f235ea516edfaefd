"""AB-LSTM and joint AB-LSTM of Sahu & Anand 2018, *Drug-drug interaction extraction from biomedical
texts using long short-term memory network* (Journal of Biomedical Informatics 86, 15-24;
arXiv 1701.08303), the sections on the models. P pairs, R rows, H hidden."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from spacy_ddi.pytorch.bilstm import BiLSTM, configure_bilstm
from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors
from spacy_ddi.pytorch.peers.word_windows import max_over_words
from spacy_ddi.pytorch.pooling import AttentivePooling


def configure_ab_lstm(
    hidden_size: int = 200, position_size: int = 20, position_clip: int = 30
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.SahuABLSTM.v1` (@misc): a BiLSTM, pooled by attention.

    hidden_size, position_size, position_clip (int): See `configure_bilstm`.
    RETURNS (PairEncoderFactory): Makes the `PairReader` once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    return partial(ABLSTM, bilstm=configure_bilstm(hidden_size, position_size, position_clip))


def configure_joint_ab_lstm(
    hidden_size: int = 200, position_size: int = 20, position_clip: int = 30
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.SahuJointABLSTM.v1` (@misc): two BiLSTMs, one pooled by its maximum
    and one by attention.

    hidden_size, position_size, position_clip (int): Of each; see `configure_bilstm`.
    RETURNS (PairEncoderFactory): Makes the `PairReader` once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    return partial(JointABLSTM, bilstm=configure_bilstm(hidden_size, position_size, position_clip))


class ABLSTM(nn.Module):
    """tanh(H aᵀ), a = softmax(wᵀ tanh(H)), H the states of a BiLSTM.

    token_width (int): D.
    dropout (float): Rate on the token vectors.
    bilstm (PairEncoderFactory): Makes the BiLSTM.
    """

    def __init__(self, token_width: int, dropout: float, *, bilstm: PairEncoderFactory) -> None:
        super().__init__()
        self.attended: BiLSTM = bilstm(token_width, dropout)  # type: ignore[assignment]
        self.output_size = self.attended.hidden_size
        self.pooling = AttentivePooling(self.output_size)

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """See `PairReader`."""
        return self.attended.encode_sentences(nodes, batch)

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Read the sentence of each pair and pool its states by attention; see `PairReader`."""
        pooled: Tensor = self.pooling(self.attended.encode_pairs(shared, rows), rows.graph)
        return torch.tanh(pooled)

    def attention(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """The weights of the pooling; see `PairReader`."""
        return self.pooling.attention(self.attended.encode_pairs(shared, rows), rows.graph)


class JointABLSTM(ABLSTM):
    """What an AB-LSTM gives, beside the maximum over the states of another BiLSTM.

    token_width, dropout, bilstm: See `ABLSTM`.
    """

    def __init__(self, token_width: int, dropout: float, *, bilstm: PairEncoderFactory) -> None:
        super().__init__(token_width, dropout, bilstm=bilstm)
        self.largest: BiLSTM = bilstm(token_width, dropout)  # type: ignore[assignment]
        self.output_size *= 2

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """What each BiLSTM needs, one after the other; see `PairReader`."""
        shared = super().encode_sentences(nodes, batch)
        return *shared, *self.largest.encode_sentences(nodes, batch)

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Read the sentence of each pair by both; see `PairReader`."""
        states = self.largest.encode_pairs(shared[2:], rows)
        return torch.cat([super().read_pairs(shared, rows), max_over_words(states, rows)], dim=1)
