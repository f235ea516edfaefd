"""Silver corpora: plain text in which a pipeline finds the mentions and teachers judge the pairs.

A student that learns from the teachers' probabilities on such text, beside the gold corpus, comes
close to them (Hinton et al. 2015, "Distilling the knowledge in a neural network").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import minibatch

from spacy_ddi.annotations import MENTIONS_KEY, SOFT_LABELS, SoftLabelDict, set_relations
from spacy_ddi.corpora.docs import preset_one_sentence
from spacy_ddi.errors import Errors
from spacy_ddi.pipeline.ddi_relation import DDIRelation
from spacy_ddi.pipeline.truth import NONE

Place = tuple[int, int, int, int]
"""Token offsets of a pair's mentions: head start, head end, tail start, tail end."""

BATCH_SIZE = 32

MAX_MENTIONS = 12
"""Sentences with more mentions are lists, whose many pairs teach little."""

MAX_TOKENS = 120
"""Longer sentences are tables and headings that lost their shape."""


def find_sentences(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """The sentences of some texts that have pairs to judge.

    nlp (Language): A pipeline that sets entities (the mentions) and sentence boundaries.
    texts (Iterable[str]): The texts.
    YIELDS (Doc): One sentence each, of 2 to `MAX_MENTIONS` mentions and at most `MAX_TOKENS`
        tokens, with the mentions in `doc.spans["ddi_mentions"]` and no relations.
    """
    with nlp.select_pipes(disable=_relation_pipes(nlp)):
        for doc in nlp.pipe(texts):
            for sentence in doc.sents if len(doc.ents) >= 2 else ():
                n_mentions = len(sentence.ents)
                if 2 <= n_mentions <= MAX_MENTIONS and len(sentence) <= MAX_TOKENS:
                    yield _as_corpus_doc(sentence)


def label_pairs(teachers: Sequence[Language], docs: Sequence[Doc]) -> list[Doc]:
    """Give Docs the mean of what several pipelines say of their pairs.

    teachers (Sequence[Language]): Pipelines with a `ddi_relation` component each, which take the
        mentions from `doc.spans["ddi_mentions"]` and have the same labels.
    docs (Sequence[Doc]): Docs as `find_sentences` yields them.
    RETURNS (List[Doc]): The Docs that have candidate pairs, with their soft labels.
    RAISES (ValueError): If the teachers' labels differ.
    """
    labels = {component_of(teacher).labels for teacher in teachers}
    if len(labels) > 1:
        raise ValueError(Errors.TEACHERS_DIFFER.format(labels=sorted(labels)))
    names = (NONE, *labels.pop())
    taught = [list(_probs_by_place(teacher, docs)) for teacher in teachers]
    labelled = []
    for doc, opinions in zip(docs, zip(*taught, strict=True), strict=True):
        doc.user_data[SOFT_LABELS] = [
            SoftLabelDict(
                head_start=place[0],
                head_end=place[1],
                tail_start=place[2],
                tail_end=place[3],
                probs=dict(zip(names, np.mean(probs, axis=0).tolist(), strict=True)),
            )
            for place in opinions[0]
            for probs in [[opinion[place] for opinion in opinions]]
        ]
        if opinions[0]:
            labelled.append(doc)
    return labelled


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


def _relation_pipes(nlp: Language) -> list[str]:
    """The components that find relations, and those that work for no other component."""
    relations = {name for name, pipe in nlp.pipeline if isinstance(pipe, DDIRelation)}
    return [
        name
        for name, pipe in nlp.pipeline
        if name in relations
        or (
            (listening := set(getattr(pipe, "listening_components", ()))) and listening <= relations
        )
    ]


def _probs_by_place(
    teacher: Language, docs: Sequence[Doc]
) -> Iterator[dict[Place, NDArray[np.float32]]]:
    """For each Doc what a teacher says: the probability of each class by the pair's offsets."""
    component = component_of(teacher)
    # What comes after, such as a doc_cleaner, may remove what the component reads.
    upstream = [
        name for name, _ in takewhile(lambda named: named[1] is not component, teacher.pipeline)
    ]
    stored = DocBin(docs=docs, store_user_data=True).to_bytes()
    copies = DocBin().from_bytes(stored).get_docs(teacher.vocab)
    with teacher.select_pipes(enable=upstream):
        for batch in minibatch(teacher.pipe(copies), BATCH_SIZE):
            for prediction in component.predict(batch):
                ranges = prediction.candidates.ranges
                yield {
                    (*ranges[head].tolist(), *ranges[tail].tolist()): probs
                    for (head, tail), probs in zip(
                        prediction.candidates.pairs.tolist(), prediction.probs, strict=True
                    )
                }


def _as_corpus_doc(sentence: Span) -> Doc:
    """A sentence as a Doc of its own, with its entities as gold mentions and no relations."""
    words = [token.text for token in sentence]
    spaces = [bool(token.whitespace_) for token in sentence[:-1]]
    doc = Doc(sentence.doc.vocab, words=words, spaces=[*spaces, False])
    preset_one_sentence(doc)
    start = sentence.start
    doc.set_ents([Span(doc, e.start - start, e.end - start, e.label) for e in sentence.ents])
    doc.spans[MENTIONS_KEY] = list(doc.ents)
    set_relations(doc, [])
    return doc
