"""PubMed XML: a written sample, corner cases, damaged files."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.inputs import find_inputs, read_documents
from spacy_ddi.formats.pubmed import read_pubmed
from spacy_ddi.formats.text_document import Section, TextDocument

SAMPLE = Path(__file__).parent / "samples" / "pubmed_sample.xml"


def article(body: str, pmid: str = "<PMID>1</PMID>", more: str = "") -> str:
    """A citation whose element `Article` has this in it."""
    citation = f"<MedlineCitation>{pmid}<Article>{body}</Article>{more}</MedlineCitation>"
    return f"<PubmedArticle>{citation}</PubmedArticle>\n"


def read(path: Path, content: str | bytes) -> tuple[list[TextDocument], list[str]]:
    """Documents and errors of a file with this content."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    errors: list[str] = []
    found = read_documents(
        [str(path)], format_name="pubmed", on_error=lambda error: errors.append(str(error))
    )
    return list(found), errors


def one(path: Path, citation: str) -> TextDocument:
    """The document of a single citation."""
    documents, errors = read(path, f"<PubmedArticleSet>{citation}</PubmedArticleSet>")
    assert errors == []
    [document] = documents
    return document


@pytest.mark.parametrize("name", ["pubmed26n0001.xml", "pubmed26n0001.xml.gz"])
def test_the_sample_is_recognized_and_read(name, tmp_path):
    content = SAMPLE.read_bytes()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    [found] = find_inputs([str(tmp_path)], on_error=pytest.fail)
    assert found.format.name == "pubmed"
    first, second, book = read_documents([str(tmp_path)], on_error=pytest.fail)
    title = "Effect of dexarol on CYP3A4*22 and plinozide: an in vitro study."
    lines = [
        "BACKGROUND AND AIM: Dexarol is a β2-agonist; plinozide & nortexil are substrates of "
        "CYP3A4.",
        "METHODS: Cells (106) were given dexarol, with k=2 (💊<0.05).",
        "CONCLUSION: Dexarol raises the concentration of plinozide.",
    ]
    assert first.text == title + "\n\n" + "\n".join(lines)
    assert [first.text[each.start : each.end] for each in first.sections] == [title, *lines]
    assert [(each.kind, each.title) for each in first.sections] == [
        ("title", ""),
        ("abstract", "BACKGROUND AND AIM"),
        ("abstract", "METHODS"),
        ("abstract", "CONCLUSION"),
    ]
    assert (first.id, first.year) == ("90000001", 2020)
    assert first.metadata == {"journal": "Journal of invented pharmacology", "language": "eng"}
    assert first.origin == f"{tmp_path / name}, citation 1 (PMID 90000001)"
    assert second == TextDocument(
        "90000002",
        "[Nortexil in the elderly].\n\nNortexil potentiates dexarol.",
        (Section(0, 26, "title"), Section(28, 57, "abstract")),
        year=1998,
        metadata={
            "journal": "Zeitschrift für erfundene Arzneien",
            "language": "ger, eng",
            "abstract_language": "eng",
        },
    )
    assert book == TextDocument(
        "90000003",
        "Dexarol\n\nPlinozide lowers levels of dexarol in milk.",
        (Section(0, 7, "title"), Section(9, 52, "abstract")),
        year=2006,
        metadata={"book": "Drugs and lactation", "language": "eng"},
    )


@pytest.mark.parametrize(
    ("body", "text", "kinds"),
    [
        ("<ArticleTitle>Only.</ArticleTitle>", "Only.", ["title"]),
        ("<Abstract><AbstractText>No title.</AbstractText></Abstract>", "No title.", ["abstract"]),
        ("<ArticleTitle/><VernacularTitle>Nur.</VernacularTitle>", "Nur.", ["title"]),
        ("<ArticleTitle>a</ArticleTitle><Abstract/>", "a", ["title"]),
        ("<ArticleTitle>a\r\nb\r\n</ArticleTitle>", "a b", ["title"]),
        ("", "", []),
    ],
)
def test_what_is_not_there_leaves_no_section(body, text, kinds, tmp_path):
    document = one(tmp_path / "a.xml", article(body))
    assert document.text == text
    assert [each.kind for each in document.sections] == kinds
    assert (document.year, document.metadata) == (None, {})


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("<Year>1987</Year><Month>Jan</Month>", 1987),
        ("<MedlineDate>2000 Spring</MedlineDate>", 2000),
        ("<MedlineDate>Winter 1976-1977</MedlineDate>", 1976),
        ("<MedlineDate>in press</MedlineDate>", None),
        ("<Year>19877</Year>", None),
        ("", None),
    ],
)
def test_the_year_is_that_of_the_issue(date, year, tmp_path):
    issue = f"<JournalIssue><PubDate>{date}</PubDate></JournalIssue>"
    body = f"<Journal>{issue}</Journal><ArticleDate><Year>2001</Year></ArticleDate>"
    assert one(tmp_path / "a.xml", article(body)).year == year


