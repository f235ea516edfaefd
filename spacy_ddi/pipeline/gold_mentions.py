"""Giving predicted Docs the reference's mentions, to score relations apart from mention errors."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from typing import Any, cast

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_ddi.annotations import copy_mentions
from spacy_ddi.pairs.mentions import MentionSource


class PipelineReference:
    """A weak reference to the pipeline a component is in, which stays behind when the component is
    pickled, e.g. for `n_process=2`.

    nlp (Optional[Language]): The pipeline, if known.
    """

    def __init__(self, nlp: Language | None = None) -> None:
        self._reference = None if nlp is None else weakref.ref(nlp)

    def __call__(self) -> Language | None:
        """The pipeline, if known and alive."""
        return None if self._reference is None else self._reference()

    def __reduce__(self) -> tuple[type[PipelineReference], tuple[()]]:
        return PipelineReference, ()


def needs_gold_mentions(example: Example, source: MentionSource) -> bool:
    """Whether the predicted Doc has other mentions than the reference.

    example (Example): The example.
    source (MentionSource): Finds the mentions.
    RETURNS (bool): Whether their character offsets differ.
    """
    return _places(source(example.predicted)) != _places(source(example.reference))


def copy_with_gold_mentions(example: Example, source: MentionSource) -> Doc:
    """A copy of the predicted Doc with the mentions of the reference.

    example (Example): The example.
    source (MentionSource): Finds the mentions, and names the span group that gets them.
    RETURNS (Doc): The copy.
    """
    doc = example.predicted.copy()
    copy_mentions(source(example.reference), doc, source.spans_key)
    return doc


def annotate_again(docs: Iterable[Doc], nlp: Language, name: str) -> list[Doc]:
    """Run a component again, and before it the encoder that it listens to: what a blinded encoder
    returns depends on the mentions.

    docs (Iterable[Doc]): The Docs.
    nlp (Language): The pipeline.
    name (str): Name of the component.
    RETURNS (List[Doc]): The Docs, annotated.
    """
    stream: Iterator[Doc] = iter(docs)
    for pipe_name, pipe in nlp.pipeline:
        if pipe_name == name or name in getattr(pipe, "listening_components", ()):
            stream = cast(Any, pipe).pipe(stream, batch_size=nlp.batch_size)
    return list(stream)


def _places(mentions: Iterable[Span]) -> set[tuple[int, int]]:
    return {(mention.start_char, mention.end_char) for mention in mentions}
