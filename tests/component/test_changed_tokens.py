"""The shipped pipeline's relations, when other components or calls change the Doc after it."""

from __future__ import annotations

import dataclasses

import pytest
import spacy
from spacy.language import Language

from spacy_ddi.derived_docs import concatenate_docs, span_as_doc

TEXT = (
    "Theophylline sodium levels rise; Cimetidine raises serum levels of theophylline sodium and of "
    "lithium carbonate."
)
ADVICE = "Patients who take phenelzine must not be given tramadol."
NAMES = [("Cimetidine", "theophylline sodium"), ("Cimetidine", "lithium carbonate")]


@pytest.fixture(scope="module")
def shipped() -> Language:
    pytest.importorskip("en_ddi_minilm", reason="the shipped pipeline is not installed")
    return spacy.load("en_ddi_minilm", exclude=["doc_cleaner"])


@pytest.mark.parametrize("merging", ["merge_entities", "merge_noun_chunks", "merge_subtokens"])
def test_relations_keep_their_names_when_tokens_are_merged(shipped, merging):
    shipped.add_pipe(merging)
    try:
        [(doc, _)] = shipped.pipe([(TEXT, None)], as_tuples=True)
    finally:
        shipped.remove_pipe(merging)
    assert [(r.head_text, r.tail_text) for r in doc._.ddi] == NAMES
    for relation in doc._.ddi:
        assert relation.head_text in relation.head.text
        assert relation.tail_text in relation.tail.text
        assert {relation.head.label_, relation.tail.label_} == {"drug"}


def test_a_relation_as_a_dict(shipped):
    [relation] = shipped(ADVICE)._.ddi
    found = dataclasses.asdict(relation)
    assert found.pop("score") == relation.score
    assert found == {
        "head_text": "phenelzine",
        "head_type": "drug",
        "head_start_char": 18,
        "head_end_char": 28,
        "tail_text": "tramadol",
        "tail_type": "drug",
        "tail_start_char": 47,
        "tail_end_char": 55,
        "label": "advise",
        "sentence": ADVICE,
        "sentence_start_char": 0,
    }


@pytest.mark.filterwarnings("ignore:.*W101.*trf_data")
def test_joined_and_cut_docs_have_the_relations(shipped):
    one, two = shipped(TEXT), shipped(ADVICE)
    joined = concatenate_docs([one, two])
    found = [(r.head.text, r.tail.text) for r in joined._.ddi]
    assert found == [*NAMES, ("phenelzine", "tramadol")]
    assert joined._.ddi_rels[2]["head_start"] == len(one) + 3
    [relation] = span_as_doc(two[2:10])._.ddi_rels
    assert (relation["head_start"], relation["tail_start"]) == (1, 6)
