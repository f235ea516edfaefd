"""The registered readers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.util import registry

from spacy_ddi.annotations import get_relations
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.problems import Problem
from spacy_ddi.corpora.reader import configure_ddi_corpus_2013, configure_docbin_corpus, read_docs
from spacy_ddi.errors import CorpusError
from spacy_ddi.gold import MENTIONS_KEY

ONE = '<entity id="e0" charOffset="0-6" type="brand" text="Dexarol"/>'


@pytest.fixture
def folder(write_document):
    """D0 has two mentions, D1 one and D2 none."""
    write_document(document="D0")
    write_document(document="D1", entities=ONE, pairs="")
    return write_document(document="D2", entities="", pairs="").parent


@pytest.fixture
def write_list(tmp_path):
    def write(*names: str) -> str:
        path = tmp_path / "list.txt"
        path.write_text("\n".join(names), encoding="utf8")
        return str(path)

    return write


@pytest.mark.parametrize("name", ["spacy-ddi.DDICorpus2013.v1", "spacy-ddi.DocBinCorpus.v1"])
def test_readers_are_registered(name):
    assert callable(registry.readers.get(name))


@pytest.mark.parametrize("configure", [configure_ddi_corpus_2013, configure_docbin_corpus])
@pytest.mark.parametrize("path", [None, ""])
def test_empty_path_is_named(nlp, configure, path):
    with pytest.raises(CorpusError, match="DDI107"):
        list(configure(path)(nlp))


@pytest.mark.parametrize(("least", "n_examples"), [(0, 3), (1, 2), (2, 1)])
def test_sentences_with_fewer_mentions_are_skipped(nlp, folder, tmp_path, least, n_examples):
    examples = list(configure_ddi_corpus_2013(str(folder), min_mentions=least)(nlp))
    assert len(examples) == n_examples
    assert len(examples[0].predicted.spans[MENTIONS_KEY]) == 2

    path = tmp_path / "gold.spacy"
    write_docbin(read_docs(folder, nlp.make_doc), path)
    stored = list(configure_docbin_corpus(str(path), min_mentions=least)(nlp))
    assert [e.reference.text for e in stored] == [e.reference.text for e in examples]


@pytest.mark.parametrize("configure", [configure_ddi_corpus_2013, configure_docbin_corpus])
def test_negative_number_of_mentions_is_refused(configure):
    with pytest.raises(ValueError, match=r"DDI012.*min_mentions = -1"):
        configure("somewhere", min_mentions=-1)


@pytest.mark.parametrize("gold", [True, False])
def test_gold_mentions_are_on_the_predicted_side_on_demand(nlp, folder, gold):
    example = next(configure_ddi_corpus_2013(str(folder), gold_mentions=gold)(nlp))
    assert (MENTIONS_KEY in example.predicted.spans) is gold
    assert len(get_relations(example.reference)) == 1


def test_documents_and_exclude_choose_documents(nlp, folder, write_list):
    chosen = write_list("D1", "D2")
    inside = configure_ddi_corpus_2013(str(folder), documents=chosen)(nlp)
    outside = configure_ddi_corpus_2013(str(folder), exclude=chosen)(nlp)
    assert [e.reference.user_data["ddi_document"] for e in inside] == ["D1", "D2"]
    assert [e.reference.user_data["ddi_document"] for e in outside] == ["D0"]


def test_listed_document_that_is_not_there_is_named(nlp, folder, write_list):
    reader = configure_ddi_corpus_2013(str(folder), documents=write_list("D0", "D8", "D9"))
    with pytest.raises(CorpusError, match=r"DDI106.*3 listed.*2 are not in.*'D8'"):
        list(reader(nlp))


def test_excluded_document_that_is_not_there_is_named(nlp, folder, write_list):
    """A typing error would let a document of the development split into training."""
    reader = configure_ddi_corpus_2013(str(folder), exclude=write_list("D0", "D9"))
    with pytest.raises(CorpusError, match=r"DDI106.*2 listed.*1 are not in.*'D9'"):
        list(reader(nlp))


def test_reader_can_be_read_again(nlp, folder):
    reader = configure_ddi_corpus_2013(str(folder))
    assert len(list(reader(nlp))) == len(list(reader(nlp))) == 3


def test_missing_folder_and_missing_file_are_named(nlp, tmp_path):
    with pytest.raises(CorpusError, match=r"DDI101.*nowhere"):
        list(configure_ddi_corpus_2013(str(tmp_path / "nowhere"))(nlp))
    with pytest.raises(OSError, match=r"nowhere\.spacy"):
        list(configure_docbin_corpus(str(tmp_path / "nowhere.spacy"))(nlp))


def test_listed_file_that_is_malformed_is_reported_as_malformed(nlp, folder, write_list):
    """With an error handler the other documents come through, listed or not."""
    (folder / "D1.xml").write_text("<document", encoding="utf8")
    errors: list[CorpusError] = []
    docs = read_docs(
        folder,
        nlp.make_doc,
        documents=folder.parent / write_list("D0", "D1"),
        on_error=errors.append,
    )
    assert [doc.user_data["ddi_document"] for doc in docs] == ["D0"]
    assert "D1.xml" in str(errors[0])


def test_docs_of_one_s_own_without_mention_group_are_read(nlp, tmp_path):
    """A Doc without the span group has its mentions in `doc.ents`, as everywhere else."""
    doc = nlp.make_doc("Dexarol only")
    doc.set_ents([doc.char_span(0, 7, label="drug")])
    path = tmp_path / "own.spacy"
    DocBin(store_user_data=True, docs=[doc, Doc(nlp.vocab, words=["none"])]).to_disk(path)
    examples = list(configure_docbin_corpus(str(path))(nlp))
    assert [e.reference.text for e in examples] == ["Dexarol only", "none "]
    assert [span.text for span in examples[0].predicted.spans[MENTIONS_KEY]] == ["Dexarol"]


def test_a_second_file_is_read_after_the_first(nlp, folder, tmp_path):
    docs = list(read_docs(folder, nlp.make_doc))
    write_docbin(docs[:2], tmp_path / "one.spacy")
    write_docbin(docs[2:], tmp_path / "two.spacy")
    read = configure_docbin_corpus(str(tmp_path / "one.spacy"), also=str(tmp_path / "two.spacy"))
    assert [example.reference.text for example in read(nlp)] == [doc.text for doc in docs]


def test_several_files_are_read_one_after_another_and_those_not_given_left_out(
    nlp, folder, tmp_path
):
    docs = list(read_docs(folder, nlp.make_doc))
    for i, doc in enumerate(docs):
        write_docbin([doc], tmp_path / f"{i}.spacy")
    also = {"second": str(tmp_path / "1.spacy"), "none": None, "third": str(tmp_path / "2.spacy")}
    read = configure_docbin_corpus(str(tmp_path / "0.spacy"), also=also)
    assert [example.reference.text for example in read(nlp)] == [doc.text for doc in docs]


def test_a_doc_without_tokens_is_left_out(nlp, tmp_path):
    docs = [Doc(nlp.vocab), Doc(nlp.vocab, words=["one"])]
    DocBin(store_user_data=True, docs=docs).to_disk(tmp_path / "own.spacy")
    examples = configure_docbin_corpus(str(tmp_path / "own.spacy"))(nlp)
    assert [example.reference.text for example in examples] == ["one "]


def test_every_epoch_gets_new_predicted_docs(nlp, folder, tmp_path):
    """Gold Docs are unpacked once; what a pipeline annotates is fresh."""
    write_docbin(read_docs(folder, nlp.make_doc), tmp_path / "gold.spacy")
    read = configure_docbin_corpus(str(tmp_path / "gold.spacy"))
    first, again = list(read(nlp)), list(read(nlp))
    for one, other in zip(first, again, strict=True):
        assert one.reference is other.reference
        assert one.predicted is not other.predicted
    other_nlp = spacy.blank("en")
    assert next(iter(read(other_nlp))).reference.vocab is other_nlp.vocab


def test_problems_of_chosen_documents_only_are_told(nlp, write_document, write_list):
    odd = '<entity id="e0" charOffset="1-6" type="brand" text="Dexarol"/>'
    folder = write_document(document="D0", entities=odd, pairs="").parent
    write_document(document="D1")
    chosen = Path(write_list("D1"))
    assert len(list(read_docs(folder, nlp.make_doc, documents=chosen))) == 1
    problems: list[Problem] = []
    docs = read_docs(folder, nlp.make_doc, exclude=chosen, on_problem=problems.append)
    assert len(list(docs)) == 1
    assert [problem.path.name for problem in problems] == ["D0.xml"]
    with pytest.warns(UserWarning, match=r"DDI910.*D0\.xml, line 4"):
        list(configure_ddi_corpus_2013(str(folder))(nlp))


def test_problems_of_a_file_that_is_left_out_are_not_told(nlp, write_document):
    odd = '<entity id="e0" charOffset="1-6" type="brand" text="Dexarol"/><entity/>'
    folder = write_document(document="D0", entities=odd, pairs="").parent
    write_document(document="D1")
    errors: list[CorpusError] = []
    assert len(list(read_docs(folder, nlp.make_doc, on_error=errors.append))) == 1
    assert len(errors) == 1


def test_a_stored_parse_comes_with_the_predicted_docs(nlp, folder, tmp_path):
    docs = list(read_docs(folder, nlp.make_doc))
    parsed = docs[0]
    heads = [min(1, len(parsed) - 1)] * len(parsed)
    parsed.from_array(["HEAD", "DEP"], make_parse(parsed, heads))
    write_docbin(docs, tmp_path / "parsed.spacy")
    read = configure_docbin_corpus(str(tmp_path / "parsed.spacy"), gold_parse=True)
    first, second, _ = (example.predicted for example in read(spacy.blank("en")))
    assert [token.head.i for token in first] == heads
    assert {token.dep_ for token in first} == {"dep"}
    assert len(list(first.sents)) == 1
    assert len(first.spans[MENTIONS_KEY]) == 2
    # What is not parsed gets no parse, but its sentence.
    assert not second.has_annotation("DEP")
    assert len(list(second.sents)) == 1
    plain = configure_docbin_corpus(str(tmp_path / "parsed.spacy"))
    assert not next(plain(spacy.blank("en"))).predicted.has_annotation("DEP")


def make_parse(doc, heads):
    dep = doc.vocab.strings.add("dep")
    offsets = [head - i for i, head in enumerate(heads)]
    return np.array([[offset, dep] for offset in offsets], dtype="int64").astype("uint64")