def test_formulas_are_read_once(tmp_path):
    math = (
        '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:semantics>'
        "<m:msup><m:mi>r</m:mi><m:mn>2</m:mn></m:msup>"
        '<m:annotation encoding="TeX">r^2</m:annotation></m:semantics></m:math>'
    )
    assert one(tmp_path / "a.xml", article(f"<ArticleTitle>of {math}.</ArticleTitle>")).text == (
        "of r2."
    )


def test_a_single_citation_is_a_file_too(tmp_path):
    [document], errors = read(tmp_path / "a.xml", article("<ArticleTitle>One.</ArticleTitle>"))
    assert (document.text, errors) == ("One.", [])


def test_a_bad_citation_costs_no_other_one(tmp_path):
    good = article("<ArticleTitle>Good.</ArticleTitle>")
    no_pmid = article("<ArticleTitle>Bad.</ArticleTitle>", pmid="<PMID> </PMID>")
    broken = article("<ArticleTitle>Bad.</Article>")
    entity = article("<ArticleTitle>Bad&nbsp;one.</ArticleTitle>")
    doctype = '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM" "https://dtd.nlm.nih.gov/p.dtd">\n'
    content = f"{doctype}<PubmedArticleSet>\n{good}{entity}{no_pmid}{broken}{good}{entity}{good}"
    documents, errors = read(tmp_path / "a.xml", content + "</PubmedArticleSet>")
    assert [each.text for each in documents] == ["Good."] * 3
    assert len(errors) == 4
    for error, said in zip(
        errors,
        (
            "citation 2 (PMID 1): it refers to the entity &nbsp;, which is not read",
            "citation 3: it has no PMID",
            "citation 4 (PMID 1), line 6: not well-formed XML",
            "citation 6 (PMID 1), line 8: not well-formed XML (Entity 'nbsp' not defined)",
        ),
        strict=True,
    ):
        assert f"[DDI125] {tmp_path / 'a.xml'}, {said}" in error


@pytest.mark.parametrize(
    "damage", ["A & B", "&foo;", "<![CDATA[ x", "<!-- x", "<b>", "</b>", "<", "\x01", "<b a='&'/>"]
)
def test_whatever_is_damaged_costs_itself(damage, tmp_path):
    citations = [
        article(f"<ArticleTitle>{damage if n == 3 else ''}.</ArticleTitle>", f"<PMID>{n}</PMID>")
        for n in range(1, 8)
    ]
    in_a_line = "".join(citations).replace("\n", "")
    for content in ("".join(citations), in_a_line):
        documents, errors = read(
            tmp_path / "a.xml", f"<PubmedArticleSet>{content}</PubmedArticleSet>"
        )
        assert [each.id for each in documents] == ["1", "2", "4", "5", "6", "7"]
        assert len(errors) == 1
        assert "a.xml, citation 3 (PMID 3)" in errors[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<collection/>", "the root is <collection>, and not one of PubMed"),
        ("Warfarin.", "no root element"),
        ("", "no root element"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><PubmedArticleSet/>', "its DOCTYPE declares something"),
    ],
)
def test_other_files_are_refused(content, said, tmp_path):
    (tmp_path / "a.xml").write_text(content)
    with pytest.raises(CorpusError, match=said):
        list(read_pubmed(tmp_path / "a.xml", on_error=pytest.fail))


@pytest.mark.parametrize("compressed", [False, True])
def test_what_is_cut_off_costs_what_comes_after(compressed, tmp_path):
    content = SAMPLE.read_bytes()
    whole = list(read_pubmed(SAMPLE, on_error=pytest.fail))
    content = gzip.compress(content, mtime=0) if compressed else content.rstrip()
    for end in range(1, len(content), 97):
        documents, errors = read(tmp_path / "a.xml", content[:end])
        assert errors
        assert documents == whole[: len(documents)]


def test_of_a_file_that_is_cut_off_it_is_said_how_far_it_was_read(tmp_path):
    citations = [
        article(f"<ArticleTitle>{os.urandom(5000).hex()}</ArticleTitle>", f"<PMID>{n}</PMID>")
        for n in range(1, 40)
    ]
    content = gzip.compress(f"<PubmedArticleSet>{''.join(citations)}</PubmedArticleSet>".encode())
    path = tmp_path / "a.xml.gz"
    path.write_bytes(content[: len(content) // 2])
    errors: list[CorpusError] = []
    last = list(read_documents([str(path)], on_error=errors.append))[-1]
    assert [(each.code, each.place) for each in errors] == [
        ("DDI108", f"after citation {last.id} (PMID {last.id})")
    ]
    assert f"{path}, after citation {last.id} (PMID {last.id}): the rest" in str(errors[0])
