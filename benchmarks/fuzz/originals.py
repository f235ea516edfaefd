"""A small valid file of each format, to be damaged."""

from __future__ import annotations

import io
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


class Original(NamedTuple):
    """A valid file.

    format (str): Its format.
    name (str): What it is called.
    content (bytes): What is in it.
    beside (Optional[Tuple[str, bytes]]): Name and content of a second file, for brat.
    """

    format: str
    name: str
    content: bytes
    beside: tuple[str, bytes] | None = None


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
    """Two documents: one with several ranges, nested mentions, sections, and characters beyond
    the BMP, and one of few words."""
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
    return [first, replace(first, id="10002", metadata={}), TextDocument("10003", "Iron, tin.")]


def _place(piece: str) -> tuple[int, int]:
    start = TEXT.index(piece)
    return start, start + len(piece)


def _written(folder: Path) -> list[Original]:
    names = {
        "bioc-json": "a.json",
        "bioc-xml": "a.xml",
        "jsonl": "a.jsonl",
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
        made.append(Original(format_name, name, (folder / format_name / name).read_bytes()))
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
    cells = "".join(f'{id_},"{text}",{year}\n' for id_, text, year in rows)
    columns = {name: [row[i] for row in rows] for i, name in enumerate(("id", "text", "year"))}
    parquet.write_table(pa.table(columns), folder / "a.parquet", row_group_size=2)
    citations = "".join(CITATION % number for number in (1, 2, 3))
    label = (LABEL % (1, 1)).encode()
    lines = "".join(f"{text}\n" for text in TEXT.split("\n"))
    doctype = '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "p.dtd">'
    return [
        Original("text", "a.txt", TEXT.encode()),
        Original("lines", "a.txt", lines.encode()),
        Original("csv", "a.csv", f"id,text,year\n{cells}".encode()),
        Original("csv", "a.tsv", b"pmid\ttitle\tabstract\n1\tA\tIron and tin.\n2\tB\tTin.\n"),
        Original("parquet", "a.parquet", (folder / "a.parquet").read_bytes()),
        Original(
            "pubmed",
            "a.xml",
            f"{doctype}<PubmedArticleSet>{citations}</PubmedArticleSet>".encode(),
        ),
        Original("spl", "a.xml", label),
        Original("spl", "a.zip", _zipped({"s/l.xml": label, "s/p.jpg": b"\xff\xd8"})),
        Original(
            "spl",
            "b.zip",
            _zipped({f"s/{n}.zip": _zipped({"l.xml": (LABEL % (n, n)).encode()}) for n in (1, 2)}),
        ),
        Original("spacy", "a.spacy", _docbin(folder)),
    ]


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
