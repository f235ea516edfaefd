"""PubTator (Wei et al., Nucleic Acids Res. 41, 2013): title, abstract, mentions and relations in
lines, a blank line between documents.

    123|t|Warfarin and aspirin
    123|a|Aspirin raises bleeding with warfarin.
    123<tab>0<tab>8<tab>Warfarin<tab>Chemical<tab>D014859
    123<tab>Drug_Interact<tab>D014859<tab>D001241
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.bounded import MAX_DOCUMENT, numbered_lines, too_long
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.compressed_files import open_bytes
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.text_document import Section, TextDocument

MAX_INTERACTIONS: Final = 100_000
"""Pairs of mentions that the relations of a document may stand for."""

_TEXT_LINE: Final = re.compile(r"([^|\t]*)\|([ta])\|(.*)", re.DOTALL)
_TITLE: Final = re.compile(rb"[^|\t]*\|t\|")
_FIRST_LINE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[^|\s]+\|[ta]\|")
_OFFSET: Final = re.compile(r"\d{1,12}", re.ASCII)
_SEVERAL: Final = re.compile(r"[|,;]")
_AGAIN: Final = re.compile(r"(.+)#(?:[2-9]|[1-9]\d+)", re.ASCII)
_LINE_END: Final = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_NOT_IN_ID: Final = re.compile(r"[\s|]")
_NOT_IN_CELL: Final = re.compile("[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class _Line(NamedTuple):
    number: int
    content: bytes


def read_pubtator(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read PubTator; see `Reader`. A document is in memory at a time.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of a document.
    columns (Columns): There are none.
    YIELDS (TextDocument): Title and abstract with a line end between them. A relation is of
        identifiers of a database: it becomes an interaction of each two mentions that have them.
    """
    with open_bytes(path) as file:
        for lines in _documents(file, path, on_error):
            place = f"line {lines[0].number}"
            try:
                yield _document(lines, path)
            except _LineError as error:
                place = f"line {error.number}"
                on_error(CorpusError.at(Errors.DOCUMENT, path, place, problem=error))
            except ValueError as error:
                on_error(CorpusError.at(Errors.DOCUMENT, path, place, problem=error))


