"""Standoff annotation of brat (brat.nlplab.org): a text, and its annotations in a file beside it.

Offsets count characters of the text file. Text-bound annotations and binary relations are read;
events with their triggers, attributes, notes and the like are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.corpora.own_types import NO_INTERACTION
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.brat_config import CONFIG
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.compressed_files import companion_of, name_parts, read_all
from spacy_ddi.formats.file_names import FileNames
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.plain_text import not_utf8
from spacy_ddi.formats.text_document import TextDocument

ANNOTATIONS: Final = ".ann"
NO_TYPE: Final = "_"
"""How a mention or relation without a type is written, since brat has none."""


_MARK: Final = "\ufeff"

_MENTION: Final = re.compile(
    r"(T\S+)\t(\S+) ([0-9]{1,12} [0-9]{1,12}(?:;[0-9]{1,12} [0-9]{1,12})*)(?:\t(.*))?", re.DOTALL
)
_RELATION: Final = re.compile(r"R\S+\t(\S+) ([^\s:]+):(\S+) ([^\s:]+):(\S+)\s*")
_TRIGGER: Final = re.compile(r"E\S+\t[^\s:]+:(T\S+)")
_PASSED_OVER: Final = ("E", "A", "M", "N", "#", "*")
_LINE_END: Final = re.compile(r"[\r\n]+")
_UNSAFE_IN_TYPES: Final = re.compile(r"[^\w-]+")
_OWN_ID: Final = re.compile(r"T[0-9]+")
_UNCHANGED: Final = "predicted; this note is right as long as nothing is changed:"
_SIGN: Final = re.compile(rf"#[0-9]+\tAnnotatorNotes R1\t{_UNCHANGED} ([0-9a-f]{{16}})")


def read_brat(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read a text with its annotations; see `Reader`.

    path (Path): The text, or its annotations; the other is beside it.
    on_error (Callable[[CorpusError], None]): Gets the error, if there is one.
    columns (Columns): There are none.
    YIELDS (TextDocument): The document, whose id is the file's name without its ending.
    """
    try:
        yield _read(path)
    except CorpusError as error:
        on_error(error)


def write_brat(documents: Iterable[TextDocument], path: Path) -> None:
    """Write a folder that brat can open, with a text and annotations a document; see `Writer`.

    Mentions get ids as brat has them where theirs are others, and one that goes over a line end is
    written in pieces, as brat does. Scores are notes, and where there are some, a last note has a
    digest of the lines, so that `read_brat` sees whether anybody has changed them.
    `annotation.conf` lists the types, if the folder has none yet.

    documents (Iterable[TextDocument]): The documents.
    path (Path): The folder.
    """
    path.mkdir(parents=True, exist_ok=True)
    names = FileNames()
    mention_types: set[str] = set()
    labels: set[str] = set()
    for document in documents:
        name = names.name(document.id)
        (path / f"{name}.txt").write_bytes(document.text.encode())
        (path / f"{name}{ANNOTATIONS}").write_bytes("".join(_signed(document)).encode())
        mention_types.update(_safe(mention.type) for mention in document.mentions)
        labels.update(_safe(interaction.label) for interaction in document.interactions)
    if not (path / CONFIG).exists():
        relations = (f"{label}\tArg1:<ENTITY>, Arg2:<ENTITY>" for label in sorted(labels))
        parts = ["[entities]", *sorted(mention_types), "[relations]", *relations]
        content = "\n".join([*parts, "[events]", "[attributes]", ""])
        (path / CONFIG).write_bytes(content.encode())


class _Marked(NamedTuple):
    """A text-bound annotation as it stands there; `text` is None where it isn't given."""

    line: int
    id: str
    type: str
    ranges: list[tuple[int, int]]
    text: str | None

    def fits(self, text: str, shift: int) -> bool:
        marked = "".join(text[max(start - shift, 0) : end - shift] for start, end in self.ranges)
        return self.text is None or "".join(self.text.split()) == "".join(marked.split())


