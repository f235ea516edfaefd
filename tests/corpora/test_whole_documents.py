"""Sentences of a corpus joined into the text of their document."""

from __future__ import annotations

import pytest
from spacy.lang.en import English
from spacy.tokens import Doc

from spacy_ddi.annotations import install_extensions
from spacy_ddi.corpora.docs import document_to_docs
from spacy_ddi.corpora.documents import Document, Interaction, Mention, Sentence
from spacy_ddi.corpora.whole_documents import as_texts, join_sentences
from spacy_ddi.gold import DOCUMENT_ID, MENTIONS_KEY, SENTENCE_IDS, labelled_pairs

TEXTS = ("Alpha raises beta", "Nothing here. ", "Both beta and alpha")


def mention(text: str, name: str, number: int) -> Mention:
    start = text.lower().index(name)
    return Mention(f"e{number}", "drug", ((start, start + len(name)),))


def gold_docs(name: str, texts: tuple[str, ...] = TEXTS) -> list[Doc]:
    """The sentences of a document; the order of mentions and pairs is not that of the text."""
    install_extensions()
    sentences = []
    for i, text in enumerate(texts):
        found = ["beta", "alpha"] if "beta" in text else []
        mentions = tuple(mention(text, drug, number) for number, drug in enumerate(found))
        interactions = (Interaction("e0", "e1", "effect"),) if found else ()
        sentences.append(Sentence(f"{name}.s{i}", text, mentions, interactions))
    return document_to_docs(Document(name, tuple(sentences)), English().make_doc)


@pytest.mark.parametrize(
    ("separator", "text"),
    [
        (" ", "Alpha raises beta Nothing here. Both beta and alpha"),
        ("\n", "Alpha raises beta\nNothing here. \nBoth beta and alpha"),
    ],
)
def test_annotation_has_its_places_in_the_joined_text(separator: str, text: str) -> None:
    joined = join_sentences(gold_docs("D0"), separator)
    assert joined.text.rstrip() == text
    assert [sent.text.strip() for sent in joined.sents] == [part.strip() for part in TEXTS]
    assert [span.text for span in joined.spans[MENTIONS_KEY]] == ["beta", "Alpha", "beta", "alpha"]
    assert [span.text for span in joined.ents] == ["Alpha", "beta", "beta", "alpha"]
    named = [
        [joined.text[slice(*place)] for place in pair] for pair in sorted(labelled_pairs(joined))
    ]
    assert named == [["Alpha", "beta"], ["beta", "alpha"]]
    assert joined.user_data[DOCUMENT_ID] == "D0"
    assert joined.user_data[SENTENCE_IDS] == ["D0.s0", "D0.s1", "D0.s2"]


def test_sentences_are_gathered_by_document() -> None:
    docs = [*gold_docs("D0"), *gold_docs("D1", TEXTS[:1])]
    joined = list(as_texts(docs, "lines"))
    assert [doc.user_data[DOCUMENT_ID] for doc in joined] == ["D0", "D1"]
    assert joined[1].text == TEXTS[0]
    assert list(as_texts(docs, "sentence")) == docs


def test_docs_without_a_document_stay_apart() -> None:
    docs = gold_docs("D0")
    for doc in docs:
        del doc.user_data[DOCUMENT_ID]
    assert [doc.text for doc in as_texts(docs, "document")] == list(TEXTS)


def test_a_sentence_without_a_token_has_no_place() -> None:
    joined = join_sentences(gold_docs("D0", (TEXTS[0], "", TEXTS[2])), "\n")
    assert joined.text == f"{TEXTS[0]}\n{TEXTS[2]}"
    assert joined.user_data[SENTENCE_IDS] == ["D0.s0", "D0.s2"]
    assert join_sentences(gold_docs("D0", ("",)), " ").text == ""
