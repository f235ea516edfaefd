"""A small valid file of each format, to be damaged."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
from pyarrow import parquet
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.json_lines import to_dict
from spacy_ddi.formats.text_document import Section, TextDocument
from spacy_ddi.gold import MENTIONS_KEY

TEXT: Final = (
    "🧪 Loop and thiazide diuretics raise lithium.\nDexarol acid may lower β-plinozide 💊!"
)

LABEL: Final = """<?xml version="1.0" encoding="UTF-8"?>
<document xmlns="urn:hl7-org:v3">
<id root="i-%d"/><title>Dexarol &amp; more</title><effectiveTime value="20210504"/>
<setId root="s-%d"/><versionNumber value="3"/>
<component><structuredBody>
<component><section><code code="34073-7"/><title>7 <content>INTERACTIONS</content></title>
<text>Never with <sub>3</sub> 💊.<paragraph>Dexarol raises <content>lithium</content>.<footnote>a
note</footnote></paragraph>
<list listType="ordered"><item><caption>1.</caption>one</item><item>two<br/>three</item></list>
<table><caption>Doses</caption><thead><tr><th>drug</th><th>dose</th></tr></thead>
<tbody><tr><td rowspan="2">dexarol</td><td>5 mg</td></tr><tr><td>6 mg</td></tr></tbody></table>
</text>
<component><section><title>7.1 Inner</title>
<text><paragraph>β.</paragraph></text></section></component>
</section></component>
</structuredBody></component>
</document>
"""

CITATION: Final = """<PubmedArticle><MedlineCitation><PMID Version="1">%d</PMID>
<Article><Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue>
<Title>Journal of invented drugs</Title></Journal>
<ArticleTitle>Dexarol and <i>plinozide</i>: 10<sup>6</sup> 💊 &amp; more.</ArticleTitle>
<Abstract><AbstractText Label="AIM">Dexarol raises β-plinozide.</AbstractText>
<AbstractText Label="RESULTS">It &lt; did.</AbstractText></Abstract>
<Language>eng</Language></Article></MedlineCitation></PubmedArticle>
"""


NAMES: Final = ("Iron", "Zinc", "Gold", "Lead", "Silver", "Copper")

_LINE: Final = re.compile(rb"^[^\n]+", re.MULTILINE)
_JSON: Final = re.compile(rb"^\{.*\}(?=,?$)", re.MULTILINE)
_PIECES: Final = {
    **dict.fromkeys(("jsonl", "jsonl-documents", "lines", "prodigy"), _LINE),
    **dict.fromkeys(("bioc-json", "json", "label-studio", "pubannotation"), _JSON),
    "csv": re.compile(rb"^\d[^\n]+", re.MULTILINE),
    "pubtator": re.compile(rb"[^\n].*?(?=\n\n)", re.DOTALL),
    "bioc-xml": re.compile(rb"<document>.*?</document>", re.DOTALL),
    "pubmed": re.compile(rb"<PubmedArticle>.*?</PubmedArticle>", re.DOTALL),
}
"""What a document is, of formats that have one after another."""


Place = tuple[int, int]


class Original(NamedTuple):
    """A valid file.

    format (str): Its format.
    name (str): What it is called.
    content (bytes): What is in it.
    beside (Optional[Tuple[str, bytes]]): Name and content of a second file, for brat.
    pieces (Tuple[Tuple[int, int], ...]): Where in the content each document stands, or each few
        documents that are stored together; none where it is one document, or where all are one
        piece.
    has_offsets (bool): Whether the content says where its pieces are, so that none may change its
        length.
    """

    format: str
    name: str
    content: bytes
    beside: tuple[str, bytes] | None = None
    pieces: tuple[Place, ...] = ()
    has_offsets: bool = False


@cache
def originals() -> tuple[Original, ...]:
    """Files of all formats that can be read, the same each time.

    RETURNS (Tuple[Original, ...]): At least one of each format.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = (*_written(Path(folder)), *_only_read(Path(folder)))
    missing = {name for name, each in formats().items() if each.read} - {m.format for m in made}
    assert not missing, f"no file of {missing}"
    return made


def documents() -> list[TextDocument]:
    """Six documents: some with several ranges, nested mentions, sections, and characters beyond
    the BMP, and some of few words."""
    cut = TEXT.index("\n")
    mentions = (
        Mention("T1", "group", (_place("Loop"), _place("diuretics"))),
        Mention("T2", "group", (_place("thiazide diuretics"),)),
        Mention("T3", "drug", (_place("lithium"),)),
        Mention("T4", "brand", (_place("Dexarol acid"),)),
        Mention("T5", "drug_n", (_place("acid"),)),
        Mention("T6", "drug", (_place("β-plinozide"),)),
    )
    interactions = (Interaction("T1", "T3", "effect"), Interaction("T4", "T6", "int"))
    sections = (Section(0, cut, "title"), Section(cut + 1, len(TEXT), "abstract", "AIM"))
    first = TextDocument("10001", TEXT, sections, mentions, interactions, 1999, {"sourcedb": "X"})
    short = (Mention("T1", "drug", ((0, 4),)), Mention("T2", "drug", ((6, 9),)))
    return [
        first,
        replace(first, id="10002", metadata={}),
        TextDocument("10003", "Iron, tin."),
        TextDocument("10004", "Zinc, tin.", (), short, (Interaction("T1", "T2", "int"),)),
        replace(first, id="10005", sections=(), year=2001),
        TextDocument("10006", "Gold, tin.", (), short),
    ]


def _place(piece: str) -> Place:
    start = TEXT.index(piece)
    return start, start + len(piece)


