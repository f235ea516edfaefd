"""Counts on the real corpus, which is not part of the repository."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path

import pytest
from spacy.lang.en import English
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.annotations import get_relations
from spacy_ddi.candidates.negative_filter import configure_negative_filter
from spacy_ddi.corpora.docbin import CorpusCounts
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.formats.ddi2013 import read_document_list, read_folder
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.scoring.counts import count_pairs
from spacy_ddi.scoring.filter_counts import count_filtered

LABELS = ("mechanism", "effect", "advise", "int")


@pytest.fixture(scope="module")
def train(corpus_folder: Path) -> list[Doc]:
    with pytest.warns(UserWarning, match="DDI910") as caught:
        docs = list(read_docs(corpus_folder / "Train", English().make_doc))
    # The one entity of the corpus whose offsets are off by one; no false alarm.
    [message] = [str(warning.message) for warning in caught]
    assert "Found 1: " in message
    assert "Eszopiclone_ddi.xml, line 181: text '(R)-warfarin'" in message
    return docs


def test_counts_of_the_training_part(train):
    counts = CorpusCounts()
    for doc in train:
        counts.add(doc)
    assert (counts.sentences, counts.pairs) == (6976, 27792)
    assert (counts.true_pairs, counts.typed_pairs) == (4021, 4020)
    labels = Counter(relation["label"] for doc in train for relation in get_relations(doc))
    assert labels == {"mechanism": 1319, "effect": 1687, "advise": 826, "int": 188, "": 1}


def test_counts_of_the_development_split(corpus_folder):
    listed = corpus_folder / "dev_documents.txt"
    counts = CorpusCounts()
    for doc in read_docs(corpus_folder / "Train", English().make_doc, documents=listed):
        counts.add(doc)
    assert len(read_document_list(listed)) == 71
    assert (counts.pairs, counts.true_pairs, counts.typed_pairs) == (3145, 397, 396)


def test_all_pairs_are_scored_and_none_of_the_mentions_coincide(train):
    scored = [count_pairs(Example(doc, doc), LABELS) for doc in train]
    assert sum(counts.n_pairs for counts in scored) == 27792
    assert sum(counts.n_true for counts in scored) == 4021
    assert sum(counts.n_true_candidates for counts in scored) == 4021
    assert sum(counts.detection.tp for counts in scored) == 4021


def test_sentence_with_most_mentions(train):
    [doc] = [doc for doc in train if doc.user_data["ddi_sentence"] == "DDI-DrugBank.d64.s87"]
    assert len(doc.spans[MENTIONS_KEY]) == 55


def test_docs_have_the_text_and_the_mentions_of_the_corpus(corpus_folder, train):
    sentences = [
        sentence
        for document in read_folder(corpus_folder / "Train", on_problem=lambda problem: None)
        for sentence in document.sentences
    ]
    discontinuous = 0
    for sentence, doc in zip(sentences, train, strict=True):
        assert doc.text == sentence.text
        for mention, span in zip(sentence.mentions, doc.spans[MENTIONS_KEY], strict=True):
            start, end = mention.ranges[0]
            assert (span.id_, span.text) == (mention.id, sentence.text[start:end].strip())
            discontinuous += len(mention.ranges) > 1
    assert discontinuous == 38


@pytest.mark.parametrize(
    ("coordination", "paper", "ours"),
    [(False, (2165, 6), (2172, 6)), (True, (7824, 24), (8017, 7))],
)
def test_negative_filter_removes_as_much_as_the_paper_s_or_more(train, coordination, paper, ours):
    """False pairs and true pairs removed. Ours tells the coordinations of a list apart."""
    counts = count_filtered(train, configure_negative_filter(True, coordination))
    assert (counts.pairs, counts.true) == (27792, 4021)
    assert (counts.removed_false, counts.removed_true) == ours
    assert counts.removed_false >= paper[0]
    assert counts.removed_true <= paper[1]


def test_digest_of_the_training_part_is_that_of_the_unpack_command(corpus_folder: Path) -> None:
    script = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "unpack_corpus.py"))
    assert script["digest"](corpus_folder / "Train") == script["TRAIN_DIGEST"]
