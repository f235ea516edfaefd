"""Every peer, small."""

from __future__ import annotations

from typing import Any

import torch
from spacy.util import registry
from torch import nn

from spacy_ddi.pytorch.heads import InteractionHeads
from spacy_ddi.pytorch.pair_network import PairNetwork
from spacy_ddi.pytorch.pair_tensors import PairRows, lay_out_pairs
from tests.pytorch.reference import N_CLASSES, TOKEN_WIDTH, Sentence, make_tensors

POSITIONS = {"position_size": 3, "position_clip": 2}

PEERS: dict[str, dict[str, Any]] = {
    "AsadaCNN": {"windows": [3], "filters": 3, "molecule_size": 2, **POSITIONS},
    "LiuCNN": {"windows": [2, 3], "filters": 3, **POSITIONS},
    "QuanCNN": {"windows": [2, 4], "filters": 3, "mark_size": 2},
    "SahuABLSTM": {"hidden_size": 4, **POSITIONS},
    "SahuJointABLSTM": {"hidden_size": 4, **POSITIONS},
    "SunRHCNN": {"hidden_size": 4, "windows": [2, 3], "dilation": 2, "filters": 3, **POSITIONS},
    "YiGRU": {"hidden_size": 4, **POSITIONS},
    "ZhouLSTM": {"hidden_size": 4, "attention_size": 3, **POSITIONS},
}
"""By what stands in the registered name, settings for tests."""

ATTENTIVE = {"SahuABLSTM", "SahuJointABLSTM", "YiGRU", "ZhouLSTM"}
"""Those that have weights of words."""


def make_reader(name: str, *, dropout: float = 0.0, seed: int = 0) -> Any:
    """A small reader in double precision."""
    torch.manual_seed(seed)
    factory = registry.misc.get(f"spacy-ddi.{name}.v1")(**PEERS[name])
    return factory(TOKEN_WIDTH, dropout).double()


def make_network(name: str, *, max_pairs: int = 1000, seed: int = 0) -> PairNetwork:
    """The reader below both heads."""
    reader = make_reader(name, seed=seed)
    heads = InteractionHeads(reader.output_size, N_CLASSES, 0.0)
    return PairNetwork(reader, None, None, heads, max_pairs).double()


def laid_out(
    reader: nn.Module, vectors: torch.Tensor, sentences: list[Sentence]
) -> tuple[tuple[torch.Tensor, ...], PairRows]:
    """What `read_pairs` takes, for all pairs."""
    batch = make_tensors(sentences)
    shared = reader.encode_sentences(vectors[batch.node_tokens], batch)  # type: ignore[operator]
    return shared, lay_out_pairs(batch, torch.arange(len(batch.pairs)))


def read(reader: Any, vectors: torch.Tensor, sentences: list[Sentence]) -> torch.Tensor:
    """The vectors of all pairs, one after another."""
    return torch.as_tensor(reader.read_pairs(*laid_out(reader, vectors, sentences)))
