"""Annotations of brat."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.brat import read_brat, write_brat
from spacy_ddi.formats.inputs import read_documents
from spacy_ddi.formats.text_document import TextDocument
from tests.formats.reading import read
from tests.formats.samples import TEXT, empty, place, sample

# Drugs, an event with its trigger, a normalization, an attribute, notes, an equivalence.
NOTE = """Warfarin with aspirin raises the risk of bleeding.
Loop or thiazide diuretics raise lithium.
"""
ANNOTATIONS = """T1\tDRUG 0 8\tWarfarin
T2\tDRUG 14 21\taspirin
T3\tRaises 22 28\traises
T4\tDRUG 51 55;68 77\tLoop diuretics
T5\tDRUG 84 91\tlithium
E1\tRaises:T3 Theme:T1
A1\tNegation E1
N1\tReference T1 RxNorm:11289\twarfarin
R1\tPD Arg1:T1 Arg2:T2\t
R2\tPK Arg2:T5 Arg1:T4
R3\tCause Arg1:E1 Arg2:T2
*\tEquiv T1 T2
#1\tAnnotatorNotes T1\tsure?
"""


@pytest.fixture
def write(tmp_path):
    def write(text=NOTE, annotations=ANNOTATIONS):
        (tmp_path / "note 1.txt").write_bytes(text.encode())
        (tmp_path / "note 1.ann").write_bytes(annotations.encode())
        return tmp_path / "note 1.txt"

    return write


def test_mentions_and_relations_are_read_and_the_rest_is_passed_over(write):
    expected = TextDocument(
        "note 1",
        NOTE,
        (),
        (
            Mention("T1", "DRUG", ((0, 8),)),
            Mention("T2", "DRUG", ((14, 21),)),
            Mention("T4", "DRUG", ((51, 55), (68, 77))),
            Mention("T5", "DRUG", ((84, 91),)),
        ),
        (Interaction("T1", "T2", "PD"), Interaction("T4", "T5", "PK")),
    )
    path = write()
    assert read(read_brat, path) == ([expected], [])
    assert read(read_brat, path.with_suffix(".ann")) == ([expected], [])


def test_documents_come_back(tmp_path):
    documents = [sample(), empty(), sample("d 1/Ä"), replace(empty("d_1__2"), text=" \r\n")]
    write_brat(iter(documents), tmp_path / "out" / "brat")
    names = sorted(path.stem for path in (tmp_path / "out" / "brat").glob("*.txt"))
    assert names == ["D_1_", "d_1__2", "d_1__2_2", "empty"]
    for name, document in zip(("D_1_", "empty", "d_1__2", "d_1__2_2"), documents, strict=True):
        found, errors = read(read_brat, tmp_path / "out" / "brat" / f"{name}.txt")
        assert not errors
        assert found == [replace(document, id=name)]
    assert (tmp_path / "out" / "brat" / "annotation.conf").read_text("utf8").split("\n") == (
        ["[entities]", "brand", "drug", "group", "own_type", "[relations]"]
        + [f"{each}\tArg1:<ENTITY>, Arg2:<ENTITY>" for each in ("_", "effect", "own-label")]
        + ["[events]", "[attributes]", ""]
    )


def test_a_mention_over_a_line_end_is_written_in_pieces_and_read_as_one(tmp_path):
    text = "Warfarin\r\nsodium\n\n"
    mentions = (Mention("a", "DRUG", ((0, 16),)), Mention("b", "DRUG", ((10, 16),)))
    document = TextDocument("x", text, (), mentions, (Interaction("a", "b", "same as"),))
    write_brat([document], tmp_path)
    assert (tmp_path / "x.ann").read_bytes() == (
        b"T1\tDRUG 0 8;10 16\tWarfarin sodium\nT2\tDRUG 10 16\tsodium\n"
        b"R1\tsame_as Arg1:T1 Arg2:T2\t\n"
    )
    [found], _ = read(read_brat, tmp_path / "x.txt")
    assert [mention.ranges for mention in found.mentions] == [((0, 16),), ((10, 16),)]


def test_a_config_of_the_user_is_left_alone(tmp_path):
    (tmp_path / "annotation.conf").write_text("[entities]\nMine\n")
    write_brat([sample()], tmp_path)
    assert (tmp_path / "annotation.conf").read_text() == "[entities]\nMine\n"


@pytest.mark.parametrize("shift", [0, 1])
def test_a_byte_order_mark_may_count_as_a_character(write, shift):
    path = write("\ufeffWarfarin", f"T1\tDRUG {shift} {8 + shift}\tWarfarin\r\n")
    [document], _ = read(read_brat, path)
    assert (document.text, document.mentions[0].ranges) == ("Warfarin", ((0, 8),))


@pytest.mark.parametrize(
    ("annotations", "problem"),
    [
        ("T1\tDRUG 0 8\tWarfarin\nwhat", "line 2: 'what' is no annotation"),
        ("T1\tDRUG 0 8\taspirin", "line 1: T1 marks 'Warfarin', but says 'aspirin'"),
        ("T1\tDRUG 0 999", "'T1' has the characters 0-999"),
        ("T1\tDRUG 5 5", "'T1' has the characters 5-5"),
        ("T1\tDRUG 0 8\nT1\tDRUG 0 8", "line 2: two mentions have the id 'T1'"),
        ("T2\tDRUG 0 8\nR1\tPD Arg1:T1 Arg2:T2", "line 2: the relation is of 'T1', and no mention"),
        ("T1\tDRUG 0 8\nR1\tPD Arg1:T1 Arg2:T1", "line 2: the relation is of 'T1' with itself"),
        ("T1\tDRUG 0 " + "9" * 5000, "is no annotation"),
    ],
)
def test_what_is_wrong_costs_the_document(write, annotations, problem):
    documents, errors = read(read_brat, write(annotations=annotations))
    assert documents == []
    assert "note 1.ann" in errors[0]
    assert problem in errors[0]


def test_a_text_without_annotations_is_none_of_brats(write):
    path = write()
    path.with_suffix(".ann").unlink()
    assert "there is no note 1.ann beside it" in read(read_brat, path)[1][0]
    (tmp := path.with_suffix(".ann")).write_bytes(b"T1\tDRUG 0 8\t\xff")
    assert "DDI110" in read(read_brat, path)[1][0]
    assert str(tmp) in read(read_brat, path)[1][0]


@pytest.mark.parametrize("format_name", [None, "brat"])
def test_texts_with_annotations_are_found_in_a_folder(tmp_path, write, format_name):
    write()
    write_brat([sample("b")], tmp_path / "more")
    for path in (tmp_path / "more" / "b.txt", tmp_path / "more" / "b.ann"):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    (tmp_path / "plain.md").write_text("Plain text.")
    errors = []
    found = read_documents([str(tmp_path)], format_name=format_name, on_error=errors.append)
    documents = list(found)
    assert errors == []
    assert [(each.id, len(each.mentions)) for each in documents] == [
        ("b", 6),
        ("note 1", 4),
    ] + [("plain", 0)] * (format_name is None)


def test_bioc_reads_what_is_written(tmp_path):
    brat = pytest.importorskip("bioc.brat")
    write_brat([sample("a")], tmp_path)
    with (tmp_path / "a.txt").open(newline="") as text, (tmp_path / "a.ann").open() as annotations:
        document = brat.load(text, annotations)
    assert document.text == TEXT
    entities = {each.id: each for each in document.annotations if each.id.startswith("T")}
    assert [entities[f"T{n}"].type for n in range(1, 7)] == [m.type for m in sample().mentions]
    offsets = sorted((each.begin, each.end) for each in entities["T1"].locations)
    assert offsets == [place(TEXT, "Loop"), place(TEXT, "diuretics")]
    assert len([each for each in document.annotations if each.id.startswith("R")]) == 3
