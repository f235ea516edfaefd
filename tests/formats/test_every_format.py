"""What all formats that are read and written must keep, or are known not to keep."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest

from benchmarks.fuzz.originals import originals
from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.inputs import format_of
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.formats.reading import found_in
from tests.formats.samples import place


@dataclass(frozen=True)
class Kept:
    """What a format keeps.

    name: What its files are called; a folder where it has a file a document.
    sections, gaps, more: Sections; mentions of several ranges; year and metadata.
    line_ends: Whether line ends come back as they were, and not as blanks.
    """

    name: str
    sections: bool = False
    gaps: bool = True
    more: bool = False
    line_ends: bool = True


KEPT = {
    "bioc-json": Kept("a.json", sections=True, more=True),
    "bioc-xml": Kept("a.xml", sections=True, more=True),
    "brat": Kept("folder"),
    "ddi2013": Kept("folder"),
    "jsonl": Kept("a.jsonl", sections=True, more=True),
    "jsonl-documents": Kept("a.jsonl", sections=True, more=True),
    "label-studio": Kept("a.json", more=True),
    "prodigy": Kept("a.jsonl", more=True),
    "pubannotation": Kept("a.json", sections=True),
    "pubtator": Kept("a.pubtator", gaps=False, line_ends=False),
}


def document(text: str, *mentions: tuple[str, ...]) -> TextDocument:
    """A document in which each mention, given by its pieces, interacts with the first."""
    made = tuple(
        Mention(f"T{n}", "drug", tuple(place(text, piece) for piece in pieces))
        for n, pieces in enumerate(mentions, start=1)
    )
    interactions = tuple(Interaction(each.id, "T1", "effect") for each in made[1:])
    return TextDocument("x", text, (), made, interactions)


DOCUMENTS = {
    "several ranges": document(
        "Loop, potassium-sparing and thiazide diuretics raise lithium.",
        ("lithium",),
        ("Loop", "diuretics"),
        ("potassium-", "sparing", "diuretics"),
        ("thiazide diuretics",),
    ),
    "nested": document(
        "Dexarol acid salt, plinozide.",
        ("plinozide",),
        ("Dexarol acid salt",),
        ("acid salt",),
        ("acid",),
        ("Dexarol", "salt"),
    ),
    "beyond the BMP": document(
        "💊 𐍈exarol👩‍🔬 and 🧪 raise β-tin 🫀.", ("tin",), ("𐍈exarol👩‍🔬",), ("🧪",), ("🫀", ".")
    ),
    "CRLF": document(
        "Of dexarol\r\n\r\nDexarol\r\nraises\rtin\nand iron.\r\n", ("Dexarol",), ("tin",), ("iron",)
    ),
    "odd white space": document(
        " Of\u00a0dexarol\n\tDexarol\u2003raises\u3000tin\u00ad. ", ("Dexarol",), ("tin",)
    ),
    "markup": document(
        'A "quoted" <b>tin</b> &amp; \\n iron; {"x": [1]}|t|.', ("<b>tin</b>",), ("iron",)
    ),
    "no text": document(""),
    "empty passages": replace(
        document("Of tin\n\nTin and iron.\n", ("Tin",), ("iron",)),
        sections=(
            Section(0, 0, "empty"),
            Section(0, 6, "title"),
            Section(7, 7, "none"),
            Section(8, 21, "abstract", "AIM"),
        ),
        year=2001,
        metadata={"language": "en"},
    ),
}


def test_all_formats_that_are_read_and_written_are_here():
    both = {name for name, each in formats().items() if each.read and each.write}
    assert both == {*KEPT, "spacy"}  # what a Doc can hold: see test_docbin_documents.py


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_document_comes_back(tmp_path, name, case):
    kept, given = KEPT[name], DOCUMENTS[case]
    if name == "ddi2013":
        given = replace(given, sections=())
    write = formats()[name].write
    assert write is not None
    path = tmp_path / "new" / kept.name
    write(iter([given]), path)
    documents, errors = found_in(path, formats()[name])
    assert errors == []
    [found] = documents
    assert found.id == given.id
    assert flat(found.text, kept) == flat(given.text, kept)
    assert [mention.type for mention in found.mentions] == [m.type for m in given.mentions]
    for one, other in zip(found.mentions, given.mentions, strict=True):
        assert one.ranges == (other.ranges if kept.gaps else ((other.ranges[0][0], ends(other)),))
    assert pairs(found) == pairs(given)
    if kept.sections and given.sections:
        assert found.sections == given.sections
    if kept.more:
        assert (found.year, dict(found.metadata)) == (given.year, dict(given.metadata))


@pytest.mark.parametrize("name", KEPT)
def test_many_documents_come_back_in_order_and_none_are_none(tmp_path, name):
    kept = KEPT[name]
    write = formats()[name].write
    assert write is not None
    given = [replace(DOCUMENTS["nested"], id=f"x{n}") for n in range(12)]
    write(iter(given), tmp_path / "many" / kept.name)
    documents, errors = found_in(tmp_path / "many" / kept.name)
    assert errors == []
    assert sorted(each.id for each in documents) == sorted(each.id for each in given)
    if kept.name != "folder":
        told = name.removesuffix("-documents")
        assert format_of(tmp_path / "many" / kept.name) is formats()[told]
        assert [each.id for each in documents] == [each.id for each in given]
        write(iter(()), tmp_path / "none" / kept.name)
        documents, errors = found_in(tmp_path / "none" / kept.name, formats()[name])
        is_empty = (tmp_path / "none" / kept.name).stat().st_size == 0
        assert (documents, [error[:8] for error in errors]) == ([], ["[DDI112]"] * is_empty)


@pytest.mark.parametrize("original", originals(), ids=lambda each: f"{each.format} {each.name}")
def test_readers_need_no_more_than_a_path_and_raise_what_nobody_takes(tmp_path, original):
    path = tmp_path / original.name
    path.write_bytes(original.content)
    if original.beside is not None:
        (tmp_path / original.beside[0]).write_bytes(original.beside[1])
    read = formats()[original.format].read
    assert read is not None
    assert list(read(path))
    path.write_bytes(bytes(99))
    with pytest.raises(CorpusError):
        list(read(path))


def flat(text: str, kept: Kept) -> str:
    return text if kept.line_ends else re.sub(r"\s", " ", text).rstrip()


def ends(mention: Mention) -> int:
    return mention.ranges[-1][1]


def pairs(document: TextDocument) -> list[tuple[int, int, str]]:
    """The interactions by the numbers of their mentions; the first of equal ones stands for all."""
    numbers = {mention.id: n for n, mention in enumerate(document.mentions)}
    return sorted((numbers[i.head], numbers[i.tail], i.label) for i in document.interactions)
