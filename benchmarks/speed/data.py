"""The sentences that are timed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.component.lookup import relation_pipes
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import MENTIONS_KEY

MANY = 10
"""From this many mentions on, a sentence has many."""


def corpus_sentences(nlp: Language, corpus: Path, documents: Path | None) -> list[Doc]:
    """The corpus's sentences, mentions as annotated."""
    return list(read_docs(corpus, nlp.make_doc, documents=documents))


def many_mentions(nlp: Language, lines: Iterable[str], n_sentences: int) -> list[Doc]:
    """The first sentences of a text in which the pipeline finds `MANY` mentions or more.

    nlp (Language): The pipeline, with parser and recognizer.
    lines (Iterable[str]): The text.
    n_sentences (int): How many to take.
    RETURNS (List[Doc]): A Doc a sentence, mentions in `doc.spans["ddi_mentions"]`.
    """
    found: list[Doc] = []
    unneeded = {*relation_pipes(nlp), "doc_cleaner"} & set(nlp.pipe_names)
    with nlp.select_pipes(disable=sorted(unneeded)):
        for doc in nlp.pipe(lines):
            for sentence in doc.sents:
                if len(sentence.ents) >= MANY:
                    alone = sentence.as_doc()
                    alone.spans[MENTIONS_KEY] = list(alone.ents)
                    found.append(alone)
            if len(found) >= n_sentences:
                break
    return found[:n_sentences]


def list_sentence(nlp: Language, n_mentions: int) -> Doc:
    """A sentence with a list of drugs, for cost as mentions grow.

    nlp (Language): The pipeline.
    n_mentions (int): Mentions; the words grow with them, some seven for each two mentions.
    RETURNS (Doc): One sentence with mentions in `doc.spans["ddi_mentions"]`.
    """
    words: list[str] = []
    places = []
    for i in range(n_mentions):
        if i % 2 == 0:
            words += ["the", "level", "of"]
        places.append(len(words))
        words.append(f"drug{i}")
        words += ["may", "change", "under"] if i % 2 == 0 else [","]
    words[-1] = "."
    doc = Doc(nlp.vocab, words=words)
    doc.spans[MENTIONS_KEY] = [doc[place : place + 1] for place in places]
    return doc
