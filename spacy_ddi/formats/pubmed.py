"""PubMed XML: the files of the baseline and of the daily updates, and what efetch gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.compressed_files import open_bytes
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.text_document import Section, TextDocument
from spacy_ddi.formats.xml_streams import (
    check_entities,
    document_error,
    inline_text,
    read_prolog,
    root_of,
    stream_elements,
)

CITATIONS: Final = ("PubmedArticle", "PubmedBookArticle")
ROOTS: Final = ("PubmedArticleSet", "PubmedBookArticleSet", *CITATIONS)

_YEAR: Final = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_PMID: Final = re.compile(rb"<PMID(?:\s[^<>]*)?>\s*([0-9]{1,12})\s*</PMID")
_NOT_SHOWN: Final = frozenset({"annotation", "annotation-xml"})
"""What MathML has of a formula in other languages, beside the formula."""


class _Paths(NamedTuple):
    """Where a kind of citation has what."""

    pmid: str
    titles: tuple[str, ...]
    abstract: str
    other_abstracts: str
    dates: tuple[str, ...]
    languages: str
    metadata: dict[str, tuple[str, ...]]


_ARTICLE: Final = _Paths(
    "MedlineCitation/PMID",
    ("MedlineCitation/Article/ArticleTitle", "MedlineCitation/Article/VernacularTitle"),
    "MedlineCitation/Article/Abstract",
    "MedlineCitation/OtherAbstract",
    (
        "MedlineCitation/Article/Journal/JournalIssue/PubDate/Year",
        "MedlineCitation/Article/Journal/JournalIssue/PubDate/MedlineDate",
    ),
    "MedlineCitation/Article/Language",
    {
        "journal": (
            "MedlineCitation/Article/Journal/Title",
            "MedlineCitation/MedlineJournalInfo/MedlineTA",
        )
    },
)
_BOOK: Final = _Paths(
    "BookDocument/PMID",
    (
        "BookDocument/ArticleTitle",
        "BookDocument/VernacularTitle",
        "BookDocument/Book/BookTitle",
    ),
    "BookDocument/Abstract",
    "BookDocument/OtherAbstract",
    (
        "BookDocument/Book/PubDate/Year",
        "BookDocument/Book/PubDate/MedlineDate",
        "BookDocument/ContributionDate/Year",
    ),
    "BookDocument/Language",
    {"book": ("BookDocument/Book/BookTitle",)},
)


def read_pubmed(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read PubMed XML; see `Reader`. A citation is in memory at a time.

    The text is the title, an empty line, and the sections of the abstract, one a line, with their
    labels as PubMed prints them. What deletes citations (DeleteCitation) is passed over.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of a citation.
    columns (Columns): Not used.
    YIELDS (TextDocument): A document a citation, with the PMID as its id.
    RAISES (CorpusError): If it is no XML, no PubMed XML, or if its DOCTYPE declares anything.
    """
    with open_bytes(path) as file:
        prolog = read_prolog(file, path)
    if prolog.root not in ROOTS:
        problem = f"the root is <{prolog.root}>, and not one of PubMed: <{'>, <'.join(ROOTS)}>"
        raise document_error(path, "its beginning", problem)
    with open_bytes(path) as file:
        for number, element in stream_elements(
            file, path, CITATIONS, prolog, name_element=_name_damaged, on_error=on_error
        ):
            pmid = _first_text(element, (_paths(element).pmid,))
            place = _name(number, pmid)
            try:
                document = _document(element, pmid, str(path), place)
            except ValueError as error:
                on_error(document_error(path, place, str(error)))
            else:
                yield document


def _name(number: int, pmid: str) -> str:
    return f"citation {number}" + (f" (PMID {pmid})" if pmid else "")


def _name_damaged(number: int, head: bytes) -> str:
    """Name a citation by the first PMID in it."""
    found = _PMID.search(head)
    return _name(number, found[1].decode() if found else "")


def _document(element: etree._Element, pmid: str, file: str, place: str) -> TextDocument:
    check_entities(element)
    paths = _paths(element)
    if not pmid:
        raise ValueError("it has no PMID")
    abstract, abstract_language = _abstract(element, paths)
    text = ""
    sections: list[Section] = []
    for kind, label, content in [("title", "", _first_text(element, paths.titles)), *abstract]:
        if sections:
            text += "\n\n" if sections[-1].kind == "title" else "\n"
        if content:
            start = len(text)
            text += f"{label}: {content}" if label else content
            sections.append(Section(start, len(text), kind, label))
    languages = [inline_text(each) for each in element.iterfind(paths.languages)]
    metadata = {name: _first_text(element, where) for name, where in paths.metadata.items()}
    metadata |= {"language": ", ".join(languages), "abstract_language": abstract_language}
    year = _YEAR.search(_first_text(element, paths.dates))
    return TextDocument(
        pmid,
        text,
        tuple(sections),
        year=int(year[0]) if year else None,
        metadata={name: value for name, value in metadata.items() if value},
        file=file,
        place=place,
    )


def _paths(element: etree._Element) -> _Paths:
    return _BOOK if element.tag == "PubmedBookArticle" else _ARTICLE


def _first_text(element: etree._Element, paths: Iterable[str]) -> str:
    """The text of the first path that has any."""
    found = (inline_text(each, without=_NOT_SHOWN) for p in paths for each in element.iterfind(p))
    return next(filter(None, found), "")


def _abstract(element: etree._Element, paths: _Paths) -> tuple[list[tuple[str, str, str]], str]:
    """Kind, label and text of each section that has a text, and the language of another abstract
    that stands in for the one that there is not."""
    own = element.find(paths.abstract)
    sections = [] if own is None else _sections(own)
    if sections:
        return sections, ""
    others = sorted(
        element.iterfind(paths.other_abstracts),
        key=lambda each: each.get("Language", "eng") != "eng",
    )
    for other in others:
        if sections := _sections(other):
            return sections, str(other.get("Language", ""))
    return [], ""


def _sections(abstract: etree._Element) -> list[tuple[str, str, str]]:
    found = [
        ("abstract", " ".join(each.get("Label", "").split()), inline_text(each, without=_NOT_SHOWN))
        for each in abstract.iterfind("AbstractText")
    ]
    return [section for section in found if section[2]]


def _recognizes(head: bytes) -> bool:
    return root_of(head) in ROOTS


PUBMED = Format("pubmed", (".xml",), _recognizes, read_pubmed, has_versions=True)
