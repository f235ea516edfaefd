"""Mentions that a larger recognizer finds in unlabelled text, for a smaller one to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.corpora.docs import preset_one_sentence
from spacy_ddi.distillation.unlabelled import MAX_TOKENS, as_corpus_doc


def label_mentions(teacher: Language, lines: Iterable[str]) -> Iterator[Doc]:
    """Label sentences with the mentions that a pipeline finds.

    teacher (Language): A pipeline that sets entities.
    lines (Iterable[str]): Sentences. Empty ones, and those of more than `MAX_TOKENS` tokens, which
        are tables and lists, are left out.
    YIELDS (Doc): One sentence each, with its entities as gold mentions, also where there are none:
        a recognizer learns from them, too, what is no drug.
    """
    for doc in teacher.pipe(_as_sentences(teacher, lines)):
        yield as_corpus_doc(doc[:])


def _as_sentences(teacher: Language, lines: Iterable[str]) -> Iterator[Doc]:
    for line in lines:
        doc = teacher.make_doc(line)
        if 0 < len(doc) <= MAX_TOKENS:
            preset_one_sentence(doc)
            yield doc
