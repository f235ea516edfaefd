"""Structured Product Labels: a written sample, zips as DailyMed gives them, damaged files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats import spl
from spacy_ddi.formats.inputs import find_inputs, read_documents
from spacy_ddi.formats.spl import read_spl
from spacy_ddi.formats.text_document import Section, TextDocument

SAMPLE = Path(__file__).parent / "samples" / "label_sample.xml"
SECTIONS = [
    (
        "34066-1",
        "WARNING: BLEEDING",
        "WARNING: BLEEDING\nDexarol can cause major bleeding [see Warnings (5)].",
    ),
    (
        "34073-7",
        "7 DRUG INTERACTIONS",
        "7 DRUG INTERACTIONS\n"
        "Dexarol is a substrate of CYP2C9.\n"
        "Do not chew it.\n"
        "Tested at 10 mg.\n"
        "Avoid with:\n"
        "• plinozide\n"
        "• azoles such as\n"
        "• fluconatil\n"
        "• (b) voricol\n"
        "• nortexil, unless needed\n"
        "Monitor the INR.",
    ),
    (
        "42229-5",
        "7.1 Inhibitors",
        "7.1 Inhibitors\n"
        "Table 2. Effect on dexarol\n"
        "Drug | AUC0-∞ and Cmax\n"
        "plinozide* | ↑ 110% | • 30% • 40%\n"
        "reduce the dose\n"
        "* single dose\n"
        "By 2 h.\n"
        "Figure 1. Levels of dexarol\n"
        "After the figure.",
    ),
    ("", "7.2 Inducers 💊", "7.2 Inducers 💊\nVoricol lowers dexarol."),
    ("42230-3", "", "Tell your doctor what you take."),
]
IMAGE = b"\xff\xd8\xff\xe0 an image"


def label(
    set_id: str = "s1", text: str = "<paragraph>Good.</paragraph>", before: str = ""
) -> bytes:
    """A label of one section."""
    section = f"<component><section><text>{text}</text></section></component>"
    body = f"<component><structuredBody>{section}</structuredBody></component>"
    head = f'{before}<document xmlns="urn:hl7-org:v3"><setId root="{set_id}"/>'
    return f"{head}{body}</document>".encode()


def zipped(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, (2020, 1, 15, 0, 0, 0)), content, how)
    return buffer.getvalue()


def read(path: Path, content: bytes) -> tuple[list[TextDocument], list[str]]:
    """Documents and errors of a file with this content."""
    path.write_bytes(content)
    errors: list[str] = []
    found = read_documents(
        [str(path)], format_name="spl", on_error=lambda error: errors.append(str(error))
    )
    return list(found), errors


def lines(path: Path, text: str) -> list[str]:
    """The lines of a label with this narrative."""
    documents, errors = read(path, label(text=text))
    assert errors == []
    return documents[0].text.split("\n") if documents[0].text else []


def test_the_sample_is_recognized_and_read():
    [found] = find_inputs([str(SAMPLE)], on_error=pytest.fail)
    assert found.format.name == "spl"
    [document] = read_documents([str(SAMPLE)], on_error=pytest.fail)
    assert document.text == "\n\n".join(text for _, _, text in SECTIONS)
    assert [
        (each.kind, each.title, document.text[each.start : each.end]) for each in document.sections
    ] == SECTIONS
    assert (document.id, document.year) == ("22222222-aaaa-4bbb-8ccc-000000000002", 2020)
    assert document.metadata == {
        "version": "7",
        "title": "These highlights do not include all the information needed to use DEXAROL® "
        "safely. DEXAROL (dexarol) tablets",
    }
    assert document.origin == str(SAMPLE)


def test_the_zip_of_a_label(tmp_path):
    """Images come before the label, or after it."""
    path = tmp_path / "20200115_2222.zip"
    path.write_bytes(zipped({"figure1.jpg": IMAGE, "1111.xml": SAMPLE.read_bytes(), "b": b""}))
    [found] = find_inputs([str(tmp_path)], on_error=pytest.fail)
    assert found.format.name == "spl"
    [document] = read_documents([str(tmp_path)], on_error=pytest.fail)
    assert document == next(read_spl(SAMPLE, on_error=pytest.fail))
    assert document.origin == f"{path}, 1111.xml"


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_bulk_download_is_a_zip_of_zips(how, tmp_path):
    path = tmp_path / "dm_spl_release_human_rx_part1.zip"
    inner = {
        f"prescription/2020_{i}.zip": zipped({f"{i}.xml": label(f"s{i}"), "a.jpg": IMAGE})
        for i in range(5)
    }
    path.write_bytes(zipped({"prescription/": b"", **inner}, how))
    [found] = find_inputs([str(tmp_path)], on_error=pytest.fail)
    assert found.format.name == "spl"
    documents = list(read_documents([str(tmp_path)], on_error=pytest.fail))
    assert [each.id for each in documents] == ["s0", "s1", "s2", "s3", "s4"]
    assert documents[1].origin == f"{path}, prescription/2020_1.zip/1.xml"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xml", b'<document xmlns="urn:other"/>'),
        ("a.xml", b'<document id="d0"/>'),
        ("a.zip", zipped({"report.txt": b"Warfarin."})),
        ("a.zip", b"no zip"),
    ],
)
def test_other_files_are_not_recognized(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    found = list(find_inputs([str(tmp_path)], on_error=lambda error: None))
    assert "spl" not in [each.format.name for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n ", []),
        ("<paragraph>&#160;</paragraph><paragraph/><list><item> </item></list>", []),
        ("bare<br/>text<paragraph>one\r\ntwo</paragraph>tail", ["bare", "text", "one two", "tail"]),
        ("<paragraph>a<!-- b -->c<?d e?>f</paragraph>", ["acf"]),
        ("<list><item/><item>a</item></list>b", ["• a", "b"]),
        ("<list><item><list><item>a</item></list></item></list>b", ["• a", "b"]),
        ("<list><item><caption>1.</caption>a</item></list>", ["• 1. a"]),
        ("<table><tr><td>a</td><th>b</th></tr><tr><td>c</td></tr></table>", ["a | b", "c"]),
        ("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>", ["a b"]),
        ("<table><tfoot><tr><td>f</td></tr></tfoot><tr><td>a</td></tr></table>", ["a", "f"]),
        ("<paragraph>a<footnote><paragraph>n<br/>m</paragraph></footnote>b</paragraph>c", None),
        (
            "<list><item>a<footnote>n<list><item>m</item></list></footnote>b</item></list>",
            ["• ab", "n • m"],
        ),
        (
            "a<footnote>n<table><tr><td>x</td><td>y</td></tr></table></footnote>b",
            ["ab", "n x y"],
        ),
        (
            "<list><item>a<table><tr><td>x</td><td>y</td></tr></table>b</item></list>",
            ["• a", "x | y", "b"],
        ),
        ("<paragraph>10<sup>6</sup> 💊<sub>1</sub></paragraph>", ["106 💊1"]),
    ],
)
def test_narratives_are_lines(text, expected, tmp_path):
    found = lines(tmp_path / "a.xml", text)
    assert found == (["ab", "n m", "c"] if expected is None else expected)


@pytest.mark.parametrize(
    ("value", "year"), [("20200115", 2020), ("20091231120000", 2009), ("", None), ("soon", None)]
)
def test_the_year_is_that_of_the_effective_time(value, year, tmp_path):
    time = f'<setId root="s"/><effectiveTime value="{value}"/>'.encode()
    [document], _ = read(tmp_path / "a.xml", label().replace(b'<setId root="s1"/>', time))
    assert document.year == year


def test_a_label_without_set_id_has_its_own_id(tmp_path):
    own = label().replace(b"setId", b"id")
    assert read(tmp_path / "a.xml", own)[0][0].id == "s1"
    _, errors = read(tmp_path / "a.xml", own.replace(b'root="s1"', b""))
    assert "the label: it has no set id" in errors[0]


def test_a_bad_label_costs_no_other_one(tmp_path):
    files = {
        "0.xml": label("s0"),
        "1.xml": label("s1", "<paragraph>not <b>closed"),
        "2.xml": b"<PubmedArticleSet/>",
        "3.xml": label("s3", "&x;", before='<!DOCTYPE document [<!ENTITY x "y">]>'),
        "4.xml": label("s4", "&x;", before='<!DOCTYPE document SYSTEM "http://nowhere.example">'),
        "5.zip": b"no zip",
        "6.zip": zipped({"a.jpg": IMAGE}),
        "7.zip": zipped({"8.zip": zipped({"9.xml": label()})}),
        "8.zip": zipped({"10.xml": label("s10"), "11.xml": b""}),
    }
    path = tmp_path / "a.zip"
    documents, errors = read(path, zipped(files))
    assert [each.id for each in documents] == ["s0", "s10"]
    said = [
        "1.xml, line 1: not well-formed XML (",
        "2.xml: the root is <PubmedArticleSet>, and not <{urn:hl7-org:v3}document>",
        "3.xml: its DOCTYPE declares something itself",
        "4.xml: it refers to the entity &x;",
        "5.zip: it can't be read (File is not a zip file)",
        "6.zip: no label (.xml) is in it",
        "7.zip/8.zip: a zip in a zip that is in a zip",
        "8.zip/11.xml: no XML: it has no root element",
    ]
    assert len(errors) == len(said)
    for error, expected in zip(errors, said, strict=True):
        assert error.startswith(f"[DDI125] {path}, {expected}")


def test_bombs_are_refused(tmp_path, monkeypatch):
    """By how much longer they are than in the zip, or longer than any label."""
    blanks = b" " * (3 << 20)
    long = label(text="".join(f"<paragraph>{i**7:x}</paragraph>" for i in range(30_000)))
    files = {
        "0.xml": label("s0", blanks.decode()),
        "1.zip": zipped({"a.xml": label("s1"), "b.jpg": blanks}, zipfile.ZIP_STORED),
        "2.xml": long,
        "3.xml": label("s3"),
    }
    documents, errors = read(tmp_path / "a.zip", zipped(files))
    assert [each.id for each in documents] == ["s1", "s3"]
    assert [error.split(": ")[0].split(", ")[1] for error in errors] == ["0.xml", "1.zip"]
    monkeypatch.setattr(spl, "MAX_DOCUMENT", 500_000)
    documents, errors = read(tmp_path / "a.zip", zipped(files))
    assert [each.id for each in documents] == ["s3"]
    assert "2.xml: it is longer than 500,000 bytes" in errors[2]
    (tmp_path / "a.xml").write_bytes(long)
    with pytest.raises(CorpusError, match="the label: it is longer than 500,000 bytes"):
        list(read_spl(tmp_path / "a.xml", on_error=pytest.fail))


def test_locked_labels_are_refused(tmp_path):
    content = bytearray(zipped({"0.xml": label("s0")}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    documents, errors = read(tmp_path / "a.zip", bytes(content))
    assert documents == []
    assert "0.xml: it can't be unpacked" in errors[0]


def test_sections_tell_titles_without_text(tmp_path):
    section = b"<section><code code='1'/><title> 7 <sup>a</sup>\n</title></section>"
    content = label().replace(b"<section>", section + b"<section>")
    [document], errors = read(tmp_path / "a.xml", content)
    assert errors == []
    assert document.text == "7 a\n\nGood."
    assert document.sections == (Section(0, 3, "1", "7 a"), Section(5, 10))
