"""What a mention's molecule looks like, as vectors beside those of the blinded words.

V atoms, E bonds, C molecules, G width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from thinc.api import ArgsKwargs, Model, PyTorchShim, PyTorchWrapper_v3, torch2xp, xp2torch
from thinc.types import Floats2d

from spacy_ddi.candidates.reading_note import install_reading_note, noted_ranges
from spacy_ddi.errors import require
from spacy_ddi.linking.name_keys import name_key, name_variants

NODE: Final = "molecule_vectors"
NAMES: Final = "names"
MOLECULES: Final = "molecules"

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
    install_reading_note()
    network = MoleculeNetwork(width, steps)
    wrapper = PyTorchWrapper_v3(network, _convert_inputs, _convert_outputs)
    wrapper.shims[:] = [NetworkShim(network)]
    return Model(
        NODE, forward, layers=[wrapper], dims={"nO": width}, attrs={NAMES: {}, MOLECULES: []}
    )


def forward(
    model: Tok2Vec, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """The network reads each molecule of the batch once."""
    # Of each mention with a molecule the Doc, the first token and the molecule.
    found = [
        (d, int(start), molecule)
        for d, doc in enumerate(docs)
        for start, end in noted_ranges(doc)
        if (molecule := molecule_of(model.attrs[NAMES], doc[start:end].text)) is not None
    ]
    vectors = [model.ops.alloc2f(len(doc), model.get_dim("nO")) for doc in docs]
    if not found:
        return vectors, lambda d_vectors: docs
    chosen, rows = np.unique([molecule for *_, molecule in found], return_inverse=True)
    batch = join_molecules([model.attrs[MOLECULES][i] for i in chosen.tolist()])
    molecules, backprop_network = model.layers[0](cast(Any, batch), is_train)
    for (d, token, _), row in zip(found, rows.tolist(), strict=True):
        vectors[d][token] = cast(Any, molecules)[row]

    def backprop(d_vectors: list[Floats2d]) -> list[Doc]:
        d_molecules = model.ops.alloc2f(len(chosen), model.get_dim("nO"))
        for (d, token, _), row in zip(found, rows.tolist(), strict=True):
            d_molecules[row] += d_vectors[d][token]
        backprop_network(cast(Any, d_molecules))
        return docs

    return vectors, backprop


def molecule_of(names: dict[str, int], name: str) -> int | None:
    """The molecule that a name means, as it is written or in another form.

    names (Dict[str, int]): Molecules by the keys of their names.
    name (str): The name of a mention.
    RETURNS (Optional[int]): The molecule; None where no list knows it.
    """
    return next((names[key] for key in _keys(name) if key in names), None)


@lru_cache(maxsize=100_000)
def _keys(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(name_key, (name, *name_variants(name)))))


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
    model: Model[Any, Any], batch: MoleculeBatch, is_train: bool
) -> tuple[ArgsKwargs, Callable[[ArgsKwargs], MoleculeBatch]]:
    device = cast(PyTorchShim, model.shims[0]).device
    tensors = tuple(xp2torch(model.ops.asarray(cast(Any, array)), device=device) for array in batch)
    return ArgsKwargs(args=tensors, kwargs={}), lambda d_arguments: batch


def _convert_outputs(
    model: Model[Any, Any], inputs: tuple[Any, Any], is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], ArgsKwargs]]:
    _, vectors = inputs

    def backprop(d_vectors: Floats2d) -> ArgsKwargs:
        gradient = xp2torch(d_vectors, device=vectors.device)
        return ArgsKwargs(args=((vectors,),), kwargs={"grad_tensors": (gradient,)})

    return cast(Floats2d, torch2xp(vectors.detach())), backprop
