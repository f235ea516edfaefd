"""The corpus of drug labels: what its card says of it is so."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import spacy
from spacy.tokens import Doc

from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.ddi2013 import read_document_list
from spacy_ddi.formats.inputs import find_inputs
from spacy_ddi.gold import DOCUMENT_ID, gold_mentions_of, labelled_pairs
from tests.conftest import ROOT

FOLDER = ROOT / "assets" / "label_corpus"
CARD = (FOLDER / "README.md").read_text(encoding="utf8")


@pytest.fixture(scope="module")
def docs() -> list[Doc]:
    return list(read_docs(FOLDER, spacy.blank("en").make_doc))


def test_no_file_of_the_folder_is_an_error() -> None:
    """`convert` ends with an error then, and so does the project's `train`."""
    errors: list[CorpusError] = []
    found = list(find_inputs([str(FOLDER)], on_error=errors.append))
    assert errors == []
    assert ".xml" in {each.path.suffix for each in found}


def test_the_card_counts_right(docs: list[Doc]) -> None:
    mentions = [mention for doc in docs for mention in gold_mentions_of(doc)]
    relations = [label for doc in docs for label in labelled_pairs(doc).values()]
    n_pairs = sum(len(m) * (len(m) - 1) // 2 for m in map(gold_mentions_of, docs))
    for number in (len(docs), len(mentions), n_pairs, len(relations)):
        assert f"{number:,} " in CARD
    of_types = Counter(mention.label_ for mention in mentions) + Counter(relations)
    for label, number in of_types.items():
        assert f"{number:,} `{label}`" in CARD


def test_no_sentence_for_development_is_one_for_training(docs: list[Doc]) -> None:
    listed = set(read_document_list(FOLDER / "dev_documents.txt"))
    parts: dict[bool, set[str]] = {True: set(), False: set()}
    documents: dict[bool, set[str]] = {True: set(), False: set()}
    for doc in docs:
        is_dev = doc.user_data[DOCUMENT_ID] in listed
        documents[is_dev].add(doc.user_data[DOCUMENT_ID])
        blinded = without_names(doc)
        if len(blinded.split()) > 4:
            parts[is_dev].add(blinded)
    assert documents[True] == listed
    assert not parts[True] & parts[False]
    assert f"{len(documents[True] | documents[False])} files" in CARD


def without_names(doc: Doc) -> str:
    """The words of a sentence, in lower case, with one word for every name."""
    text = doc.text
    for mention in sorted(gold_mentions_of(doc), key=lambda m: m.start_char, reverse=True):
        text = f"{text[: mention.start_char]} drug {text[mention.end_char :]}"
    return " ".join(re.findall(r"\w+", text.lower()))
