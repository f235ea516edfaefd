"""Corpus documents as one text each, as people have them, in place of one text a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, Literal

from spacy.tokens import Doc

from spacy_ddi.derived_docs import concatenate_docs
from spacy_ddi.gold import DOCUMENT_ID, SENTENCE_ID, SENTENCE_IDS

TextUnit = Literal["sentence", "document", "lines"]
"""What a pipeline reads as one text: a corpus sentence, a document whose sentences are joined by
blanks, or a document with each sentence on a line of its own."""

SEPARATORS: Final[dict[TextUnit, str]] = {"document": " ", "lines": "\n"}
"""What stands between the sentences of a joined document."""


def as_texts(docs: Iterable[Doc], unit: TextUnit) -> Iterator[Doc]:
    """Gold Docs of the texts that a pipeline is to read.

    docs (Iterable[Doc]): Gold Docs, one a sentence, those of a document one after another.
    unit (str): What is one text.
    YIELDS (Doc): The Docs themselves, or one a document as `join_sentences` makes it. A Doc that
        bears no document id is a document of its own.
    """
    if unit == "sentence":
        yield from docs
        return
    numbered = enumerate(docs)
    for _, document in groupby(numbered, lambda item: item[1].user_data.get(DOCUMENT_ID, item[0])):
        yield join_sentences([doc for _, doc in document], SEPARATORS[unit])


def join_sentences(docs: list[Doc], separator: str) -> Doc:
    """One gold Doc from the sentences of a document: their mentions, relations and boundaries, at
    the places that they have in the joined text.

    docs (List[Doc]): Gold Docs, one a sentence. Those without a token are left out.
    separator (str): A blank, of which none is added after a sentence that ends in white space, or
        a line end, which is a token of the sentence before it.
    RETURNS (Doc): The joined text. `doc.user_data[SENTENCE_IDS]` has the ids of its sentences.
    """
    kept = [doc for doc in docs if len(doc)] or docs[:1]
    if separator == " ":
        joined = concatenate_docs(kept, ensure_whitespace=True)
    else:
        parts = [part for doc in kept for part in (_line_end(doc, separator), doc)]
        joined = concatenate_docs(parts[1:], ensure_whitespace=False)
    joined.user_data[SENTENCE_IDS] = [doc.user_data.get(SENTENCE_ID, "") for doc in kept]
    return joined


def _line_end(doc: Doc, separator: str) -> Doc:
    """A Doc of a separator, of the document that another Doc belongs to."""
    between = Doc(doc.vocab, words=[separator], spaces=[False], sent_starts=[False])
    if DOCUMENT_ID in doc.user_data:
        between.user_data[DOCUMENT_ID] = doc.user_data[DOCUMENT_ID]
    return between
