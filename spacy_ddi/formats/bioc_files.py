"""BioC XML and BioC JSON. What is written is encoded by `bioc`, a document at a time."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from lxml import etree

from spacy_ddi.corpora.documents import Mention
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.bioc_trees import ROLES, document_of
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.compressed_files import open_bytes
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.json_keys import json_format
from spacy_ddi.formats.json_streams import Piece, read_json_documents
from spacy_ddi.formats.text_document import Section, TextDocument
from spacy_ddi.formats.xml_streams import (
    check_entities,
    document_error,
    read_prolog,
    root_of,
    stream_elements,
)

SOURCE: Final = "spacy-ddi"

DOCUMENT_LISTS: Final = frozenset({"documents", "PubTator3"})
"""Keys of JSON that have documents."""

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PLURALS: Final = {
    "passage": "passages",
    "sentence": "sentences",
    "annotation": "annotations",
    "relation": "relations",
    "location": "locations",
    "node": "nodes",
}


def read_bioc_xml(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read BioC XML; see `Reader`. A document is in memory at a time.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of a document.
    columns (Columns): There are none.
    YIELDS (TextDocument): The documents. Offsets are those of BioC.
    RAISES (CorpusError): If it is no BioC XML, or if its DOCTYPE declares anything.
    """
    with open_bytes(path) as file:
        prolog = read_prolog(file, path)
    if prolog.root != "collection":
        raise document_error(
            path, "its beginning", f"no BioC: the root is <{prolog.root}>, not <collection>"
        )
    with open_bytes(path) as file:
        for number, element in stream_elements(
            file,
            path,
            ("document",),
            prolog,
            name_element=lambda number, head: f"document {number}",
            on_error=on_error,
        ):
            place = f"document {number}"
            try:
                check_entities(element)
                document = document_of(_tree(element), str(path), place)
            except ValueError as error:
                on_error(document_error(path, place, str(error)))
                continue
            if problem := annotation_problem(document):
                on_error(document_error(path, place, problem))
                continue
            yield document


