"""What a mention's molecule looks like, as vectors beside those of the blinded words.

V atoms, E bonds, C molecules, G width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from thinc.api import ArgsKwargs, Model, PyTorchShim, PyTorchWrapper_v3, torch2xp, xp2torch
from thinc.types import Floats2d

from spacy_ddi.classifier.mention_vectors import build_mention_vectors
from spacy_ddi.errors import require

NODE: Final = "molecule_vectors"

Tok2Vec = Model[list[Doc], list[Floats2d]]
Molecule = dict[str, list[Any]]
Ints = NDArray[np.int64]


class MoleculeBatch(NamedTuple):
    """The atoms and bonds of some molecules, one after another.

    atoms (NDArray): Shape (V,): atomic numbers.
    owners (NDArray): Shape (V,): the molecule of each atom.
    bonds (NDArray): Shape (E, 3): of each bond two atoms and its kind.
    """

    atoms: Ints
    owners: Ints
    bonds: Ints


def build_molecule_vectors(width: int, steps: int = 4) -> Tok2Vec:
    """Registered as `spacy-ddi.MoleculeVectors.v1` (@architectures): the vector of its molecule at
    the first token of each mention, zeros elsewhere and where no molecule is known.

    Put beside a blinded encoder (`spacy-ddi.JoinedTok2Vec.v1`), it shows a network which drugs are
    spoken of: what the network says then depends on their names. The mentions are those that the
    component notes on the Docs. The molecules are put in by `spacy-ddi.read_molecules.v1` when a
    pipeline is initialized, and are stored with the weights.

    width (int): G.
    steps (int): How often atoms hear of their neighbours.
    RETURNS (Model[List[Doc], List[Floats2d]]): From Docs to vectors of width G.
    RAISES (ValueError): If a setting is not possible.
    """
    from spacy_ddi.classifier.network_shim import NetworkShim
    from spacy_ddi.pytorch.peers.molecule_network import MoleculeNetwork

    where = "spacy-ddi.MoleculeVectors.v1"
    require(width >= 1, where, "width", width, "1 or more")
    require(steps >= 1, where, "steps", steps, "1 or more")
    network = MoleculeNetwork(width, steps)
    wrapper = PyTorchWrapper_v3(network, _convert_inputs, _convert_outputs)
    wrapper.shims[:] = [NetworkShim(network)]
    return build_mention_vectors(NODE, wrapper, width)


def join_molecules(molecules: Iterable[Molecule]) -> MoleculeBatch:
    """Molecules one after another.

    molecules (Iterable[Dict]): Of each `atoms`, one or more, and `bonds` between them.
    RETURNS (MoleculeBatch): Their arrays.
    """
    atoms: list[int] = []
    owners: list[int] = []
    bonds: list[list[int]] = []
    for number, molecule in enumerate(molecules):
        bonds += [[len(atoms) + a, len(atoms) + b, kind] for a, b, kind in molecule["bonds"]]
        atoms += molecule["atoms"]
        owners += [number] * len(molecule["atoms"])
    return MoleculeBatch(
        np.array(atoms, dtype=np.int64),
        np.array(owners, dtype=np.int64),
        np.array(bonds, dtype=np.int64).reshape(-1, 3),
    )


def _convert_inputs(
    model: Model[Any, Any], molecules: list[Molecule], is_train: bool
) -> tuple[ArgsKwargs, Callable[[ArgsKwargs], list[Molecule]]]:
    device = cast(PyTorchShim, model.shims[0]).device
    arrays = join_molecules(molecules)
    tensors = tuple(
        xp2torch(model.ops.asarray(cast(Any, array)), device=device) for array in arrays
    )
    return ArgsKwargs(args=tensors, kwargs={}), lambda d_arguments: molecules


def _convert_outputs(
    model: Model[Any, Any], inputs: tuple[Any, Any], is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], ArgsKwargs]]:
    _, vectors = inputs

    def backprop(d_vectors: Floats2d) -> ArgsKwargs:
        gradient = xp2torch(d_vectors, device=vectors.device)
        return ArgsKwargs(args=((vectors,),), kwargs={"grad_tensors": (gradient,)})

    return cast(Floats2d, torch2xp(vectors.detach())), backprop
