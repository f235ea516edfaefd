"""Callbacks of `spacy train`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import srsly
from spacy.language import Language
from spacy.util import registry
from thinc.api import Config

from spacy_ddi.classifier.molecule_vectors import MOLECULES, Molecule
from spacy_ddi.classifier.molecule_vectors import NAMES as MOLECULE_NAMES
from spacy_ddi.classifier.molecule_vectors import NODE as MOLECULE_NODE
from spacy_ddi.component.lookup import layers_of
from spacy_ddi.encoder.known_names import NAMES, NODE, marks_of
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.name_tables import read_names_table
from spacy_ddi.training.optimizer import GroupedAdam
from spacy_ddi.training.torch_modules import torch_modules


def configure_prepare_torch() -> Callable[[Language], Language]:
    """Registered as `spacy-ddi.prepare_torch.v2` (@callbacks), for `[initialize.after_init]`.

    Readies the pipeline's torch modules for `spacy train`:

    - Weights whose rate the `GroupedAdam` of `[training]` has at 0 are frozen, so that no gradient
      is computed for them.
    - All weights without a gradient (frozen ones, and those that are never used, such as BERT's
      pooling layer) get one of zero. An optimizer is not told of weights without one, but Thinc
      applies averages of torch weights only where it has them all.

    RETURNS (Callable[[Language], Language]): Changes the pipeline's modules and returns it.
    """
    return prepare_torch


def prepare_torch(nlp: Language) -> Language:
    """Ready the pipeline's torch modules for training; see `configure_prepare_torch`.

    nlp (Language): The initialized pipeline.
    RETURNS (Language): The pipeline.
    """
    import torch

    optimizer = _optimizer(nlp)
    for module in torch_modules(nlp):
        for name, weight in module.named_parameters():
            if optimizer is not None and optimizer.scale(name) == 0:
                weight.requires_grad_(False)
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
    return nlp


def configure_read_known_names(
    paths: dict[str, str | None],
) -> Callable[[Language], Language]:
    """Registered as `spacy-ddi.read_known_names.v1` (@callbacks), for `[initialize.after_init]`.

    Reads the names that the `spacy-ddi.KnownNames.v1` models of the pipeline know.

    paths (Dict[str, Optional[str]]): TSV files with columns `name` and `type`, each under a name
        of its own. Null is left out; without any, no name is known.
    RETURNS (Callable[[Language], Language]): Changes the pipeline's models and returns it.
    RAISES (CorpusError): If a file has not the columns.
    """

    def read_known_names(nlp: Language) -> Language:
        rows = [
            (row["name"], row["type"])
            for path in paths.values()
            if path
            for row in read_names_table(Path(path), ("name", "type"))
        ]
        for _, pipe in nlp.pipeline:
            for node in pipe.model.walk() if hasattr(pipe, "model") else ():
                if node.name == NODE:
                    node.attrs[NAMES] = marks_of(rows)
        return nlp

    return read_known_names


def configure_read_molecules(path: str | None) -> Callable[[Language], Language]:
    """Registered as `spacy-ddi.read_molecules.v1` (@callbacks), for `[initialize.before_init]`.

    Reads the molecules that the `spacy-ddi.MoleculeVectors.v1` models of the pipeline know.

    path (Optional[str]): What `scripts/molecules.py` has written. It is wanted when a pipeline is
        initialized, and not any more when it is loaded.
    RETURNS (Callable[[Language], Language]): Changes the pipeline's models and returns it.
    RAISES (CorpusError): If there is no such file.
    """

    def put_molecules(nlp: Language) -> Language:
        names, molecules = _read_molecules(Path(path or "null"))
        for layer in layers_of(nlp):
            if layer.name == MOLECULE_NODE:
                layer.attrs.update({MOLECULE_NAMES: names, MOLECULES: molecules})
        return nlp

    return put_molecules


def _read_molecules(path: Path) -> tuple[dict[str, int], list[Molecule]]:
    """The molecules of a file that `scripts/molecules.py` has written.

    path (Path): A .json.gz file with `names` and `molecules`.
    RETURNS (Tuple[Dict[str, int], List[Dict]]): Molecules by the keys of their names, and each
        molecule with its atoms and bonds.
    RAISES (CorpusError): If it can't be read.
    """
    try:
        stored: Any = srsly.read_gzip_json(path)
        return stored["names"], stored["molecules"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError.at(Errors.NO_MOLECULES, path, problem=error) from None


def _optimizer(nlp: Language) -> GroupedAdam | None:
    """The optimizer of the pipeline's `[training]`, where it is one with rates by name."""
    settings = nlp.config.interpolate().get("training", {}).get("optimizer")
    if not settings:
        return None
    optimizer = registry.resolve(Config({"optimizer": settings}))["optimizer"]
    return optimizer if isinstance(optimizer, GroupedAdam) else None
