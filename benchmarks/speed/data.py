"""The sentences that are timed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.annotations import MENTIONS_KEY, gold_mentions_of
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.corpora.text import read_lines
from spacy_ddi.training.silver import find_sentences

MANY = 10
"""From this many mentions on, a sentence has many."""


def corpus_sentences(nlp: Language, corpus: Path, documents: Path | None) -> list[Doc]:
    """The corpus's sentences with two mentions or more, mentions as annotated."""
    docs = read_docs(corpus, nlp.make_doc, documents=documents)
    return [doc for doc in docs if len(gold_mentions_of(doc)) >= 2]


def text_sentences(nlp: Language, path: Path, n_lines: int) -> list[Doc]:
    """The sentences of the first lines of a text in which the pipeline finds pairs to judge."""
    return list(find_sentences(nlp, read_lines(path)[:n_lines]))


def with_many_mentions(docs: Sequence[Doc]) -> list[Doc]:
    """Those that have `MANY` mentions or more."""
    return [doc for doc in docs if len(doc.spans[MENTIONS_KEY]) >= MANY]


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
