"""PubTator: what is read, what is written, and what bioc says to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bioc import pubtator

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.inputs import format_of
from spacy_ddi.formats.pubtator import PUBTATOR
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.formats.reading import Found, found_in

CONTENT = """\
123|t|Wärfarin 💊 and aspirin
123|a|Aspirin | warfarin: bleeding.
123\t0\t8\tWärfarin\tChemical\tD014859
123\t15\t22\taspirin\tChemical\tD001241
123\t23\t30\tAspirin\tChemical\tD001241
123\t33\t41\twarfarin\tChemical\tD014859|D000001\tD014859|D000001
123\t33\t36\twar\tOther\t
123\tDrug_Interact\tD001241\tD014859\tNovel

124|t|No abstract
124|a|
"""
READ = TextDocument(
    "123",
    "Wärfarin 💊 and aspirin\nAspirin | warfarin: bleeding.",
    (Section(0, 22, "title"), Section(23, 52, "abstract")),
    (
        Mention("D014859", "Chemical", ((0, 8),)),
        Mention("D001241", "Chemical", ((15, 22),)),
        Mention("D001241#2", "Chemical", ((23, 30),)),
        Mention("D014859|D000001", "Chemical", ((33, 41),)),
        Mention("-", "Other", ((33, 36),)),
    ),
    (
        Interaction("D001241", "D014859", "Drug_Interact"),
        Interaction("D001241", "D014859|D000001", "Drug_Interact"),
        Interaction("D001241#2", "D014859", "Drug_Interact"),
        Interaction("D001241#2", "D014859|D000001", "Drug_Interact"),
    ),
)
SHORT = TextDocument("124", "No abstract", (Section(0, 11, "title"),))

CORNERS = TextDocument(
    "a|b\t\U0001f48a",
    "\U0001f48aTitle\r\nLoop and\tthiazide\u2028diuretics.\nThird |t| line.\n",
    (),
    (
        Mention("T1", "drug", ((0, 6),)),
        Mention("T2", "group", ((8, 12), (26, 35))),
        Mention("T3", "group", ((17, 35),)),
        Mention("T3#1", "x\ty", ((17, 25),)),
    ),
    (Interaction("T2", "T3", "effect"), Interaction("T1", "T2", "")),
)


def read_text(tmp_path: Path, content: str) -> Found:
    path = tmp_path / "a.txt"
    path.write_bytes(content.encode())
    return found_in(path, PUBTATOR)


def write(documents: list[TextDocument], path: Path) -> str:
    assert PUBTATOR.write is not None
    PUBTATOR.write(documents, path)
    return path.read_bytes().decode()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n\n"])
def test_realistic_documents_are_read(tmp_path, line_end, start):
    found = read_text(tmp_path, start + CONTENT.replace("\n", line_end))
    assert found == ([READ, SHORT], [])
    assert format_of(tmp_path / "a.txt") == PUBTATOR


def test_blank_lines_may_be_missing(tmp_path):
    assert read_text(tmp_path, CONTENT.replace("\n\n", "\n")) == ([READ, SHORT], [])


def test_round_trip(tmp_path):
    path = tmp_path / "sub/a.pubtator"
    write([READ, SHORT], path)
    assert found_in(path) == ([READ, SHORT], [])


def test_round_trip_of_corners(tmp_path):
    path = tmp_path / "a.pubtator"
    content = write([CORNERS, SHORT], path)
    documents, errors = found_in(path)
    assert errors == []
    assert documents[1] == SHORT
    again = documents[0]
    assert len(again.text) == len(CORNERS.text)
    assert again.text.split() == CORNERS.text.split()
    assert [(m.id, m.type) for m in again.mentions] == [
        ("T1", "drug"),
        ("T2", "group"),
        ("T3", "group"),
        ("T3#1", "x y"),
    ]
    assert [m.ranges for m in again.mentions] == [
        ((0, 6),),
        ((8, 35),),
        ((17, 35),),
        ((17, 25),),
    ]
    assert again.interactions == CORNERS.interactions
    assert write(documents, path) == content


def test_bioc_reads_what_is_written_and_finds_nothing_wrong(tmp_path):
    write([READ, SHORT], tmp_path / "a")
    made = pubtator.loads((tmp_path / "a").read_text("utf-8"))
    assert [each.pmid for each in made] == ["123", "124"]
    for each in made:
        pubtator.validate(each)
    assert made[0].text == READ.text
    assert [(each.start, each.end) for each in made[0].annotations] == [
        mention.ranges[0] for mention in READ.mentions
    ]
    assert [(each.type, each.id1, each.id2) for each in made[0].relations] == [
        ("Drug_Interact", "D001241", "D014859"),
        ("Drug_Interact", "D001241", "D014859|D000001"),
    ]


def test_the_writer_of_bioc_is_read(tmp_path):
    made = pubtator.PubTator("9", "Title of x", "y.")
    made.add_annotation(pubtator.PubTatorAnn("9", 9, 10, "x", "drug", "1"))
    made.add_annotation(pubtator.PubTatorAnn("9", 11, 12, "y", "drug", "2"))
    made.add_relation(pubtator.PubTatorRel("9", "int", "1", "2"))
    [document] = read_text(tmp_path, pubtator.dumps([made])).documents
    assert document.text == made.text
    assert document.mentions == (
        Mention("1", "drug", ((9, 10),)),
        Mention("2", "drug", ((11, 12),)),
    )
    assert document.interactions == (Interaction("1", "2", "int"),)


def test_a_section_of_this_kind_is_the_title(tmp_path):
    text = "A long\ntitle. Abstract\nof it."
    document = TextDocument("1", text, (Section(0, 13, "TITLE"), Section(14, 29, "x")))
    assert write([document], tmp_path / "a") == "1|t|A long title.\n1|a|Abstract of it.\n\n"


@pytest.mark.parametrize(
    ("lines", "line", "problem"),
    [
        ("9\t0\t1\tx\tdrug\t1", 2, "the mention is 'x', but at 0-1 stands 'T'"),
        ("9\t0\t99\tTitle\tdrug\t1\textra", 1, "the characters 0-99 in a text of 5"),
        ("9\t0\t0\t\tdrug\t1", 1, "the characters 0-0 in a text"),
        ("8\t0\t5\tTitle\tdrug\t1", 2, "the line is of '8' in the document '9'"),
        ("9\tint\t1\t2", 2, "a relation is of '1', but no mention has it"),
        ("9\t0\t5", 2, "no mention and no relation"),
        ("prose", 2, "the line is of 'prose'"),
        ("9|a|a\n9|a|b", 3, "has this line (|a|) too late"),
        ("9\t0\t5\tTitle\tdrug\t1\n9|a|b", 3, "has this line (|a|) too late"),
    ],
)
def test_a_wrong_document_is_told_and_the_others_are_read(tmp_path, lines, line, problem):
    found = read_text(tmp_path, f"9|t|Title\n{lines}\n\n{CONTENT}")
    assert found.documents == [READ, SHORT]
    [error] = found.errors
    assert f"[DDI125] {tmp_path / 'a.txt'}, line {line}: " in error
    assert problem in error


def test_lines_without_a_text_are_no_document(tmp_path):
    documents, [error] = read_text(tmp_path, "9\t0\t5\tTitle\tdrug\t1\n")
    assert documents == []
    assert "neither title nor abstract" in error


def test_relations_that_stand_for_too_many_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("spacy_ddi.formats.pubtator.MAX_INTERACTIONS", 3)
    assert "more than 3" in read_text(tmp_path, CONTENT).errors[0]
