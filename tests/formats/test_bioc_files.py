"""BioC XML and JSON: what is read, what is written, and what bioc says to it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bioc
import pytest
from bioc import biocjson, biocxml

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.bioc_files import BIOC_JSON, BIOC_XML
from spacy_ddi.formats.format import Format
from spacy_ddi.formats.inputs import format_of
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.formats.reading import Found, found_in

TITLE = "Wärfarin 💊 and aspirin"
ABSTRACT = "Loop and thiazide diuretics raise lithium."

XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>PubMed</source><date>2024</date><key>k</key>
<document><id>123</id><infon key="license">CC0</infon>
  <passage><infon key="type">title</infon><infon key="year">2019</infon><offset>0</offset>
    <text>{TITLE}</text>
    <annotation id="1"><infon key="type">Chemical</infon>
      <location offset="0" length="8"/><text>Wärfarin</text></annotation>
    <annotation id="2"><infon key="type">Chemical</infon>
      <location offset="15" length="7"/><text>aspirin</text></annotation>
    <relation id="R1"><infon key="relation">int</infon>
      <node refid="1" role="Arg1"/><node refid="2" role="Arg2"/></relation>
  </passage>
  <passage><infon key="section_type">ABSTRACT</infon><offset>25</offset>
    <sentence><offset>25</offset><text>{ABSTRACT}</text>
      <annotation id="1"><infon key="type">group</infon>
        <location offset="43" length="9"/><location offset="25" length="4"/>
        <text>Loop diuretics</text></annotation>
      <annotation id="3"><infon key="type">group</infon>
        <location offset="34" length="18"/><text>thiazide diuretics</text></annotation>
      <annotation id="4"><infon key="type">drug</infon>
        <location offset="34" length="8"/><text>thiazide</text></annotation>
      <relation id="R2"><infon key="type">effect</infon>
        <node refid="3" role="tail"/><node refid="1" role="head"/></relation>
      <relation id="R3"><node refid="1" role="a"/></relation>
      <relation id="R4"><node refid="1" role="a"/><node refid="R2" role="b"/></relation>
    </sentence>
  </passage>
  <passage><offset>67</offset></passage>
  <annotation id="5"><infon key="type">drug</infon>
    <location offset="59" length="7"/><text>lithium</text></annotation>
  <relation id="R5"><infon key="type">advise</infon>
    <node refid="2" role="x"/><node refid="5" role="y"/></relation>
</document>
</collection>
"""

READ = TextDocument(
    "123",
    f"{TITLE}\n\n\n{ABSTRACT}",
    (Section(0, 22, "title"), Section(25, 67, "ABSTRACT"), Section(67, 67)),
    (
        Mention("5", "drug", ((59, 66),)),
        Mention("1", "Chemical", ((0, 8),)),
        Mention("2", "Chemical", ((15, 22),)),
        Mention("1#2", "group", ((25, 29), (43, 52))),
        Mention("3", "group", ((34, 52),)),
        Mention("4", "drug", ((34, 42),)),
    ),
    (
        Interaction("2", "5", "advise"),
        Interaction("1", "2", "int"),
        Interaction("1#2", "3", "effect"),
    ),
    2019,
    {"license": "CC0"},
)

CORNERS = TextDocument(
    "c\u00e4se \U0001f48a",
    "\r\nTitle \U0001f48a\r\n \nLoop and\tthiazide diuretics.\u2028\nOutside.\n\n",
    (Section(2, 9, "title", "Of it"), Section(13, 13, "empty"), Section(13, 41, "body")),
    (
        Mention("T1", "drug", ((2, 7), (8, 9))),
        Mention("T2", "group", ((13, 17), (31, 40))),
        Mention("T3", "group", ((22, 40),)),
        Mention("R1", "", ((22, 30),)),
        Mention("T5", "odd & <type>", ((8, 17),)),
    ),
    (
        Interaction("T2", "T3", "effect"),
        Interaction("T1", "R1", ""),
        Interaction("T3", "T2", "a & b"),
    ),
    1999,
    {"language": "en", "a & b": "<c>"},
)

FORMATS = [BIOC_XML, BIOC_JSON]


def read_text(tmp_path: Path, format: Format, content: str) -> Found:
    path = tmp_path / f"in{format.endings[0]}"
    path.write_bytes(content.encode())
    return found_in(path, format)


