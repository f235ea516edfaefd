"""Relations as flat records."""

from __future__ import annotations

import json

import pytest
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.formats.relation_records import relation_records
from spacy_ddi.gold import MENTIONS_KEY


def test_record_of_a_relation(doc):
    first, second = relation_records(doc)
    assert first == {
        "head": "Dexarol",
        "head_type": "brand",
        "head_start": 14,
        "head_end": 21,
        "tail": "plinozide",
        "tail_type": "drug",
        "tail_start": 27,
        "tail_end": 36,
        "label": "mechanism",
        "score": 0.8765,
        "sentence": "Dexarol & <b>plinozide</b> mix.",
        "sentence_start": 14,
    }
    assert (second["head_type"], second["label"], second["score"]) == ("vitamin", "", 1.0)
    assert json.loads(json.dumps(first)) == first


@pytest.mark.parametrize("before", ["", "x" * 100])
def test_offsets_are_those_of_the_whole_text(doc, before):
    whole = before + doc.text
    for record in relation_records(doc, offset=len(before)):
        assert whole[record["head_start"] : record["head_end"]] == record["head"]
        assert whole[record["tail_start"] : record["tail_end"]] == record["tail"]
        assert whole[record["sentence_start"] :].startswith(record["sentence"])


def test_doc_without_relations_has_no_record():
    install_extensions()
    assert list(relation_records(Doc(Vocab(), words=["nothing"]))) == []


def test_type_of_a_nested_mention_is_that_of_the_span_group():
    """A mention that `doc.ents` can't hold has its type in the group that the component reads."""
    install_extensions()
    doc = Doc(Vocab(), words=["plino", "acid"], sent_starts=[True, False])
    doc.spans[MENTIONS_KEY] = [Span(doc, 0, 2, label="group"), Span(doc, 0, 1, label="drug")]
    doc._.ddi_rels = [make_relation((0, 1), (0, 2), "int", 1.0)]
    [record] = relation_records(doc)
    assert (record["head_type"], record["tail_type"]) == ("drug", "group")


def test_doc_without_sentence_boundaries_counts_as_one_sentence():
    """As it does for the candidate pairs."""
    install_extensions()
    doc = Doc(Vocab(), words=["Dexarol", "and", "plinozide"])
    doc._.ddi_rels = [make_relation((0, 1), (2, 3), "int", 1.0)]
    [record] = relation_records(doc)
    assert record["sentence"] == "Dexarol and plinozide"
    assert record["sentence_start"] == 0
