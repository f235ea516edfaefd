"""Where the relation component stands in a pipeline, and what its other components do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from spacy.language import Language
from thinc.api import Model

from spacy_ddi.component.ddi_relation import DDIRelation
from spacy_ddi.encoder.packed_transformer import Precision
from spacy_ddi.errors import DDIError, Errors


def component_of(nlp: Language) -> DDIRelation:
    """The relation component of a pipeline.

    nlp (Language): The pipeline.
    RETURNS (DDIRelation): Its first component of this kind.
    RAISES (ValueError): If it has none.
    """
    for _, pipe in nlp.pipeline:
        if isinstance(pipe, DDIRelation):
            return pipe
    raise DDIError(Errors.NO_COMPONENT.format(found=", ".join(nlp.pipe_names) or "nothing"))


def upstream_of(nlp: Language, component: DDIRelation) -> list[str]:
    """The components before the relation component. What comes after, such as a `doc_cleaner`,
    may remove what it reads.

    nlp (Language): The pipeline.
    component (DDIRelation): Its relation component.
    RETURNS (List[str]): Their names.
    """
    return [name for name, _ in takewhile(lambda named: named[1] is not component, nlp.pipeline)]


def encoders_of(nlp: Language, component: DDIRelation) -> list[Any]:
    """The components whose token vectors the relation component reads; none if its network has an
    encoder of its own.

    nlp (Language): The pipeline.
    component (DDIRelation): Its relation component.
    RETURNS (List[Any]): A transformer or tok2vec, mostly.
    """
    # By the layers, since `rename_pipe` leaves the old name in the list of listening components.
    layers = {id(layer) for layer in component.model.walk()}
    return [
        pipe
        for _, pipe in nlp.pipeline
        if any(id(listener) in layers for listener in getattr(pipe, "listeners", ()))
    ]


def relation_pipes(nlp: Language) -> list[str]:
    """The components that find relations, and those that work for no other component.

    nlp (Language): The pipeline.
    RETURNS (List[str]): Their names, e.g. "transformer" and "ddi_relation".
    """
    relations = {name for name, pipe in nlp.pipeline if isinstance(pipe, DDIRelation)}
    return [
        name
        for name, pipe in nlp.pipeline
        if name in relations
        or (
            (listening := set(getattr(pipe, "listening_components", ()))) and listening <= relations
        )
    ]


def set_precision(nlp: Language, precision: Precision) -> None:
    """Set the precision in which a pipeline's transformers predict, as long as it is in memory.

    nlp (Language): The pipeline, with a `spacy-ddi.PackedTransformer.v1`.
    precision (str): "float32" or "bfloat16".
    RAISES (ValueError): If no transformer's precision can be set, or there is no such precision.
    """
    setters = [
        layer.attrs["set_precision"] for layer in layers_of(nlp) if "set_precision" in layer.attrs
    ]
    if not setters:
        raise DDIError(Errors.NO_PRECISION.format(found=", ".join(nlp.pipe_names) or "nothing"))
    for set_layer_precision in setters:
        set_layer_precision(precision)


def layers_of(nlp: Language) -> Iterator[Model[Any, Any]]:
    """The layers of a pipeline's Thinc models, those of disabled components too.

    nlp (Language): The pipeline.
    YIELDS (Model): The layers.
    """
    for _, pipe in nlp.components:
        if isinstance(model := getattr(pipe, "model", None), Model):
            yield from model.walk()
