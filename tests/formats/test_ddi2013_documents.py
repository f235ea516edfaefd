"""The XML of the DDI corpus 2013 as documents."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.ddi2013 import read_document
from spacy_ddi.formats.ddi2013_documents import read_ddi2013, write_ddi2013
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.inputs import format_of, read_documents
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.formats.reading import read
from tests.formats.samples import TEXT, empty, in_sentences, place, sample

XML = """<?xml version="1.0" encoding="UTF-8"?>
<document id="D0">
<sentence id="D0.s0" text="Dexarol may raise &#10;plinozide.">
<entity id="e0" charOffset="0-6" type="brand" text="Dexarol"/>
<entity id="e1" charOffset="19-27" type="drug" text="plinozide"/>
<pair id="p0" e1="e0" e2="e1" ddi="true" type="mechanism"/>
</sentence>
<sentence id="D0.s1" text=""/>
<sentence id="D0.s2" text="💊Loop or thiazide diuretics.">
<entity id="e0" charOffset="1-4;18-26" type="group" text="Loop diuretics"/>
<entity id="e1" charOffset="9-26" type="group" text="thiazide diuretics"/>
<pair id="p0" e1="e0" e2="e1" ddi="true"/>
</sentence>
</document>
"""


def test_sentences_are_lines_and_sections(tmp_path):
    (tmp_path / "a.xml").write_text(XML, encoding="utf8")
    (tmp_path / "b.xml.gz").write_bytes(gzip.compress(XML.encode()))
    assert format_of(tmp_path / "a.xml") is formats()["ddi2013"]
    document, again = read_documents([str(tmp_path)], on_error=pytest.fail)
    assert document == again
    text = "Dexarol may raise \nplinozide.\n\n💊Loop or thiazide diuretics."
    assert document == TextDocument(
        "D0",
        text,
        (
            Section(0, 29, "sentence", "D0.s0"),
            Section(30, 30, "sentence", "D0.s1"),
            Section(31, 59, "sentence", "D0.s2"),
        ),
        (
            Mention("e0", "brand", (place(text, "Dexarol"),)),
            Mention("e1", "drug", (place(text, "plinozide"),)),
            Mention("D0.s2.e0", "group", (place(text, "Loop"), place(text, "diuretics"))),
            Mention("D0.s2.e1", "group", (place(text, "thiazide diuretics"),)),
        ),
        (Interaction("e0", "e1", "mechanism"), Interaction("D0.s2.e0", "D0.s2.e1", "")),
    )


def test_documents_come_back(tmp_path):
    documents = [in_sentences(sample()), in_sentences(sample("two"))]
    write_ddi2013(iter(documents), tmp_path / "out")
    for name, document in (("D_1_", documents[0]), ("two", documents[1])):
        [found], errors = read(read_ddi2013, tmp_path / "out" / f"{name}.xml")
        assert errors == []
        # The line end of the text was CRLF; between sentences none is kept.
        assert found.text == TEXT.replace("\r\n", "\n")
        assert found.interactions == document.interactions
        assert [section.title for section in found.sections] == ["S0", "S1"]
        for one, other in zip(found.mentions, document.mentions, strict=True):
            assert (one.id, one.type) == (other.id, other.type)
            assert [found.text[a:b] for a, b in one.ranges] == [TEXT[a:b] for a, b in other.ranges]


def test_all_pairs_are_written(tmp_path):
    write_ddi2013([in_sentences(sample("a"))], tmp_path)
    content = (tmp_path / "a.xml").read_text("utf8")
    assert content.count('ddi="false"') == 2
    assert content.count('ddi="true"') == 2
    document = read_document(tmp_path / "a.xml")
    assert [len(sentence.mentions) for sentence in document.sentences] == [3, 2]


def test_text_between_sections_is_a_sentence_and_a_document_without_sections_is_one(tmp_path):
    parts = replace(
        in_sentences(sample("a")),
        sections=(Section(TEXT.index("lithium"), TEXT.index("lithium") + 7, "title", "Not an id"),),
    )
    whole = replace(in_sentences(sample("b")), sections=())
    with pytest.warns(UserWarning, match="DDI918.*: 1 interactions were left out"):
        write_ddi2013([parts, whole, empty()], tmp_path)
    sentences = read_document(tmp_path / "a.xml").sentences
    assert [sentence.id for sentence in sentences] == ["a.s0", "a.s1", "a.s2"]
    assert [sentence.text for sentence in sentences] == [
        "🧪 Loop and thiazide diuretics raise",
        "lithium",
        ".\r\nDexarol acid may\nlower β-plinozide 💊!",
    ]
    [only] = read_document(tmp_path / "b.xml").sentences
    assert only.text == TEXT
    assert [m.ranges for m in only.mentions] == [m.ranges for m in whole.mentions]
    assert [sentence.text for sentence in read_document(tmp_path / "empty.xml").sentences] == [""]


def test_what_the_corpus_cannot_hold_is_left_out_and_counted(tmp_path):
    mentions = (
        *sample().mentions,
        Mention("long", "drug", (place(TEXT, "lithium.\r\nDexarol"),)),
        Mention("blank", "drug", (place(TEXT, " "),)),
    )
    interactions = (
        *sample().interactions,
        Interaction("T1", "T4", "int"),
        Interaction("T1", "long", "int"),
        Interaction("T3", "T1", "advise"),
    )
    document = replace(in_sentences(sample("a")), mentions=mentions, interactions=interactions)
    with pytest.warns(UserWarning, match="4 interactions, 3 mentions were left out"):
        write_ddi2013([document], tmp_path)
    first, second = read_document(tmp_path / "a.xml").sentences
    assert [each.label for each in first.interactions] == ["effect"]
    assert [each.id for each in second.mentions] == ["T4", "T6"]


def test_characters_that_xml_cannot_hold_are_replaced(tmp_path):
    document = TextDocument(
        "a\x01", "x\0\x0by\ufffe\t\r\n", (), (Mention("m\x02", "drug", ((1, 4),)),)
    )
    write_ddi2013([document], tmp_path)
    [found], _ = read(read_ddi2013, tmp_path / "a_.xml")
    assert found.text == "x\ufffd\ufffdy\ufffd\t\r\n"
    assert found.mentions[0].ranges == ((1, 4),)


def test_entities_are_refused(tmp_path):
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><document id="&b;"></document>'
    (tmp_path / "a.xml").write_text(bomb)
    documents, [error] = read(read_ddi2013, tmp_path / "a.xml")
    assert documents == []
    assert "a.xml" in error


def test_other_xml_is_not_taken_for_it(tmp_path):
    for content in (
        '<document xmlns="urn:hl7-org:v3" id="x"></document>',
        "<collection><document><id>1</id></document></collection>",
    ):
        (tmp_path / "a.xml").write_text(content)
        format = format_of(tmp_path / "a.xml")
        assert format is None or format.name != "ddi2013"
