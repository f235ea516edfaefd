"""What files hold: prose, or something that only looks like it to a program."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile

import pytest

from spacy_ddi.formats.content_types import ADVICE, binary_type, markup_type


def archive(*names: str, mimetype: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        if mimetype:
            packed.writestr("mimetype", mimetype)
        for name in names:
            packed.writestr(name, "<x/>")
    return buffer.getvalue()


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as packed:
        packed.addfile(tarfile.TarInfo("report.txt"))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF file"),
        (b"%PDF-1.4\nall in ASCII", "a PDF file"),
        (b"{\\rtf1\\ansi Warfarin.}", "an RTF document"),
        (b"%!PS-Adobe-3.0", "a PostScript file"),
        (archive("[Content_Types].xml", "word/document.xml"), "an Office document"),
        (archive("xl/workbook.xml"), "an Office document"),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), "an OpenDocument file"),
        (archive(mimetype="application/epub+zip"), "an e-book"),
        (archive("report.txt"), "an archive"),
        (archive(), "an archive"),
        (tar(), "an archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "an archive"),
        (b"\x28\xb5\x2f\xfd\4", "an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "an old Office document"),
        (b"\x89PNG\r\n\x1a\n\0", "an image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image"),
        (b"GIF89a\1\0", "an image"),
        (b"II*\0\x08\0", "an image"),
        (b"BM\x36\0\0\0\0\0\0\0", "an image"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "an image"),
        (b"\0\0\0\x18ftypheic", "an image"),
        (b"\0\0\0\x18ftypmp42", "audio or video"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio or video"),
        (b"ID3\x03\0", "audio or video"),
        (b"\x7fELF\2\1", "a program"),
        (b"MZ\x90\0\3", "a program"),
        (b"SQLite format 3\0", "a database"),
        (b"PAR1\x15\4", "a database"),
    ],
)
def test_binary_files_are_named(content, kind):
    found = binary_type(content)
    assert found is not None
    assert found.startswith(kind)
    assert ADVICE[found]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BMI was 27.",
        b"MZ twins.",
        b"PK of warfarin.",
        b"RIFF",
        b"ID3 domain",
        b"II* and",
        b"GIF",
    ],
)
def test_text_is_not_binary(content):
    assert binary_type(content) is None


DOCUMENT = '<document id="d0"><sentence text="Warfarin."/></document>'


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('<?xml version="1.0"?>\n<a/>', "XML"),
        (DOCUMENT, "XML"),
        (f"\n\n <!-- a\ncomment --> {DOCUMENT}", "XML"),
        ("<!DOCTYPE PubmedArticleSet SYSTEM>", "XML"),
        ("<ns:text ns:a='1'>Warfarin</ns:text>", "XML"),
        ("<!doctype HTML>\n<html>", "an HTML page"),
        ("<HTML lang=en><BODY>Warfarin", "an HTML page"),
        ('<?xml version="1.0"?><html xmlns="x">', "an HTML page"),
        ("<div class='a'>Warfarin", "an HTML page"),
        ("<p>Warfarin raises <b>aspirin</b></p>", "an HTML page"),
        ("Warfarin:<ul><li>aspirin</li><li>heparin</li></ul>", "an HTML page"),
        ("Warfarin.<br>Aspirin.<BR />Heparin.", "an HTML page"),
        ('{"text": "Warfarin."}', "JSON"),
        ('{\n  "text": "Warfarin."', "JSON"),
        ('{"a": 1}\n{"a": 2}\n', "JSON"),
        ('[{"a": 1}]', "JSON"),
        ('["Warfarin raises aspirin."]', "JSON"),
        ("{}", "JSON"),
        ("id,text\n1,Warfarin raises aspirin.", "a table (CSV)"),
        ('id,text\n1,"Warfarin, or aspirin."\n2,"a\nb"', "a table (CSV)"),
        ("id;text\n1;Warfarin, or aspirin.", "a table (CSV)"),
        ('"drug a","drug b"\n"warfarin","aspirin"\n', "a table (CSV)"),
        ("1,Warfarin raises it.,x\n2,Aspirin lowers it.,y\n3,Heparin,z", "a table (CSV)"),
        ("Drug,Effect\r\nFluconazole,Increases warfarin levels\r\n", "a table (CSV)"),
        ("T1\tDrug 0 8\tWarfarin\nR1\tmechanism Arg1:T1 Arg2:T2", "brat annotations"),
        ("123|t|Warfarin\n123|a|It raises aspirin.", "PubTator annotations"),
    ],
)
def test_markup_and_data_are_named(text, kind):
    assert markup_type(text) == kind
    assert ADVICE[kind]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Warfarin raises aspirin.",
        "INR < 2 and > 3; p<0.05, p>0.01.",
        "<5 mg of warfarin",
        "<drug A> increases <drug B>",
        "<i>In vitro</i>, warfarin raises aspirin.",
        "AUC (area<sub>0-24</sub>)</p> of warfarin<br>" + " and warfarin" * 100,
        "Warfarin, aspirin, and heparin.",
        "Warfarin, aspirin.\nHeparin, ibuprofen.\nDigoxin, lithium.",
        "warfarin,\naspirin,\nheparin,\ndigoxin,\n",
        "Warfarin;\naspirin;\nheparin;",
        "a;b;c",
        "warfarin,aspirin",
        "Take warfarin,aspirin.\nAvoid heparin,ibuprofen.",
        "1,000 mg of warfarin\n2,000 mg of aspirin\n3,000 mg of heparin",
        "5,5 mg\n2,5 mg\n1,5 mg",
        "If it is taken with food, the\nlevels rise, as was shown, and\nfall again, slowly, later.",
        "[1] Warfarin raises aspirin.",
        "[12]",
        "[sic] warfarin",
        "{warfarin, aspirin} is a set.",
        "[" * 100_000,
        "# Heading\n\n* warfarin, aspirin\n* heparin",
        "Drug\tEffect\nFluconazole\tIncreases warfarin levels",
        "| a | b |\n|---|---|\n| warfarin | aspirin |",
        "T1 diabetes. T2\twarfarin",
        "12|warfarin",
        'He said "warfarin,\naspirin".',
    ],
)
def test_prose_is_read(text):
    assert markup_type(text) is None
    for name in ("report.txt", "report.md", "report", "standard input", ".txt", "2.5 mg"):
        assert markup_type(text, name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "a table (CSV)"),
        ("A.TSV", "a table (TSV)"),
        ("dir.txt/a.jsonl", "JSON"),
        ("a.nxml", "XML"),
        ("a.htm", "an HTML page"),
        ("a.ann", "brat annotations"),
    ],
)
def test_the_name_tells_where_the_content_does_not(name, kind):
    assert markup_type("Warfarin raises aspirin.", name) == kind
    assert ADVICE[kind]


def test_long_prose_is_looked_at_fast():
    for text in ("a, b. " * 200_000, "<" * 200_000, "<a " * 60_000, json.dumps("x" * 10**6)):
        assert markup_type(text) is None
