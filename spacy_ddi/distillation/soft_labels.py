"""Soft labels: the probabilities of the classes that teachers give to the pairs of mentions.

A student that learns from the soft labels of unlabelled text, beside the annotated corpus, comes
close to its teachers (Hinton et al. 2015, "Distilling the knowledge in a neural network").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.util import minibatch

from spacy_ddi.component.lookup import component_of, upstream_of
from spacy_ddi.component.targets import NONE
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.gold import SoftLabelDict, set_soft_labels

Place = tuple[int, int, int, int]
"""Token offsets of a pair's mentions: head start, head end, tail start, tail end."""

BATCH_SIZE = 32


def add_soft_labels(teachers: Sequence[Language], docs: Sequence[Doc]) -> list[Doc]:
    """Give Docs the soft labels of their pairs: the mean of the teachers' probabilities.

    teachers (Sequence[Language]): Pipelines with a `ddi_relation` component each, which take the
        mentions from `doc.spans["ddi_mentions"]` and have the same labels.
    docs (Sequence[Doc]): One sentence each, as `find_sentences` and `vary_sentences` yield them;
        changed in place.
    RETURNS (List[Doc]): Those of the Docs that have candidate pairs.
    RAISES (ValueError): If the teachers' labels differ.
    """
    labels = {component_of(teacher).labels for teacher in teachers}
    if len(labels) > 1:
        raise DDIError(Errors.TEACHERS_DIFFER.format(labels=sorted(labels)))
    names = (NONE, *labels.pop())
    predicted = [list(_probs_by_place(teacher, docs)) for teacher in teachers]
    with_pairs = []
    for doc, of_teachers in zip(docs, zip(*predicted, strict=True), strict=True):
        soft_labels = [
            SoftLabelDict(
                head_start=place[0],
                head_end=place[1],
                tail_start=place[2],
                tail_end=place[3],
                probs=dict(zip(names, np.mean(probs, axis=0).tolist(), strict=True)),
            )
            for place in of_teachers[0]
            for probs in [[found[place] for found in of_teachers]]
        ]
        set_soft_labels(doc, soft_labels)
        if of_teachers[0]:
            with_pairs.append(doc)
    return with_pairs


def _probs_by_place(
    teacher: Language, docs: Sequence[Doc]
) -> Iterator[dict[Place, NDArray[np.float32]]]:
    """For each Doc the probability of each class by the pair's offsets."""
    component = component_of(teacher)
    stored = DocBin(docs=docs, store_user_data=True).to_bytes()
    copies = DocBin().from_bytes(stored).get_docs(teacher.vocab)
    with teacher.select_pipes(enable=upstream_of(teacher, component)):
        for batch in minibatch(teacher.pipe(copies), BATCH_SIZE):
            for prediction in component.predict(batch):
                ranges = prediction.candidates.ranges
                yield {
                    (*ranges[head].tolist(), *ranges[tail].tolist()): probs
                    for (head, tail), probs in zip(
                        prediction.candidates.pairs.tolist(), prediction.probs, strict=True
                    )
                }
