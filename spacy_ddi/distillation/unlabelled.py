"""Unlabelled text: its sentences with pairs of mentions, to which teachers give soft labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span

from spacy_ddi.annotations import set_relations
from spacy_ddi.component.lookup import relation_pipes
from spacy_ddi.corpora.docs import preset_one_sentence
from spacy_ddi.gold import MENTIONS_KEY, gold_mentions_of

MAX_MENTIONS = 12
"""Sentences with more mentions are lists, from whose many pairs a student learns little."""

MAX_TOKENS = 120
"""Longer sentences are tables and headings that lost their layout."""


def find_sentences(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """The sentences of unlabelled texts that have pairs of mentions.

    nlp (Language): A pipeline that sets entities (the mentions) and sentence boundaries.
    texts (Iterable[str]): The texts.
    YIELDS (Doc): One sentence each, of 2 to `MAX_MENTIONS` mentions and at most `MAX_TOKENS`
        tokens, with the mentions in `doc.spans["ddi_mentions"]` and no relations.
    """
    with nlp.select_pipes(disable=relation_pipes(nlp)):
        for doc in nlp.pipe(texts):
            for sentence in doc.sents if len(doc.ents) >= 2 else ():
                if _is_useful(len(sentence.ents), len(sentence)):
                    yield as_corpus_doc(sentence)


def with_pairs(docs: Iterable[Doc]) -> Iterator[Doc]:
    """Those of some sentences that a student of relations learns from.

    docs (Iterable[Doc]): One sentence each, with gold mentions.
    YIELDS (Doc): Those of 2 to `MAX_MENTIONS` mentions and at most `MAX_TOKENS` tokens.
    """
    return (doc for doc in docs if _is_useful(len(gold_mentions_of(doc)), len(doc)))


def _is_useful(n_mentions: int, n_tokens: int) -> bool:
    return 2 <= n_mentions <= MAX_MENTIONS and n_tokens <= MAX_TOKENS


def as_corpus_doc(sentence: Span) -> Doc:
    """A sentence as a Doc of its own, with its entities as gold mentions and no relations.

    sentence (Span): The sentence.
    RETURNS (Doc): Its tokens, one sentence.
    """
    words = [token.text for token in sentence]
    spaces = [bool(token.whitespace_) for token in sentence[:-1]]
    doc = Doc(sentence.doc.vocab, words=words, spaces=[*spaces, False])
    preset_one_sentence(doc)
    start = sentence.start
    doc.set_ents([Span(doc, e.start - start, e.end - start, e.label) for e in sentence.ents])
    doc.spans[MENTIONS_KEY] = list(doc.ents)
    set_relations(doc, [])
    return doc