def write_pubtator(documents: Iterable[TextDocument], path: Path) -> None:
    """Write PubTator; see `Writer`. Line ends in title and abstract become blanks; mentions of
    several ranges are written from their first character to their last.

    documents (Iterable[TextDocument]): The documents. The title is the section of this kind, or
        else the first line.
    path (Path): The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document in documents:
            file.writelines(f"{line}\n" for line in _lines(document))
            file.write("\n")


class _LineError(ValueError):
    def __init__(self, number: int, problem: str) -> None:
        super().__init__(problem)
        self.number = number


def _documents(file: IO[bytes], path: Path, on_error: OnError) -> Iterator[list[_Line]]:
    """The lines of each document, of which none is blank."""
    lines: list[_Line] = []
    size = 0
    for number, line in numbered_lines(file, path, on_error=on_error):
        content = line.removesuffix(b"\n").removesuffix(b"\r")
        if number == 1:
            content = content.removeprefix(b"\xef\xbb\xbf")
        # A blank line may be missing.
        is_title = _TITLE.match(content)
        if not content.strip() or is_title:
            if lines:
                yield lines
            lines, size = [], 0
        size += len(content)
        if content.strip() and size <= MAX_DOCUMENT:
            lines.append(_Line(number, content))
        elif lines:
            on_error(too_long(path, f"line {lines[0].number}"))
            lines = []
    if lines:
        yield lines


def _document(lines: list[_Line], path: Path) -> TextDocument:
    texts: dict[str, str] = {}
    id_ = ""
    rows: list[tuple[int, list[str]]] = []
    for number, content in lines:
        try:
            line = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _LineError(number, f"no UTF-8 text ({error.reason})") from None
        text_line = _TEXT_LINE.fullmatch(line)
        cells = [text_line[1]] if text_line else line.split("\t")
        if number != lines[0].number and cells[0] != id_:
            raise _LineError(number, f"the line is of {cells[0][:40]!r} in the document {id_!r}")
        id_ = cells[0]
        if not text_line:
            rows.append((number, cells))
        elif text_line[2] in texts or rows:
            raise _LineError(number, f"the document has this line (|{text_line[2]}|) too late")
        else:
            texts[text_line[2]] = text_line[3]
    if not texts:
        raise ValueError("there is neither title nor abstract (ID|t|Title, ID|a|Abstract)")
    title = texts.get("t", "")
    abstract = texts.get("a")
    text = f"{title}\n{abstract}" if abstract else title
    sections = [Section(0, len(title), "title")]
    if abstract:
        sections.append(Section(len(title) + 1, len(text), "abstract"))
    mentions, interactions = _annotations(rows, text)
    document = TextDocument(
        id_,
        text,
        tuple(sections),
        tuple(mentions),
        tuple(interactions),
        file=str(path),
        place=f"line {lines[0].number}",
    )
    if problem := annotation_problem(document):
        raise ValueError(problem)
    return document


def _annotations(
    rows: list[tuple[int, list[str]]], text: str
) -> tuple[list[Mention], dict[Interaction, None]]:
    mentions: list[Mention] = []
    by_concept: dict[str, list[str]] = {}
    taken: set[str] = set()
    relations: list[tuple[int, list[str]]] = []
    for number, cells in rows:
        if len(cells) >= 5 and _OFFSET.fullmatch(cells[1]) and _OFFSET.fullmatch(cells[2]):
            mention = _mention(cells, text, number, taken)
            mentions.append(mention)
            given = cells[5].strip() if len(cells) > 5 else ""
            for concept in {given, *_SEVERAL.split(given)}:
                by_concept.setdefault(concept.strip(), []).append(mention.id)
        elif len(cells) >= 4:
            relations.append((number, cells))
        else:
            raise _LineError(number, f"no mention and no relation: {chr(9).join(cells)[:60]!r}")
    interactions: dict[Interaction, None] = {}
    for number, (_, label, head, tail, *_rest) in relations:
        for concept in (head.strip(), tail.strip()):
            if not concept or concept not in by_concept:
                raise _LineError(number, f"a relation is of {concept!r}, but no mention has it")
        heads, tails = by_concept[head.strip()], by_concept[tail.strip()]
        if len(interactions) + len(heads) * len(tails) > MAX_INTERACTIONS:
            raise _LineError(number, f"relations of more than {MAX_INTERACTIONS:,} mentions")
        interactions.update(
            (Interaction(one, other, "" if label == "-" else label), None)
            for one in heads
            for other in tails
            if one != other
        )
    return mentions, interactions


def _mention(cells: list[str], text: str, number: int, taken: set[str]) -> Mention:
    start, end = int(cells[1]), int(cells[2])
    marked = text[start:end]
    if _packed(marked) != _packed(cells[3]):
        problem = f"the mention is {cells[3][:60]!r}, but at {start}-{end} stands {marked[:60]!r}"
        raise _LineError(number, problem)
    given = cells[5].strip() if len(cells) > 5 else ""
    id_, count = given or "-", 1
    while id_ in taken:
        count += 1
        id_ = f"{given or '-'}#{count}"
    taken.add(id_)
    return Mention(id_, cells[4], ((start, end),))


def _lines(document: TextDocument) -> Iterator[str]:
    id_ = _NOT_IN_ID.sub("_", document.id) or "-"
    end = _title_end(document)
    yield f"{id_}|t|{_LINE_END.sub(' ', document.text[:end])}"
    yield f"{id_}|a|{_LINE_END.sub(' ', document.text[end + 1 :])}"
    concepts = _concepts(document)
    for mention in document.mentions:
        start, last = mention.ranges[0][0], mention.ranges[-1][1]
        marked = _NOT_IN_CELL.sub(" ", document.text[start:last])
        row = (id_, str(start), str(last), marked, _cell(mention.type), concepts[mention.id])
        yield "\t".join(row)
    # Those of several mentions of the same two are one.
    relations = {
        (_cell(each.label) or "-", concepts[each.head], concepts[each.tail]): None
        for each in document.interactions
    }
    for relation in relations:
        yield "\t".join((id_, *relation))


def _concepts(document: TextDocument) -> dict[str, str]:
    """What a mention has in the last column: its id; that of a mention of the same, as the reader
    tells them apart, without the number."""
    ids = {mention.id for mention in document.mentions}
    concepts = {}
    for id_ in ids:
        again = _AGAIN.fullmatch(id_)
        concepts[id_] = _cell(again[1] if again and again[1] in ids else id_) or "-"
    return concepts


def _title_end(document: TextDocument) -> int:
    for section in document.sections:
        if section.kind.lower() == "title" and section.start == 0:
            return section.end
    end = document.text.find("\n")
    return len(document.text) if end < 0 else end


def _cell(text: str) -> str:
    return _NOT_IN_CELL.sub(" ", text).strip()


def _packed(text: str) -> str:
    return "".join(text.split()).casefold()


def _recognizes(head: bytes) -> bool:
    return bool(_FIRST_LINE.match(head))


PUBTATOR = Format("pubtator", (".pubtator", ".txt"), _recognizes, read_pubtator, write_pubtator)