def write(format: Format, documents: list[TextDocument], path: Path) -> bytes:
    assert format.write is not None
    format.write(documents, path)
    return path.read_bytes()


def as_json(change: Callable[[Any], None] = lambda tree: None) -> str:
    tree = biocjson.toJSON(biocxml.loads(XML))
    change(tree)
    return json.dumps(tree)


@pytest.fixture(params=["xml", "json", "list", "lines", "PubTator3", "gz"])
def realistic(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same document in all shapes that BioC has."""
    kind = request.param
    collection = json.loads(as_json())
    document = collection["documents"][0]
    content = {
        "xml": XML,
        "json": json.dumps(collection, indent=1),
        "list": json.dumps([collection]),
        "lines": f"{json.dumps(document)}\n{json.dumps(document)}\n",
        "PubTator3": json.dumps({"PubTator3": [document]}),
        "gz": XML,
    }[kind].encode()
    path = tmp_path / f"a.{'xml' if kind in ('xml', 'gz') else 'json'}{'.gz' * (kind == 'gz')}"
    path.write_bytes(gzip.compress(content) if kind == "gz" else content)
    return path


def test_all_of_a_realistic_document_is_read(realistic):
    found = found_in(realistic)
    assert found.errors == []
    assert found.documents[0] == READ
    assert all(document == READ for document in found.documents)
    assert found.documents[0].origin.startswith(f"{realistic}, ")


def test_offsets_point_at_the_text_of_the_annotation(realistic):
    document = found_in(realistic).documents[0]
    marked = {m.id: [document.text[s:e] for s, e in m.ranges] for m in document.mentions}
    assert marked["1#2"] == ["Loop", "diuretics"]
    assert marked["3"] == ["thiazide diuretics"]
    assert marked["2"] == ["aspirin"]


@pytest.mark.parametrize("text", ["Loop [...] diuretics", "Loop…diuretics", "loopdiuretics", "x"])
def test_a_gap_may_have_a_sign(tmp_path, text):
    """bconv writes `[...]` between the ranges of an annotation."""

    def changed(tree: Any) -> None:
        annotations = (
            a for s in tree["documents"][0]["passages"][1]["sentences"] for a in s["annotations"]
        )
        next(a for a in annotations if len(a["locations"]) == 2)["text"] = text

    found = read_text(tmp_path, BIOC_JSON, as_json(changed))
    assert found.documents == ([READ] if text != "x" else [])
    assert len(found.errors) == (text == "x")


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.name)
@pytest.mark.parametrize("document", [READ, CORNERS], ids=["realistic", "corners"])
def test_round_trip(tmp_path, format, document):
    path = tmp_path / f"sub/out{format.endings[0]}"
    write(format, [document, document], path)
    assert format_of(path) == format
    found = found_in(path)
    assert found.errors == []
    for again in found.documents:
        assert again.text == document.text
        assert set(again.mentions) == set(document.mentions)
        assert set(again.interactions) == set(document.interactions)
        assert (again.id, again.year) == (document.id, document.year)
        assert again.metadata == document.metadata
        assert [each for each in again.sections if each.kind] == [
            each for each in document.sections if each.kind
        ]
    assert len(found.documents) == 2
    second = tmp_path / f"second{format.endings[0]}"
    assert write(format, found.documents, second) == write(format, found.documents[:1] * 2, path)


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.name)
@pytest.mark.parametrize("document", [READ, CORNERS], ids=["realistic", "corners"])
def test_bioc_reads_what_is_written_and_finds_nothing_wrong(tmp_path, format, document):
    path = tmp_path / "out"
    write(format, [document], path)
    if format is BIOC_XML:
        with path.open("rb") as file:
            collection = biocxml.load(file)
        with biocxml.iterparse(str(path)) as reader:
            assert [each.id for each in reader] == [document.id]
    else:
        with path.open(encoding="utf-8") as file:
            collection = biocjson.load(file)
    [made] = collection.documents
    bioc.validate(collection)
    places = [made, *made.passages]
    annotations = {each.id: each for place in places for each in place.annotations}
    assert {
        id_: [(location.offset, location.end) for location in each.locations]
        for id_, each in annotations.items()
    } == {mention.id: list(mention.ranges) for mention in document.mentions}
    nodes = {
        (relation.get_node(role="head").refid, relation.get_node(role="tail").refid)
        for place in places
        for relation in place.relations
    }
    assert nodes == {(each.head, each.tail) for each in document.interactions}


def test_relations_of_one_passage_stay_in_it(tmp_path):
    write(BIOC_XML, [READ], tmp_path / "a.xml")
    [document] = biocxml.loads((tmp_path / "a.xml").read_text("utf-8")).documents
    assert [len(each.relations) for each in (document, *document.passages)] == [1, 1, 1, 0]


def test_scores_are_infons(tmp_path):
    scored = replace(READ.interactions[0], score=0.25)
    write(BIOC_XML, [replace(READ, interactions=(scored,))], tmp_path / "a.xml")
    [document] = biocxml.loads((tmp_path / "a.xml").read_text("utf-8")).documents
    relations = [each for place in (document, *document.passages) for each in place.relations]
    assert [each.infons.get("score") for each in relations] == ["0.25"]


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.name)
def test_nothing_and_empty_documents(tmp_path, format):
    path = tmp_path / f"a{format.endings[0]}"
    write(format, [], path)
    assert found_in(path, format) == ([], [])
    write(format, [TextDocument("", "")], path)
    assert found_in(path, format) == ([TextDocument("", "", (Section(0, 0),))], [])


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.name)
def test_documents_are_written_as_they_come(tmp_path, format):
    path = tmp_path / "out"
    sizes = []

    def many() -> Iterator[TextDocument]:
        for _ in range(20):
            sizes.append(path.stat().st_size)
            yield TextDocument("a", "x" * 100_000)

    format.write(many(), path)
    assert sizes[-1] > 1_500_000


def test_what_xml_cannot_hold_becomes_one_sign(tmp_path):
    text = "a\0b\x0bc\ufffed"
    document = TextDocument("\0", text, (), (Mention("T1", "t", ((0, 2),)),))
    write(BIOC_XML, [document], tmp_path / "a.xml")
    [again] = found_in(tmp_path / "a.xml").documents
    assert again.text == "a\ufffdb\ufffdc\ufffdd"
    assert again.mentions == document.mentions
    write(BIOC_JSON, [document], tmp_path / "a.json")
    assert found_in(tmp_path / "a.json").documents[0].text == text


WRONG = [
    (
        lambda d: d["passages"][2].update(offset=10, text="x"),
        "before the one before it ends, at 22",
    ),
    (lambda d: d["passages"][1].update(offset=10), "sections have the characters 0-22, 10-67"),
    (lambda d: d["passages"][1].update(offset=30), "a sentence at offset 25 is in the passage at"),
    (lambda d: d["passages"][2].update(offset=10**9), "characters are missing before it"),
    (lambda d: d["passages"][1].update(offset=-1), "'offset' is no number of characters, but '-1'"),
    (lambda d: d["passages"][0].update(offset=None), "'offset' is no number of characters"),
    (lambda d: d["passages"][0]["annotations"][0]["locations"][0].update(offset=1), "stands 'ärf"),
    (lambda d: d["passages"][0]["annotations"][0]["locations"][0].update(length=0), "'Wärfarin'"),
    (lambda d: d["annotations"][0].update(locations=[]), "mention '5' has the characters of noth"),
    (lambda d: d["passages"][0]["annotations"][0].update(id="2"), "annotations have the id '2'"),
    (lambda d: d["passages"][1].update(text="x" + ABSTRACT), "at offset 25 is 'Loop and"),
    (lambda d: d["relations"][0]["nodes"][0].update(refid="9"), "is of '9', and no annotation"),
    (lambda d: d["relations"][0]["nodes"][0].update(refid="5"), "of '5' with itself"),
]


@pytest.mark.parametrize(("change", "problem"), WRONG, ids=[problem for _, problem in WRONG])
@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.name)
def test_a_wrong_document_is_told_and_the_others_are_read(tmp_path, format, change, problem):
    def changed(tree: Any) -> None:
        good = tree["documents"][0]
        bad = json.loads(json.dumps(good))
        change(bad)
        tree["documents"] = [good, bad, good]

    content = as_json(changed)
    if format is BIOC_XML:
        # What bioc makes of a missing offset would be 'None'.
        content = biocxml.dumps(biocjson.loads(content))
    found = read_text(tmp_path, format, content)
    assert found.documents == [READ, READ]
    [error] = found.errors
    assert "[DDI125]" in error
    assert "document 2: " in error
    assert problem in error


@pytest.mark.parametrize(
    "wrong",
    [
        '"passages": 3',
        '"passages": [3]',
        '"passages": [{"offset": 0, "text": 3}]',
        '"passages": [{"offset": true, "text": "a"}]',
        '"passages": [{"offset": 0, "text": "a", "infons": []}]',
        '"passages": [{"offset": 0, "text": "a", "annotations": {"id": 3}}]',
        '"passages": [{"offset": 0, "text": "\\ud800"}]',
        '"infons": {}',
        '"passages": [nonsense]',
        '"passages": ' + "[" * 300 + "]" * 300,
    ],
)
def test_json_that_is_no_bioc_costs_its_document(tmp_path, wrong):
    good = json.loads(as_json())["documents"][0]
    content = f'{{"documents": [{{{wrong}}}, {json.dumps(good)}]}}'
    found = read_text(tmp_path, BIOC_JSON, content)
    assert found.documents == [READ]
    assert len(found.errors) == 1


@pytest.mark.parametrize(
    ("format", "content", "problem"),
    [
        (BIOC_XML, "<PubmedArticleSet/>", "the root is <PubmedArticleSet>, not <collection>"),
        (BIOC_XML, "", "is empty"),
        (BIOC_XML, "<collection><document>", "not well-formed"),
        (BIOC_XML, '<!DOCTYPE c [<!ENTITY a "b">]><collection/>', "DOCTYPE"),
        (BIOC_JSON, "", "is empty"),
        (BIOC_JSON, "prose", "no JSON"),
        (BIOC_JSON, '{"documents": [{"passages": []}', "cut off"),
        (BIOC_JSON, '{"documents": [{"passages": []', "cut off"),
        (BIOC_JSON, '{"documents": [{"id": "a', "cut off"),
        (BIOC_JSON, '{"documents": [}', "closes what is not open"),
        (BIOC_JSON, "[" * 100_000, "too deeply"),
    ],
)
def test_files_that_are_no_bioc(tmp_path, format, content, problem):
    found = read_text(tmp_path, format, content)
    assert problem in found.errors[-1]


def test_an_entity_is_not_read(tmp_path):
    bad = "<document><id>a</id><passage><offset>0</offset><text>&x;</text></passage></document>"
    found = read_text(tmp_path, BIOC_XML, XML.replace("<document>", f"{bad}<document>"))
    assert found.documents == [READ]
    assert len(found.errors) == 1


def test_comments_in_texts_are_no_text(tmp_path):
    content = XML.replace("and aspirin<", "an<!-- x -->d asp<?pi?>irin<")
    assert read_text(tmp_path, BIOC_XML, content) == ([READ], [])


def test_crlf_counts_as_xml_has_it(tmp_path):
    """XML reads a line end of the file as one sign; `&#13;` is kept."""
    content = (
        "<collection><document><id>a</id><passage><offset>0</offset>"
        "<text>a\r\nb&#13;\nc</text></passage></document></collection>"
    )
    assert read_text(tmp_path, BIOC_XML, content).documents[0].text == "a\nb\r\nc"


def test_damaged_lines_cost_themselves(tmp_path):
    good = json.dumps(json.loads(as_json())["documents"][0])
    content = "\n".join([good, '{"passages": [', "", "}", good])
    path = tmp_path / "a.jsonl"
    path.write_text(content, "utf-8")
    found = found_in(path, BIOC_JSON)
    assert found.documents == [READ, READ]
    assert [error.split(": ")[0].split(", ")[1] for error in found.errors] == ["line 2", "line 4"]


def test_a_long_collection_is_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("spacy_ddi.formats.json_streams.CHUNK", 7)
    monkeypatch.setattr("spacy_ddi.formats.json_streams.MAX_FIRST_LINE", 10)
    path = tmp_path / "a.json"
    write(BIOC_JSON, [READ, CORNERS], path)
    assert [each.id for each in found_in(path).documents] == [READ.id, CORNERS.id]
    monkeypatch.setattr("spacy_ddi.formats.json_streams.MAX_DOCUMENT", 500)
    documents, errors = found_in(path)
    assert documents == []
    assert ["more than" in error for error in errors] == [True, True]


def test_without_bioc_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "bioc", None)
    with pytest.raises(CorpusError, match=r"DDI127.*Install the extra 'formats'"):
        write(BIOC_XML, [], tmp_path / "a.xml")
