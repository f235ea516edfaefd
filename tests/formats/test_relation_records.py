"""Relations as flat records."""

from __future__ import annotations

import json

import pytest
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.formats.relation_records import notes_on, relation_records, to_records
from spacy_ddi.gold import DOCUMENT_ID, MENTIONS_KEY
from spacy_ddi.linked_drugs import Drug, set_drugs
from spacy_ddi.reading_flags import (
    ALONE,
    CUT_OFF,
    NO_DRUG,
    PAIRS_LEFT_OUT,
    READ_IN_PIECES,
    Flag,
    set_flags,
)


def test_record_of_a_relation(doc):
    first, second = relation_records(doc)
    assert first == {
        "head": "Dexarol",
        "head_type": "brand",
        "head_id": "",
        "head_name": "",
        "head_start": 14,
        "head_end": 21,
        "tail": "plinozide",
        "tail_type": "drug",
        "tail_id": "",
        "tail_name": "",
        "tail_start": 27,
        "tail_end": 36,
        "label": "mechanism",
        "score": 0.8765,
        "sentence": "Dexarol & <b>plinozide</b> mix.",
        "sentence_start": 14,
        "flags": [],
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


def test_record_carries_what_a_linker_says(doc):
    brand, drug = doc._.ddi[0].head, doc._.ddi[0].tail
    set_drugs(doc, [(brand, Drug("MESH:1", "Dexaril"))])
    doc.ents = [Span(doc, drug.start, drug.end, label="drug", kb_id="Q7")]
    first, _ = relation_records(doc)
    assert (first["head"], first["head_id"], first["head_name"]) == ("Dexarol", "MESH:1", "Dexaril")
    assert (first["tail_id"], first["tail_name"]) == ("Q7", "")  # by a linker that is not ours


def test_record_tells_what_of_its_sentence_was_not_read(doc):
    first, *_ = doc._.ddi
    start, end = first.sentence_start_char, first.sentence_start_char + len(first.sentence)
    set_flags(doc, [Flag(CUT_OFF, start, end), Flag(READ_IN_PIECES, 0, start)])
    record, *_ = relation_records(doc, offset=100)
    assert record["flags"] == [CUT_OFF]


def test_notes_tell_of_mentions_that_stand_alone():
    words = ["Dexarol", "helps", ".", "Dexarol", "and", "rostamine", "help", ".", "No", "drug"]
    doc = Doc(Vocab(), words=words, sent_starts=[i in (0, 3, 8) for i in range(len(words))])
    doc.ents = [Span(doc, start, start + 1, label="drug") for start in (0, 3, 5)]
    set_flags(doc, [Flag(PAIRS_LEFT_OUT, 16, 44)])
    assert notes_on(doc) == [Flag(ALONE, 0, 15), Flag(PAIRS_LEFT_OUT, 16, 44)]
    whole = Flag(NO_DRUG, 0, len(doc.text))
    assert notes_on(doc, MentionSource(labels=("brand",))) == [Flag(PAIRS_LEFT_OUT, 16, 44), whole]


def test_notes_tell_of_a_text_without_any_drug():
    """Entities of other recognizers are no drugs."""
    doc = Doc(Vocab(), words=["Paris", "sleeps", "."], sent_starts=[True, False, False])
    doc.ents = [Span(doc, 0, 1, label="GPE")]
    assert notes_on(doc) == [Flag(NO_DRUG, 0, len(doc.text))]


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


def test_rows_of_one_doc(doc):
    rows = list(to_records(doc))
    records = list(relation_records(doc))
    assert [{**row, "score": round(row["score"], 4)} for row in rows] == records
    assert rows[0]["score"] == 0.87654321


def test_rows_of_several_docs_say_which(doc):
    named = doc.copy()
    named.user_data[DOCUMENT_ID] = "D0"
    empty = Doc(doc.vocab, words=["nothing"])
    rows = list(to_records(d for d in (empty, doc, named)))
    assert [row["document"] for row in rows] == [1, 1, "D0", "D0"]
    assert [row["tail"] for row in rows] == ["plinozide", "dexarol"] * 2
    assert next(iter(rows[0])) == "document"
    assert [row["document"] for row in to_records([doc])] == [0, 0]
    assert list(to_records([])) == []


def test_types_come_from_the_component_s_mention_source(doc):
    doc.spans["mine"] = [Span(doc, ent.start, ent.end, label="SUBSTANCE") for ent in doc.ents[:1]]
    source = MentionSource("mine", None)
    for records in (to_records(doc, source=source), relation_records(doc, source=source)):
        assert [record["head_type"] for record in records] == ["SUBSTANCE", "vitamin"]


def test_names_are_those_of_the_mentions_after_a_merge(doc):
    before = list(to_records(doc))
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[doc.ents[1].start - 1 : doc.ents[1].end + 1])
    assert [[row["tail"], row["tail_start"]] for row in to_records(doc)] == [
        [row["tail"], row["tail_start"]] for row in before
    ]


def test_records_are_a_table_of_pandas(doc):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    table = pandas.DataFrame(to_records([doc, doc]))
    assert list(table["document"]) == [0, 0, 1, 1]
    assert list(table["head"]) == ["Dexarol", "NNXTI"] * 2