class _Annotations:
    """What an annotation file holds.

    path (Path): The file.
    lines (Iterable[str]): Its lines.
    RAISES (CorpusError): If a line is none of brat's.
    """

    def __init__(self, path: Path, lines: Iterable[str]) -> None:
        self.path = path
        self.marked: list[_Marked] = []
        self.relations: list[tuple[int, Interaction]] = []
        self.triggers: set[str] = set()
        for number, line in enumerate(lines, start=1):
            self._read_line(number, line.removesuffix("\r"))

    def document(self, name: str, text: str, *, had_mark: bool) -> TextDocument:
        """The document of these annotations.

        name (str): Its id.
        text (str): Its text, without a byte order mark.
        had_mark (bool): Whether it had one. brat counts it as a character, others don't.
        RETURNS (TextDocument): The document.
        RAISES (CorpusError): If annotations don't fit the text.
        """
        shift = int(had_mark and not all(each.fits(text, 0) for each in self.marked))
        self._require_ends()
        related = {end for _, each in self.relations for end in (each.head, each.tail)}
        mentions = []
        for each in self.marked:
            if not each.fits(text, shift):
                is_there = " … ".join(text[start:end] for start, end in each.ranges)[:80]
                found = f"{each.id} marks {is_there!r}, but says {str(each.text)[:80]!r}"
                raise self.error(f"line {each.line}", found)
            if each.id not in self.triggers or each.id in related:
                ranges = [(start - shift, end - shift) for start, end in each.ranges]
                mentions.append(Mention(each.id, each.type, _joined(text, sorted(ranges))))
        relations = tuple(each for _, each in self.relations)
        document = TextDocument(name, text, (), tuple(mentions), relations, file=str(self.path))
        if problem := annotation_problem(document):
            raise self.error("the annotations", problem)
        return document

    def _require_ends(self) -> None:
        """See that each mention has an id of its own, and that relations are of two of them.

        RAISES (CorpusError): With the line, if not.
        """
        known: set[str] = set()
        for each in self.marked:
            if each.id in known:
                raise self.error(f"line {each.line}", f"two mentions have the id {each.id!r}")
            known.add(each.id)
        for line, relation in self.relations:
            for end in (relation.head, relation.tail):
                if end not in known:
                    problem = f"the relation is of {end!r}, and no mention has this id"
                    raise self.error(f"line {line}", problem)
            if relation.head == relation.tail:
                raise self.error(
                    f"line {line}", f"the relation is of {relation.head!r} with itself"
                )

    def error(self, place: str, problem: str) -> CorpusError:
        return CorpusError.at(Errors.DOCUMENT, self.path, place, problem=problem)

    def _read_line(self, number: int, line: str) -> None:
        if mention := _MENTION.fullmatch(line):
            id_, type_, offsets, text = mention.groups()
            places = (place.split(" ") for place in offsets.split(";"))
            ranges = [(int(start), int(end)) for start, end in places]
            self.marked.append(_Marked(number, id_, _type(type_), ranges, text))
        elif relation := _RELATION.fullmatch(line):
            label, role, head, _, tail = relation.groups()
            if role == "Arg2":
                head, tail = tail, head
            if not head.startswith("E") and not tail.startswith("E"):
                self.relations.append((number, Interaction(head, tail, _type(label))))
        elif trigger := _TRIGGER.match(line):
            self.triggers.add(trigger[1])
        elif line.strip() and not line.startswith(_PASSED_OVER):
            raise self.error(f"line {number}", f"{line[:80]!r} is no annotation of brat")


def _read(path: Path) -> TextDocument:
    name, ending = name_parts(path)
    other = ".txt" if ending.lower() == ANNOTATIONS else ANNOTATIONS
    beside = companion_of(path, other)
    if beside is None:
        problem = f"there is no {name}{other} beside it"
        raise CorpusError.at(Errors.DOCUMENT, path, problem=problem)
    text_path, annotations_path = (beside, path) if other == ".txt" else (path, beside)
    text = _decoded(text_path)
    lines = _decoded(annotations_path).removeprefix(_MARK).split("\n")
    annotations = _Annotations(annotations_path, lines)
    found = annotations.document(name, text.removeprefix(_MARK), had_mark=text.startswith(_MARK))
    return replace(found, is_unchanged=_is_unchanged(lines))


def _signed(document: TextDocument) -> list[str]:
    """The lines of an annotation file; if it is predicted, also what shows that it is unchanged."""
    lines = list(_lines(document))
    if any(each.score is not None for each in document.interactions):
        number = len(document.interactions) + 1
        lines.append(f"#{number}\tAnnotatorNotes R1\t{_UNCHANGED} {_digest(lines)}\n")
    return lines


def _is_unchanged(lines: Iterable[str]) -> bool:
    """Whether the lines of an annotation file are those that `write_brat` predicted."""
    kept = [f"{line}\n" for each in lines if (line := each.removesuffix("\r"))]
    sign = _SIGN.fullmatch(kept[-1].removesuffix("\n")) if kept else None
    return sign is not None and sign[1] == _digest(kept[:-1])


def _digest(lines: Iterable[str]) -> str:
    return sha256("".join(lines).encode()).hexdigest()[:16]


def _lines(document: TextDocument) -> Iterator[str]:
    """The lines of an annotation file."""
    keeps_ids = all(_OWN_ID.fullmatch(mention.id) for mention in document.mentions)
    ids: dict[str, str] = {}
    for number, mention in enumerate(document.mentions, start=1):
        ids[mention.id] = mention.id if keeps_ids else f"T{number}"
        ranges = [
            piece for start, end in mention.ranges for piece in _pieces(document.text, start, end)
        ]
        offsets = ";".join(f"{start} {end}" for start, end in ranges)
        text = " ".join(document.text[start:end] for start, end in ranges)
        yield f"{ids[mention.id]}\t{_safe(mention.type)} {offsets}\t{text}\n"
    for number, each in enumerate(document.interactions, start=1):
        ends = f"Arg1:{ids[each.head]} Arg2:{ids[each.tail]}"
        yield f"R{number}\t{_safe(each.label)} {ends}\t\n"
        if each.score is not None:
            of_what = " that they don't interact" if each.label == NO_INTERACTION else ""
            yield f"#{number}\tAnnotatorNotes R{number}\tscore {each.score:.2f}{of_what}\n"


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A range without the line ends in it; itself, if it is nothing else."""
    cuts = [
        (start + each.start(), start + each.end()) for each in _LINE_END.finditer(text[start:end])
    ]
    offsets = [start, *(offset for cut in cuts for offset in cut), end]
    pieces = zip(offsets[::2], offsets[1::2], strict=True)
    return [(one, two) for one, two in pieces if one < two] or [(start, end)]


def _joined(text: str, ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges, those as one between which is a line end and nothing else."""
    joined = ranges[:1]
    for start, end in ranges[1:]:
        between = text[joined[-1][1] : start]
        if between and _LINE_END.fullmatch(between):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _safe(type_: str) -> str:
    return _UNSAFE_IN_TYPES.sub("_", type_) or NO_TYPE


def _type(given: str) -> str:
    return "" if given == NO_TYPE else given


def _decoded(path: Path) -> str:
    try:
        return read_all(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(path, error.start) from None


BRAT = Format(
    "brat",
    (".txt",),
    lambda head: True,
    read_brat,
    write_brat,
    companion=ANNOTATIONS,
    writes_folder=True,
)
