"""Giving predicted Docs the reference's mentions, to score relations apart from mention errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.corpora.docs import make_examples, with_mention_group
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.gold import copy_mentions


def with_reference_mentions(examples: Iterable[Example], spans_key: str) -> Iterator[Example]:
    """Examples whose references have their mentions where the component looks for them. The readers
    of this package see to that; stock readers know of no span group.

    examples (Iterable[Example]): The examples, not changed.
    spans_key (str): The span group of the component.
    YIELDS (Example): The examples, some of them with a copy of their reference.
    """
    for example in examples:
        reference = with_mention_group(example.reference, spans_key)
        same = reference is example.reference
        yield example if same else Example(example.predicted, reference)


def with_gold_mentions(
    examples: Sequence[Example], nlp: Language | None, component: Any
) -> list[Example]:
    """Examples whose predicted Docs have the reference's mentions; those which had others are
    annotated again.

    examples (Sequence[Example]): The examples, not changed.
    nlp (Optional[Language]): The pipeline, if known.
    component (DDIRelation): The component in it, with its mention source in `candidates`.
    RETURNS (List[Example]): The examples, some of them with a new predicted Doc.
    RAISES (DDIError): If Docs must be annotated again, and the component is not in the pipeline.
    """
    source: MentionSource = component.candidates.mentions
    wrong = [
        i
        for i, example in enumerate(examples)
        if _places(source(example.predicted)) != _places(source(example.reference))
    ]
    if not wrong:
        return list(examples)
    if nlp is None or all(pipe is not component for _, pipe in nlp.pipeline):
        raise DDIError(Errors.NO_NLP.format(name=component.name))
    docs = annotated_again([examples[i] for i in wrong], nlp, component)
    again = dict(zip(wrong, docs, strict=True))
    return [
        Example(again[i], example.reference) if i in again else example
        for i, example in enumerate(examples)
    ]


def annotated_again(examples: Sequence[Example], nlp: Language, component: Any) -> list[Doc]:
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
