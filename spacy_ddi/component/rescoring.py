"""Giving predicted Docs the reference's mentions, to score relations apart from mention errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_ddi.annotations import copy_mentions
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.corpora.docs import make_examples


def needs_gold_mentions(example: Example, source: MentionSource) -> bool:
    """Whether the predicted Doc has other mentions than the reference.

    example (Example): The example.
    source (MentionSource): Finds the mentions.
    RETURNS (bool): Whether their character offsets differ.
    """
    return _places(source(example.predicted)) != _places(source(example.reference))


def with_gold_mentions(examples: Sequence[Example], nlp: Language, component: Any) -> list[Doc]:
    """The predicted Docs as they would be, had they had the reference's mentions.

    What a blinded encoder returns depends on the mentions, and the parse on the boundaries of the
    sentences: the pipeline up to the component annotates new Docs with gold tokens, mentions and
    boundaries, as the readers make them. A pipeline that does not parse gets copies of the
    predicted Docs instead, whose parse it can't make anew.

    examples (Sequence[Example]): The examples.
    nlp (Language): The pipeline.
    component (DDIRelation): The component in it, with its mention source in `candidates`.
    RETURNS (List[Doc]): New Docs, annotated, in the order of the examples.
    """
    source: MentionSource = component.candidates.mentions
    pipes = list(pipes_up_to(nlp, component))
    docs: Iterable[Doc]
    if any("token.dep" in nlp.get_pipe_meta(name).assigns for name, _ in pipes):
        remade = make_examples(
            [example.reference for example in examples],
            nlp.make_doc,
            gold_mentions=True,
            spans_key=source.spans_key,
        )
        docs = [example.predicted for example in remade]
    else:
        docs = [example.predicted.copy() for example in examples]
        for doc, example in zip(docs, examples, strict=True):
            copy_mentions(source(example.reference), doc, source.spans_key)
    for _, pipe in pipes:
        if hasattr(pipe, "pipe"):
            docs = pipe.pipe(docs, batch_size=nlp.batch_size)
        else:
            docs = map(pipe, docs)
    return list(docs)


def pipes_up_to(nlp: Language, component: Any) -> Iterator[tuple[str, Any]]:
    """The active pipes of a pipeline up to a component.

    nlp (Language): The pipeline.
    component (Any): The last pipe to yield.
    YIELDS (Tuple[str, Any]): Names and pipes.
    """
    for name, pipe in nlp.pipeline:
        yield name, pipe
        if pipe is component:
            return


def _places(mentions: Iterable[Span]) -> set[tuple[int, int]]:
    return {(mention.start_char, mention.end_char) for mention in mentions}
