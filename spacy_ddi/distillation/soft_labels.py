"""Soft labels: probabilities that teachers give to pairs of mentions in text without annotation.

A student that learns from the teachers' probabilities on such text, beside the gold corpus, comes
close to them (Hinton et al. 2015, "Distilling the knowledge in a neural network").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import minibatch

from spacy_ddi.annotations import (
    MENTIONS_KEY,
    SOFT_LABELS,
    SoftLabelDict,
    gold_mentions_of,
    set_relations,
)
from spacy_ddi.component.lookup import component_of, relation_pipes, upstream_of
from spacy_ddi.component.targets import NONE
from spacy_ddi.corpora.docs import preset_one_sentence
from spacy_ddi.errors import DDIError, Errors

Place = tuple[int, int, int, int]
"""Token offsets of a pair's mentions: head start, head end, tail start, tail end."""

BATCH_SIZE = 32

DROPPED = 0.05
"""Share of the words that `vary_sentences` leaves out."""

EXCHANGED = 0.17
"""Share of the words that `vary_sentences` exchanges."""

MAX_MENTIONS = 12
"""Sentences with more mentions are lists, whose many pairs teach little."""

MAX_TOKENS = 120
"""Longer sentences are tables and headings that lost their shape."""


def find_sentences(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """The sentences of some texts that have pairs of mentions.

    nlp (Language): A pipeline that sets entities (the mentions) and sentence boundaries.
    texts (Iterable[str]): The texts.
    YIELDS (Doc): One sentence each, of 2 to `MAX_MENTIONS` mentions and at most `MAX_TOKENS`
        tokens, with the mentions in `doc.spans["ddi_mentions"]` and no relations.
    """
    with nlp.select_pipes(disable=relation_pipes(nlp)):
        for doc in nlp.pipe(texts):
            for sentence in doc.sents if len(doc.ents) >= 2 else ():
                n_mentions = len(sentence.ents)
                if 2 <= n_mentions <= MAX_MENTIONS and len(sentence) <= MAX_TOKENS:
                    yield _as_corpus_doc(sentence)


def vary_sentences(
    nlp: Language, docs: Sequence[Doc], *, copies: int, seed: int = 0
) -> Iterator[Doc]:
    """Copies of corpus sentences with some words exchanged or left out, for soft labels.

    A word outside of mentions is left out (`DROPPED`), or gives way to a word that stands elsewhere
    in the sentences with the same part-of-speech tag (`EXCHANGED`). The copies need not make sense:
    they show where between the corpus's sentences the teacher draws its lines (in the manner of
    Jiao et al. 2020, "TinyBERT", section 3).

    nlp (Language): A pipeline that tags.
    docs (Sequence[Doc]): Gold Docs, with their mentions in `doc.spans["ddi_mentions"]`.
    copies (int): Copies of each Doc with two mentions or more.
    seed (int): Chooses the words.
    YIELDS (Doc): As `find_sentences` does.
    RAISES (ValueError): If the pipeline gives no tags.
    """
    random = Random(seed)
    pairable = [doc for doc in docs if len(gold_mentions_of(doc)) >= 2]
    bare = (Doc(nlp.vocab, words=_words(doc), spaces=_spaces(doc)) for doc in pairable)
    with nlp.select_pipes(disable=relation_pipes(nlp)):
        tags = [[token.tag_ for token in doc] for doc in nlp.pipe(bare)]
    if not any(tag for tagged in tags for tag in tagged):
        raise DDIError(Errors.NO_TAGS.format(found=", ".join(nlp.pipe_names) or "nothing"))
    lexicon: dict[str, list[str]] = defaultdict(list)
    for doc, tagged in zip(pairable, tags, strict=True):
        for i in _free_words(doc):
            lexicon[tagged[i]].append(doc[i].text)
    for doc, tagged in zip(pairable, tags, strict=True):
        for _ in range(copies):
            words: list[str | None] = [*_words(doc)]
            for i in _free_words(doc):
                draw = random.random()
                if draw < DROPPED:
                    words[i] = None
                elif draw < DROPPED + EXCHANGED:
                    words[i] = random.choice(lexicon[tagged[i]])
            yield _with_words(doc, words)


def add_soft_labels(teachers: Sequence[Language], docs: Sequence[Doc]) -> list[Doc]:
    """Give Docs the mean of what several pipelines say of their pairs.

    teachers (Sequence[Language]): Pipelines with a `ddi_relation` component each, which take the
        mentions from `doc.spans["ddi_mentions"]` and have the same labels.
    docs (Sequence[Doc]): Docs as `find_sentences` yields them.
    RETURNS (List[Doc]): The Docs that have candidate pairs, with their soft labels.
    RAISES (ValueError): If the teachers' labels differ.
    """
    labels = {component_of(teacher).labels for teacher in teachers}
    if len(labels) > 1:
        raise DDIError(Errors.TEACHERS_DIFFER.format(labels=sorted(labels)))
    names = (NONE, *labels.pop())
    by_teacher = [list(_probs_by_place(teacher, docs)) for teacher in teachers]
    labelled = []
    for doc, by_place in zip(docs, zip(*by_teacher, strict=True), strict=True):
        doc.user_data[SOFT_LABELS] = [
            SoftLabelDict(
                head_start=place[0],
                head_end=place[1],
                tail_start=place[2],
                tail_end=place[3],
                probs=dict(zip(names, np.mean(probs, axis=0).tolist(), strict=True)),
            )
            for place in by_place[0]
            for probs in [[found[place] for found in by_place]]
        ]
        if by_place[0]:
            labelled.append(doc)
    return labelled


def _probs_by_place(
    teacher: Language, docs: Sequence[Doc]
) -> Iterator[dict[Place, NDArray[np.float32]]]:
    """For each Doc what a teacher says: the probability of each class by the pair's offsets."""
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


def _words(doc: Doc) -> list[str]:
    return [token.text for token in doc]


def _spaces(doc: Doc) -> list[bool]:
    return [bool(token.whitespace_) for token in doc]


def _free_words(doc: Doc) -> list[int]:
    """The tokens of letters that are in no mention."""
    mentioned = {token.i for mention in gold_mentions_of(doc) for token in mention}
    return [token.i for token in doc if token.is_alpha and token.i not in mentioned]


def _with_words(doc: Doc, words: Sequence[str | None]) -> Doc:
    """A corpus Doc with other words, of which those that are None are left out."""
    kept = [i for i, word in enumerate(words) if word is not None]
    spaces = _spaces(doc)
    varied = Doc(doc.vocab, words=[str(words[i]) for i in kept], spaces=[spaces[i] for i in kept])
    preset_one_sentence(varied)
    place = {old: new for new, old in enumerate(kept)}
    varied.spans[MENTIONS_KEY] = [
        Span(varied, place[m.start], place[m.end - 1] + 1, label=m.label)
        for m in gold_mentions_of(doc)
    ]
    set_relations(varied, [])
    return varied


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
