"""Whole documents are scored by the sentences of the corpus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.corpora.docs import document_to_docs
from spacy_ddi.corpora.documents import Document, Interaction, Mention, Sentence
from spacy_ddi.corpora.whole_documents import as_texts
from spacy_ddi.scoring.evaluation import annotate, summarize
from spacy_ddi.scoring.submission import submission_lines

LABELS = ("effect",)


@pytest.fixture
def references() -> list[Doc]:
    """Two sentences of two mentions; the pair of the first interacts."""
    install_extensions()
    mentions = (Mention("e0", "drug", ((0, 2),)), Mention("e1", "drug", ((3, 5),)))
    sentences = (
        Sentence("D0.s0", "AA BB;", mentions, (Interaction("e0", "e1", "effect"),)),
        Sentence("D0.s1", "CC DD.", mentions, ()),
    )
    return document_to_docs(Document("D0", sentences), English().make_doc)


@Language.factory("test_effects", default_config={"pairs": []})
def make_effects(nlp: Language, name: str, pairs: list[list[str]]) -> Callable[[Doc], Doc]:
    def relate(doc: Doc) -> Doc:
        place = {token.text: (token.i, token.i + 1) for token in doc}
        doc._.ddi_rels = [
            make_relation(place[one], place[two], "effect", 0.9)
            for one, two in pairs
            if one in place and two in place
        ]
        return doc

    return relate


def pipeline(pairs: list[tuple[str, str]], names: str) -> Language:
    """Takes these words for drugs, and these pairs of them for effects."""
    nlp = English()
    ruler: Any = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "drug", "pattern": name} for name in names.split()])
    nlp.add_pipe("test_effects", config={"pairs": [list(pair) for pair in pairs]})
    return nlp


@pytest.mark.parametrize("text", ["sentence", "document", "lines"])
def test_right_pairs_are_right_in_any_text(references: list[Doc], text: Any) -> None:
    nlp = pipeline([("AA", "BB"), ("CC", "DD")], "AA BB CC DD")
    examples = list(annotate(nlp, as_texts(references, text), mentions="predicted", text=text))
    figures = summarize(examples, labels=LABELS, mentions="predicted", text=text)
    assert (figures["micro_p"], figures["micro_r"], figures["ner_f"]) == (0.5, 1.0, 1.0)
    assert (figures["n_documents"], figures["n_pairs"], figures["n_true"]) == (1, 2, 1)
    assert figures["text"] == text
    assert list(submission_lines(examples)) == [
        "D0.s0|e0|e1|1|effect",
        "D0.s1|e0|e1|1|effect",
    ]


def test_pairs_across_sentences_and_of_no_mention_are_wrong(references: list[Doc]) -> None:
    nlp = pipeline([("AA", "BB"), ("BB", "CC"), ("AA", ";")], "AA BB CC ;")
    texts = list(as_texts(references, "document"))
    examples = list(annotate(nlp, texts, mentions="predicted", text="document"))
    figures = summarize(examples, labels=LABELS, mentions="predicted", text="document")
    assert (figures["micro_p"], figures["micro_r"]) == (1 / 3, 1.0)
    assert (figures["ner_p"], figures["ner_r"]) == (0.75, 0.75)
    # A submission has lines for the pairs of gold mentions, and no place for others.
    assert [line.split("|")[3] for line in submission_lines(examples)] == ["1", "0"]


def test_gold_mentions_of_a_document_come_without_its_sentences(references: list[Doc]) -> None:
    nlp = pipeline([], "AA")
    for text, has_sentences in (("sentence", True), ("document", False)):
        docs = as_texts(references, text)
        for example in annotate(nlp, docs, mentions="gold", text=text):
            assert example.predicted.has_annotation("SENT_START") is has_sentences
            spans = example.predicted.spans["ddi_mentions"]
            assert len(spans) == len(example.reference.spans["ddi_mentions"])
