"""Where the relation component stands in a pipeline."""

from __future__ import annotations

from itertools import takewhile

from spacy.language import Language

from spacy_ddi.errors import Errors
from spacy_ddi.pipeline.ddi_relation import DDIRelation


def component_of(nlp: Language) -> DDIRelation:
    """The relation component of a pipeline.

    nlp (Language): The pipeline.
    RETURNS (DDIRelation): Its first component of this kind.
    RAISES (ValueError): If it has none.
    """
    for _, pipe in nlp.pipeline:
        if isinstance(pipe, DDIRelation):
            return pipe
    raise ValueError(Errors.NO_COMPONENT.format(found=", ".join(nlp.pipe_names) or "nothing"))


def upstream_of(nlp: Language, component: DDIRelation) -> list[str]:
    """The components before the relation component. What comes after, such as a `doc_cleaner`,
    may remove what it reads.

    nlp (Language): The pipeline.
    component (DDIRelation): Its relation component.
    RETURNS (List[str]): Their names.
    """
    return [name for name, _ in takewhile(lambda named: named[1] is not component, nlp.pipeline)]


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
