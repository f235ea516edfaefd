"""XML from outside: its root, what is refused, elements one after another."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from lxml import etree

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats import xml_pieces, xml_streams
from spacy_ddi.formats.xml_streams import inline_text, read_prolog, root_of, stream_elements

PATH = Path("a.xml")
LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]>'


@pytest.mark.parametrize(
    ("head", "root"),
    [
        (b"<a>", "a"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<!-- <b> -->\n<a x="1">', "a"),
        (b'<!DOCTYPE a PUBLIC "-//NLM" "https://dtd.nlm.nih.gov/a.dtd"><a><b', "a"),
        (b'<n:a xmlns:n="urn:hl7-org:v3"/>', "{urn:hl7-org:v3}a"),
        ('<?xml version="1.0" encoding="UTF-16"?><a>'.encode("utf-16"), "a"),
        (b'<?xml version="1.0" encoding="windows-1252"?><a x="\x80">', "a"),
        (LAUGHS.encode() + b"<a>", "a"),
        (b"", None),
        (b"<!-- long", None),
        (b"a,b\n1,2", None),
        (b"\0\1\2", None),
        (b'<?xml version="1.0" encoding="klingon"?><a>', None),
    ],
)
def test_the_root_is_told_by_how_a_file_begins(head, root):
    assert root_of(head) == root


@pytest.mark.parametrize(
    "doctype",
    [
        LAUGHS,
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "a.dtd" [<!ENTITY % p SYSTEM "http://nowhere.example/p"> %p;]>',
        '<!DOCTYPE a [<!ATTLIST b c CDATA "much of it">]>',
    ],
)
@pytest.mark.parametrize("before", ["", "<!-- " + "x" * 100_000 + " -->\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_a_doctype_declares_is_refused(doctype, before, encoding):
    content = f"{before}{doctype}<a>&x;</a>".encode(encoding)
    with pytest.raises(CorpusError, match=r"DDI125.*a\.xml, its beginning: its DOCTYPE declares"):
        read_prolog(io.BytesIO(content), PATH)


@pytest.mark.parametrize("content", [b"", b" ", b"<!-- " + b"x" * (3 << 20) + b" --><a/>"])
def test_a_root_is_not_looked_for_without_end(content):
    with pytest.raises(CorpusError, match="no root element"):
        read_prolog(io.BytesIO(content), PATH)


def read(content: bytes) -> tuple[list[str], list[str]]:
    """The texts of the elements `b` and the errors."""
    errors: list[str] = []
    prolog = read_prolog(io.BytesIO(content), PATH)
    elements = stream_elements(
        io.BytesIO(content),
        PATH,
        ["b"],
        prolog,
        name_element=name_element,
        on_error=lambda error: errors.append(str(error)),
    )
    return [inline_text(element.tree) for element in elements], errors


def name_element(number: int, head: bytes) -> str:
    return f"b {number}"


@pytest.mark.parametrize("size", [1, 7, 300, 65_536])
def test_elements_and_errors_are_numbered_by_start_tags(monkeypatch, size):
    monkeypatch.setattr(xml_pieces, "CHUNK", size)
    content = (
        b"<a><b>1</b><b/><b/><b x='y'>4</b><b><c></b><b>6</b><b>7</q><b>8</b><bb>9</b><b>10</b>"
        b"<b>11<c></c></b> <b>"
    )
    given, errors = [], []
    prolog = read_prolog(io.BytesIO(content), PATH)
    for number, element in stream_elements(
        io.BytesIO(content),
        PATH,
        ["b"],
        prolog,
        name_element=lambda number, head: f"b {number} {head[:5].decode()}",
        on_error=lambda error: errors.append(error.place),
    ):
        given.append((number, inline_text(element)))
    assert given == [(1, "1"), (2, ""), (3, ""), (4, "4"), (6, "6"), (10, "10"), (11, "11")]
    assert errors == [f"b {each}, line 1" for each in ("5 <b><c", "7 <b>7<", "9 <bb>9", "12  <b>")]


def test_what_is_cut_off_between_elements_is_after_one():
    assert read(b"<a>\n<b>1</b>\n<b>2</b>\n<c>\n")[1][0].startswith(
        "[DDI125] a.xml, after b 2, line "
    )


def test_elements_of_utf_16_are_counted():
    content = '<?xml version="1.0" encoding="utf-16"?><a><b>1</b><b>2</b></a>'.encode("utf-16")
    prolog = read_prolog(io.BytesIO(content), PATH)
    elements = stream_elements(
        io.BytesIO(content), PATH, ["b"], prolog, name_element=name_element, on_error=pytest.fail
    )
    assert [number for number, _ in elements] == [1, 2]


def test_elements_are_freed():
    content = b"<a>" + b"<b>text</b>\n<c/>" * 20_000 + b"</a>"
    prolog = read_prolog(io.BytesIO(content), PATH)
    n_kept = [
        len(element.tree.getparent())
        for element in stream_elements(
            io.BytesIO(content), PATH, ["b"], prolog, name_element=name_element, on_error=print
        )
    ]
    assert len(n_kept) == 20_000
    assert max(n_kept) <= 3


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (
            "<b>bad <c></b>",
            "b 3, line 3: not well-formed XML (Opening and ending tag mismatch: c line",
        ),
        ("<b>bad \x03</b>", "line 3: not well-formed XML (PCDATA invalid Char value 3)"),
        ("<b>bad &foo; one</b>", "line 3: not well-formed XML (Entity 'foo' not defined)"),
        ("<b>bad <x:c/></b>", "line 3: not well-formed XML (Namespace prefix x on c is not def"),
        ("<b>bad < one</b>", "line 3: not well-formed XML (StartTag: invalid element name)"),
        ("<b>" + "<c>" * 300 + "</c>" * 300 + "</b>", "Excessive depth"),
    ],
)
@pytest.mark.parametrize("n_bad", [1, 3])
def test_what_is_not_well_formed_costs_its_element(bad, problem, n_bad):
    good = "<b>good</b>\n" * 2
    bad_ones = f"{bad}\n" * n_bad
    content = f"<a>{good}{bad_ones}<!-- one\nmore -->{good}</a>".encode()
    texts, errors = read(content)
    assert texts == ["good"] * 4
    assert len(errors) == n_bad
    assert problem in errors[0]
    assert f"a.xml, b {2 + n_bad}, line {2 + n_bad}: not" in errors[-1]


def test_a_damaged_end_tag_costs_two_elements():
    texts, errors = read(b"<a>\n<b>one</b>\n<b>two</q>\n<b>three</b>\n<b>four</b>\n</a>")
    assert texts == ["one", "four"]
    assert len(errors) == 1


def test_an_encoding_that_is_declared_is_that_of_the_rest_too():
    content = '<?xml version="1.0" encoding="latin1"?><a><b>ä<c></b><b>ö</b></a>'.encode("latin1")
    assert read(content)[0] == ["ö"]


@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_end_tags_are_found_wherever_the_stream_is_cut(size, monkeypatch):
    monkeypatch.setattr(xml_pieces, "CHUNK", size)
    texts, errors = read("<a>\n<b>💊</b >\n<b/><b>y<!-- </b> --></b></a>".encode())
    assert (texts, errors) == (["💊", "", "y"], [])


def test_an_element_without_end_is_not_kept(monkeypatch):
    monkeypatch.setattr(xml_streams, "MAX_DOCUMENT", 100_000)
    texts, errors = read(b"<a><b>one</b><b>" + b"x" * 300_000 + b"</b><b>three</b></a>")
    assert texts == ["one", "three"]
    assert len(errors) == 1
    assert "no end of <b>" in errors[0]


def test_what_is_cut_off_is_an_error_at_the_end():
    texts, errors = read(b"<a><b>one</b>\n<b>tw")
    assert texts == ["one"]
    assert len(errors) == 1
    assert "line 2: not well-formed" in errors[0]
    assert "a sign & of the text is written &amp;" in errors[0]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<a> one\r\n\ttwo </a>", "one two"),
        ("<a>CYP2C<i>9</i><sup>*</sup>3 <!-- c -->a<?p i?>nd <b>Ca<sup>2+</sup></b>.</a>", None),
        ("<a>β\n\t <sub>2</sub>-agonist</a>", "β2-agonist"),
        ("<a>one <sub>2</sub></a>", "one 2"),
        ("<a>one\n <i>two</i></a>", "one two"),
        ("<a>one<br/>two<skip>no <b>no</b></skip> three</a>", "one two three"),
        ("<a>\u00a0one\u2009two&#13;</a>", "\u00a0one\u2009two"),
        ("<a/>", ""),
    ],
)
def test_markup_is_resolved_to_its_text(xml, text):
    element = etree.fromstring(xml)
    expected = text if text is not None else "CYP2C9*3 and Ca2+."
    assert inline_text(element, without=frozenset({"skip"})) == expected