def read_bioc_json(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read BioC JSON; see `Reader`. A document is in memory at a time.

    path (Path): The file: a collection, a list of them, or a document a line.
    on_error (Callable[[CorpusError], None]): Gets the error of a document.
    columns (Columns): There are none.
    YIELDS (TextDocument): The documents. Offsets are those of BioC.
    """

    def parse(tree: dict[str, Any], piece: Piece) -> TextDocument:
        return document_of(tree, str(path), piece.place)

    yield from read_json_documents(path, parse, lists=DOCUMENT_LISTS, on_error=on_error)


def write_bioc_xml(documents: Iterable[TextDocument], path: Path) -> None:
    """Write BioC XML; see `Writer`. A passage a section; characters that XML can't hold become
    U+FFFD.

    documents (Iterable[TextDocument]): The documents.
    path (Path): The file.
    RAISES (CorpusError): Without bioc.
    """
    bioc = _bioc(path)
    from bioc import biocxml

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file, biocxml.iterwrite(file, encoding="UTF-8") as writer:
        writer.write_collection_info(_collection(bioc))
        for document in documents:
            writer.write_document(_to_bioc(document, bioc, _for_xml))


def write_bioc_json(documents: Iterable[TextDocument], path: Path) -> None:
    """Write a collection as BioC JSON, a document a line; see `Writer`. A passage a section.

    documents (Iterable[TextDocument]): The documents.
    path (Path): The file.
    RAISES (CorpusError): Without bioc.
    """
    bioc = _bioc(path)
    from bioc import biocjson

    path.parent.mkdir(parents=True, exist_ok=True)
    head, tail = json.dumps(biocjson.toJSON(_collection(bioc))).split("[]")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        separator = head + "[\n"
        for document in documents:
            tree = biocjson.toJSON(_to_bioc(document, bioc, str))
            file.write(separator + json.dumps(tree, ensure_ascii=False))
            separator = ",\n"
        file.write(f"{head}[]{tail}\n" if separator != ",\n" else f"\n]{tail}\n")


def _bioc(path: Path) -> Any:
    try:
        import bioc
    except ImportError as error:
        needed = {"name": "BioC", "package": "bioc", "extra": "formats"}
        raise CorpusError.at(Errors.NEEDS_PACKAGE, path, **needed) from error
    return bioc


def _collection(bioc: Any) -> Any:
    collection = bioc.BioCCollection()
    collection.source, collection.date, collection.key = SOURCE, "", ""
    return collection


def _to_bioc(document: TextDocument, bioc: Any, clean: Callable[[str], str]) -> Any:
    """A document of bioc; annotations are at the passage that they are in, or else at the
    document."""
    made = bioc.BioCDocument()
    made.id = clean(document.id)
    made.infons = {clean(key): clean(value) for key, value in document.metadata.items()}
    if document.year:
        made.infons["year"] = str(document.year)
    passages = list(_passages(document))
    for section in passages:
        passage = bioc.BioCPassage()
        passage.offset = section.start
        passage.text = clean(document.text[section.start : section.end])
        for key, value in (("type", section.kind), ("title", section.title)):
            if value:
                passage.infons[key] = clean(value)
        made.add_passage(passage)
    homes: dict[str, Any] = {}
    for mention in document.mentions:
        first, last = mention.ranges[0][0], mention.ranges[-1][1]
        index = bisect_right(passages, first, key=lambda each: each.start) - 1
        is_within = index >= 0 and last <= passages[index].end
        homes[mention.id] = home = made.passages[index] if is_within else made
        home.add_annotation(_annotation(mention, document.text, bioc, clean))
    _add_relations(document, made, homes, bioc, clean)
    return made


def _annotation(mention: Mention, text: str, bioc: Any, clean: Callable[[str], str]) -> Any:
    made = bioc.BioCAnnotation()
    made.id = clean(mention.id)
    made.text = clean(text[mention.ranges[0][0] : mention.ranges[-1][1]])
    if mention.type:
        made.infons["type"] = clean(mention.type)
    for start, end in mention.ranges:
        made.add_location(bioc.BioCLocation(start, end - start))
    return made


def _add_relations(
    document: TextDocument, made: Any, homes: dict[str, Any], bioc: Any, clean: Callable[[str], str]
) -> None:
    number = 0
    for interaction in document.interactions:
        number += 1
        while f"R{number}" in homes:
            number += 1
        relation = bioc.BioCRelation()
        relation.id = f"R{number}"
        if interaction.label:
            relation.infons["type"] = clean(interaction.label)
        if interaction.score is not None:
            relation.infons["score"] = str(interaction.score)
        ends = (interaction.head, interaction.tail)
        for end, role in zip(ends, ROLES[0], strict=True):
            relation.add_node(bioc.BioCNode(clean(end), role))
        head, tail = (homes[end] for end in ends)
        (head if head is tail else made).add_relation(relation)


def _passages(document: TextDocument) -> Iterator[Section]:
    """The sections, and what stands between them, unless it is what a reader fills in."""
    end = 0
    for section in document.sections:
        between = document.text[end : section.start]
        if between.strip("\n"):
            yield Section(end, section.start)
        yield section
        end = max(end, section.end)
    if end < len(document.text) or not document.sections:
        yield Section(end, len(document.text))


def _for_xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _tree(element: etree._Element) -> dict[str, Any]:
    """An element as JSON has it."""
    tree: dict[str, Any] = {str(key): value for key, value in element.attrib.items()}
    infons: dict[str, str] = {}
    if element.tag == "document":
        tree["passages"] = []
    for child in element.iterchildren(tag=etree.Element):
        name = str(child.tag)
        if name == "infon":
            infons[str(child.get("key", ""))] = _text(child)
        elif name in _PLURALS:
            tree.setdefault(_PLURALS[name], []).append(_tree(child))
        elif name in ("id", "offset", "text"):
            tree[name] = _text(child)
    return tree | {"infons": infons}


def _text(element: etree._Element) -> str:
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _is_xml(head: bytes) -> bool:
    return root_of(head) == "collection"


def _is_json(head: bytes) -> bool:
    return json_format(head) == "bioc-json"


BIOC_XML = Format("bioc-xml", (".xml", ".bioc"), _is_xml, read_bioc_xml, write_bioc_xml)
BIOC_JSON = Format("bioc-json", (".json",), _is_json, read_bioc_json, write_bioc_json)
