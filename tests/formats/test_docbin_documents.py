"""Docs of `.spacy` files as documents."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span

from spacy_ddi.annotations import make_relation, set_relations
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.docs import document_to_docs
from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.corpora.whole_documents import join_sentences
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats import docbin_documents
from spacy_ddi.formats.ddi2013 import read_document
from spacy_ddi.formats.docbin_documents import read_docbin_documents, write_docbin_documents
from spacy_ddi.formats.inputs import format_of
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.conftest import SAMPLE_CORPUS
from tests.formats.reading import read
from tests.formats.samples import empty, in_sentences, place, sample
from tests.helpers import VOCAB

WORDS = ["💊", "Dexarol", "acid", "may", "\r\n", "raise", "lithium", "."]


def make_doc():
    spaces = [True, True, True, False, False, True, False, False]
    return Doc(VOCAB, words=WORDS, spaces=spaces)


def test_mentions_and_relations_of_a_doc_are_read(tmp_path):
    doc = make_doc()
    doc.spans["ddi_mentions"] = [
        Span(doc, 1, 3, label="BRAND", span_id="m1"),
        Span(doc, 2, 3, label="DRUG"),
        Span(doc, 6, 7, label="DRUG", span_id="m1"),
    ]
    set_relations(doc, [make_relation((1, 3), (6, 7), "own", 0.5)])
    DocBin(store_user_data=True, docs=[doc, Doc(VOCAB)]).to_disk(tmp_path / "a.spacy")
    assert format_of(tmp_path / "a.spacy").name == "spacy"
    documents, errors = read(read_docbin_documents, tmp_path / "a.spacy")
    assert errors == []
    text = doc.text
    assert documents[0] == TextDocument(
        "a.spacy:1",
        text,
        (),
        (
            Mention("m1", "BRAND", (place(text, "Dexarol acid"),)),
            Mention("T2", "DRUG", (place(text, "acid"),)),
            Mention("T3", "DRUG", (place(text, "lithium"),)),
        ),
        (Interaction("m1", "T3", "own"),),
    )
    assert documents[1] == TextDocument("a.spacy:2", "")


def test_entities_and_ends_of_relations_serve_where_there_is_no_group(tmp_path):
    doc = make_doc()
    doc.set_ents([Span(doc, 1, 2, label="DRUG")])
    set_relations(doc, [make_relation((1, 2), (6, 7), "int", 1.0)])
    DocBin(store_user_data=True, docs=[doc]).to_disk(tmp_path / "a.spacy")
    [document], errors = read(read_docbin_documents, tmp_path / "a.spacy")
    assert errors == []
    assert [(m.id, m.type) for m in document.mentions] == [("T1", "DRUG"), ("T2", "")]
    assert document.interactions == (Interaction("T1", "T2", "int"),)


def test_sentences_of_a_corpus_document_are_sections(tmp_path):
    path = sorted(SAMPLE_CORPUS.rglob("*.xml"))[0]
    corpus_document = read_document(path)
    docs = document_to_docs(corpus_document, spacy.blank("en").make_doc)
    write_docbin([join_sentences(docs, "\n"), docs[0]], tmp_path / "a.spacy")
    (joined, one), errors = read(read_docbin_documents, tmp_path / "a.spacy")
    assert errors == []
    sentences = corpus_document.sentences
    assert joined.id == corpus_document.id
    assert joined.text == "\n".join(sentence.text for sentence in sentences)
    assert [section.title for section in joined.sections] == [each.id for each in sentences]
    assert [joined.text[s.start : s.end] for s in joined.sections] == [s.text for s in sentences]
    assert len(joined.interactions) == sum(len(each.interactions) for each in sentences) > 0
    assert one.id == sentences[0].id
    assert one.sections == (Section(0, len(sentences[0].text), "sentence", sentences[0].id),)


def test_documents_are_written_and_read_again(tmp_path):
    documents = [in_sentences(sample()), sample("plain"), empty()]
    write_docbin_documents(documents, tmp_path / "new" / "a.spacy")
    found, errors = read(read_docbin_documents, tmp_path / "new" / "a.spacy")
    assert errors == []
    assert [each.id for each in found] == [each.id for each in documents]
    assert [each.text for each in found] == [each.text for each in documents]
    # On a Doc, the head is the one that comes first.
    pairs = [{(*sorted((i.head, i.tail)), i.label) for i in each.interactions} for each in found]
    assert pairs == [
        {(*sorted((i.head, i.tail)), i.label) for i in each.interactions} for each in documents
    ]
    for one, other in zip(found, documents, strict=True):
        # Of several ranges, a Doc has the first.
        expected = [(m.id, m.type, m.ranges[:1]) for m in other.mentions]
        assert [(m.id, m.type, m.ranges) for m in one.mentions] == expected
    assert found[0].sections == documents[0].sections


def test_scores_are_those_of_the_relations(tmp_path):
    interactions = (Interaction("T3", "T6", "int", 0.25), Interaction("T1", "T6", "int"))
    write_docbin_documents([replace(sample(), interactions=interactions)], tmp_path / "a.spacy")
    (doc,) = DocBin().from_disk(tmp_path / "a.spacy").get_docs(VOCAB)
    assert [relation["score"] for relation in doc._.ddi_rels] == [0.25, 1.0]


def test_a_file_that_is_too_large_decompressed_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.spacy"
    path.write_bytes(zlib.compress(bytes(100_000)))
    monkeypatch.setattr(docbin_documents, "MAX_DOCBIN", 50_000)
    monkeypatch.setattr(docbin_documents, "CHUNK", 1_000)
    with pytest.raises(CorpusError, match=r"DDI132\].*a\.spacy, the file: more than 0 MiB"):
        list(read_docbin_documents(path, on_error=print))


def test_where_no_more_docs_can_be_made_the_first_of_them_is_named(tmp_path, monkeypatch):
    DocBin(docs=[make_doc(), make_doc()]).to_disk(tmp_path / "a.spacy")
    get_docs = DocBin.get_docs

    def get_one(self, vocab):
        yield next(get_docs(self, vocab))
        raise ValueError("odd bytes")

    monkeypatch.setattr(DocBin, "get_docs", get_one)
    documents, [error] = read(read_docbin_documents, tmp_path / "a.spacy")
    assert len(documents) == 1
    assert error.startswith(f"[DDI117] {tmp_path / 'a.spacy'}, Doc 2: this Doc can't be read")
