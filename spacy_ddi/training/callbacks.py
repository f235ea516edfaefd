"""Callbacks of `spacy train`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import srsly
from spacy.language import Language
from spacy.util import registry
from thinc.api import Config

from spacy_ddi.classifier import drug_class_vectors, mention_vectors, molecule_vectors
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

    return _thing_reader(
        path,
        molecule_vectors.NODE,
        what="molecules",
        script="scripts/molecules.py",
        callback="spacy-ddi.read_molecules.v1",
    )


def configure_read_drug_classes(path: str | None) -> Callable[[Language], Language]:
    """Registered as `spacy-ddi.read_drug_classes.v1` (@callbacks), for `[initialize.before_init]`.

    Reads the classes that the `spacy-ddi.DrugClassVectors.v1` models of the pipeline know.

    path (Optional[str]): What `scripts/drug_classes.py` has written. It is wanted when a pipeline
        is initialized, and not any more when it is loaded.
    RETURNS (Callable[[Language], Language]): Changes the pipeline's models and returns it.
    RAISES (CorpusError): If there is no such file.
    """
    return _thing_reader(
        path,
        drug_class_vectors.NODE,
        what="classes",
        script="scripts/drug_classes.py",
        callback="spacy-ddi.read_drug_classes.v1",
    )


def _thing_reader(
    path: str | None, node: str, *, what: str, script: str, callback: str
) -> Callable[[Language], Language]:
    """A callback that gives the layers of a name what a file knows by the names of drugs.

    path (Optional[str]): A .json.gz file with `names`, by their keys, and the things they name.
    node (str): Name of the layers.
    what (str): Name of the things in the file.
    script, callback (str): What writes the file, and the callback's registered name, for messages.
    RETURNS (Callable[[Language], Language]): Changes the pipeline's models and returns it; raises
        a CorpusError if the file can't be read.
    """

    def put_things(nlp: Language) -> Language:
        try:
            stored: Any = srsly.read_gzip_json(path or "null")
            known = {mention_vectors.NAMES: stored["names"], mention_vectors.THINGS: stored[what]}
        except (OSError, ValueError, KeyError, TypeError) as error:
            told: dict[str, Any] = {
                "what": what,
                "script": script,
                "callback": callback,
                "problem": error,
            }
            raise CorpusError.at(Errors.NO_THINGS_OF_NAMES, Path(path or "null"), **told) from None
        for layer in layers_of(nlp):
            if layer.name == node:
                layer.attrs.update(known)
        return nlp

    return put_things


def _optimizer(nlp: Language) -> GroupedAdam | None:
    """The optimizer of the pipeline's `[training]`, where it is one with rates by name."""
    settings = nlp.config.interpolate().get("training", {}).get("optimizer")
    if not settings:
        return None
    optimizer = registry.resolve(Config({"optimizer": settings}))["optimizer"]
    return optimizer if isinstance(optimizer, GroupedAdam) else None
