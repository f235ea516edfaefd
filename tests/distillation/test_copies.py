"""Copies of annotated sentences with other words."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.annotations import get_relations
from spacy_ddi.distillation import copies as module
from spacy_ddi.distillation.copies import vary_sentences
from spacy_ddi.gold import MENTIONS_KEY
from tests.component.conftest import SENTENCES, build_doc


@pytest.fixture
def tagger() -> Language:
    """Tags every word by its length."""
    nlp = spacy.blank("en")

    @Language.component("length_tagger")
    def tag(doc: Doc) -> Doc:
        for token in doc:
            token.tag_ = str(len(token))
        return doc

    nlp.add_pipe("length_tagger")
    return nlp


def gold_docs(nlp: Language) -> list[Doc]:
    docs = [build_doc(nlp.vocab, sentence) for sentence in SENTENCES]
    for doc in docs:
        doc.spans[MENTIONS_KEY] = list(doc.ents)
    return docs


def test_copies_keep_their_mentions_and_change_other_words(tagger: Language) -> None:
    docs = gold_docs(tagger)
    words = {token.text for doc in docs for token in doc}
    copies = list(vary_sentences(tagger, docs, copies=20))
    assert len(copies) == 4 * 20  # one sentence has a single mention
    changed = 0
    for i, copy in enumerate(copies):
        doc = docs[i // 20]
        assert [m.text for m in copy.spans[MENTIONS_KEY]] == [m.text for m in doc.ents]
        assert [m.label_ for m in copy.spans[MENTIONS_KEY]] == [m.label_ for m in doc.ents]
        assert {token.text for token in copy} <= words
        assert len(list(copy.sents)) == 1
        assert get_relations(copy) == []
        changed += copy.text != doc.text
    assert changed > 40
    assert any(len(copy) < len(docs[i // 20]) for i, copy in enumerate(copies))


def test_words_are_exchanged_for_words_of_their_tag(
    tagger: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DROPPED", 0.0)
    monkeypatch.setattr(module, "EXCHANGED", 1.0)
    docs = gold_docs(tagger)
    for i, copy in enumerate(vary_sentences(tagger, docs, copies=3)):
        assert [len(token) for token in copy] == [len(token) for token in docs[i // 3]]


def test_the_seed_chooses_the_words(tagger: Language) -> None:
    def texts(seed: int) -> list[str]:
        docs = gold_docs(tagger)
        return [doc.text for doc in vary_sentences(tagger, docs, copies=5, seed=seed)]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)
