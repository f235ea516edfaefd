"""The convolutional network with molecules of Asada, Miwa & Sasaki 2018, *Enhancing drug-drug
interaction extraction from texts by molecular structure information* (ACL 2018, short papers,
680-685; arXiv 1805.05593), section 3. D token width, G width of a molecule, K mentions, P pairs.

The vectors of the molecules come with those of the tokens (`spacy-ddi.MoleculeVectors.v1`): the
last G columns, at the first token of a mention.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from spacy_ddi.errors import require
from spacy_ddi.pytorch.pair_encoder import PairEncoderFactory
from spacy_ddi.pytorch.pair_tensors import PairRows, PairTensors
from spacy_ddi.pytorch.peers.word_windows import (
    Kernel,
    WordWindows,
    max_over_words,
    require_windows,
)
from spacy_ddi.pytorch.word_sequences import require_positions


def configure_asada_cnn(
    windows: list[int] | None = None,
    filters: int = 100,
    molecule_size: int = 50,
    position_size: int = 20,
    position_clip: int = 30,
) -> PairEncoderFactory:
    """Registered as `spacy-ddi.AsadaCNN.v1` (@misc): convolutions over the words beside the
    molecules of both drugs.

    windows (Optional[List[int]]): Words that a filter sees, a kernel each; None for 3, 5 and 7.
    filters (int): Filters of each kernel.
    molecule_size (int): Columns of the token vectors, the last ones, that are of a molecule.
    position_size (int): Width of a position embedding.
    position_clip (int): Distances beyond this many nodes are one.
    RETURNS (PairEncoderFactory): Makes the `PairReader` once the token width is known.
    RAISES (ValueError): If a setting is not possible.
    """
    where = "spacy-ddi.AsadaCNN.v1"
    windows = [3, 5, 7] if windows is None else windows
    require_windows(where, windows, filters)
    require(molecule_size >= 1, where, "molecule_size", molecule_size, "1 or more")
    require_positions(where, position_size, position_clip)
    return partial(
        AsadaCNN,
        kernels=[Kernel(width) for width in windows],
        filters=filters,
        molecule_size=molecule_size,
        position_size=position_size,
        position_clip=position_clip,
    )


class AsadaCNN(WordWindows):
    """[max over i of ReLU(W [x_{i-1}; x_i; x_{i+1}] + b); g_1; g_2], g the vectors of the molecules
    of both mentions.

    token_width (int): D + G.
    dropout (float): Rate on the vectors of the tokens, not on those of the molecules.
    molecule_size (int): G.
    kernels, filters, position_size, position_clip: See `WordWindows`.
    """

    def __init__(
        self,
        token_width: int,
        dropout: float,
        *,
        kernels: list[Kernel],
        filters: int,
        molecule_size: int,
        position_size: int,
        position_clip: int,
    ) -> None:
        fits = molecule_size < token_width
        expected = f"less than the {token_width} columns of the token vectors"
        require(fits, "spacy-ddi.AsadaCNN.v1", "molecule_size", molecule_size, expected)
        super().__init__(
            token_width - molecule_size,
            dropout,
            kernels=kernels,
            filters=filters,
            position_size=position_size,
            position_clip=position_clip,
        )
        self.molecule_size = molecule_size
        self.output_size += 2 * molecule_size

    def encode_sentences(self, nodes: Tensor, batch: PairTensors) -> tuple[Tensor, ...]:
        """What `WordWindows` shares, and the molecule of each mention, shape (K, G)."""
        words, molecules = nodes.split([nodes.shape[1] - self.molecule_size, self.molecule_size], 1)
        shared = super().encode_sentences(words, batch)
        return *shared, molecules[batch.mention_nodes[:, 0]]

    def read_pairs(self, shared: tuple[Tensor, ...], rows: PairRows) -> Tensor:
        """Convolution and maximum, then both molecules; see `PairReader`."""
        *words, molecules = shared
        text = max_over_words(self.windows(tuple(words), rows), rows).relu()
        return torch.cat([text, molecules[rows.pairs].flatten(1)], dim=1)