def _written(folder: Path) -> list[Original]:
    names = {
        "bioc-json": "a.json",
        "bioc-xml": "a.xml",
        "jsonl": "a.jsonl",
        "jsonl-documents": "a.jsonl",
        "label-studio": "a.json",
        "prodigy": "a.jsonl",
        "pubannotation": "a.json",
        "pubtator": "a.pubtator",
    }
    made = []
    for format_name, name in names.items():
        write = formats()[format_name].write
        assert write is not None
        write(documents(), folder / format_name / name)
        content = (folder / format_name / name).read_bytes()
        made.append(Original(format_name, name, content, pieces=_pieces(format_name, content)))
    for format_name, ending in (("brat", ".txt"), ("ddi2013", ".xml")):
        write = formats()[format_name].write
        assert write is not None
        write(documents()[:1], folder / format_name)
        path = folder / format_name / f"10001{ending}"
        beside = path.with_suffix(".ann")
        second = (beside.name, beside.read_bytes()) if beside.exists() else None
        made.append(Original(format_name, path.name, path.read_bytes(), second))
    return made


def _only_read(folder: Path) -> list[Original]:
    rows = [(each.id, each.text, str(each.year or "")) for each in documents()]
    lines = [f'{id_},"{text}",{year}' for id_, text, year in rows]
    table = "\n".join(["id,text,year", *lines, ""]).encode()
    tabs = "".join(f"{n}\tA\t{name} and tin {n}.\n" for n, name in enumerate(NAMES, start=1))
    columns = {name: [row[i] for row in rows] for i, name in enumerate(("id", "text", "year"))}
    parquet.write_table(pa.table(columns), folder / "a.parquet", row_group_size=2)
    citations = "".join(CITATION % number for number in range(1, 7))
    label = _label(1)
    texts = "".join(f"{text}\n" for text in (*TEXT.split("\n"), *NAMES))
    bundle = _zipped({f"s/{n}.zip": _zipped({"l.xml": _label(n)}) for n in range(1, 7)})
    objects = ",\n".join(json.dumps(to_dict(each), ensure_ascii=False) for each in documents())
    stored = (folder / "a.parquet").read_bytes()
    doctype = '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "p.dtd">'
    set_of = f"{doctype}<PubmedArticleSet>{citations}</PubmedArticleSet>".encode()
    made = [
        Original("text", "a.txt", TEXT.encode()),
        Original("lines", "a.txt", texts.encode()),
        Original("csv", "a.csv", table, pieces=_places(table, [each.encode() for each in lines])),
        Original("csv", "a.tsv", f"pmid\ttitle\tabstract\n{tabs}".encode()),
        Original("json", "a.json", f"[\n{objects}\n]\n".encode()),
        Original("pubmed", "a.xml", set_of),
    ]
    made = [
        each if each.pieces else each._replace(pieces=_pieces(each.format, each.content))
        for each in made
    ]
    return [
        *made,
        Original("parquet", "a.parquet", stored, None, _row_groups(folder / "a.parquet"), True),
        Original("spl", "a.xml", label),
        Original("spl", "a.zip", _zipped({"s/l.xml": label, "s/p.jpg": b"\xff\xd8"})),
        Original("spl", "b.zip", bundle, None, _members(bundle), True),
        Original("spacy", "a.spacy", _docbin(folder)),
    ]


def _label(number: int) -> bytes:
    return (LABEL % (number, number)).encode()


def _pieces(format_name: str, content: bytes) -> tuple[Place, ...]:
    """Where each document stands, of formats that have one after another."""
    pattern = _PIECES.get(format_name)
    found = [] if pattern is None else [each.span() for each in pattern.finditer(content)]
    assert pattern is None or len(found) >= 5, (format_name, content)
    return tuple(found)


def _places(content: bytes, pieces: list[bytes]) -> tuple[Place, ...]:
    starts = [content.index(each) for each in pieces]
    return tuple((n, n + len(each)) for n, each in zip(starts, pieces, strict=True))


def _row_groups(path: Path) -> tuple[Place, ...]:
    """Where the row groups of a Parquet file stand."""
    about = parquet.ParquetFile(path).metadata
    found = []
    for number in range(about.num_row_groups):
        columns = [about.row_group(number).column(n) for n in range(about.num_columns)]
        starts = [each.dictionary_page_offset or each.data_page_offset for each in columns]
        last = starts[-1] + columns[-1].total_compressed_size
        found.append((min(starts), last))
    return tuple(found)


def _members(content: bytes) -> tuple[Place, ...]:
    """Where the files in a zip stand."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        starts = [member.header_offset for member in packed.infolist()]
        ends = [*starts[1:], packed.start_dir]
    return tuple(zip(starts, ends, strict=True))


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            # The date would otherwise be that of today.
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _docbin(folder: Path) -> bytes:
    install_extensions()
    docs = [Doc(Vocab(), words=each.text.split(" ")) for each in documents()]
    for doc in docs:
        doc.spans[MENTIONS_KEY] = [Span(doc, 0, 1, label="drug")]
    for doc in docs[:2]:
        for token in doc:
            token.is_sent_start = token.i in (0, 7)
        spans = [Span(doc, start, end, label="drug") for start, end in ((1, 2), (3, 5), (4, 5))]
        doc.spans[MENTIONS_KEY] = spans
        doc._.ddi_rels = [make_relation((1, 2), (3, 5), "effect", 1.0)]
    write_docbin(docs, folder / "a.spacy")
    return (folder / "a.spacy").read_bytes()
