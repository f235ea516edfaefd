"""What a reader makes of a damaged file, and whether that is right."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
import tempfile
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from benchmarks.fuzz.commands import check_convert, check_run, import_factories
from benchmarks.fuzz.damages import DAMAGES, OF_WHOLE_FILES, Damage, flip_bits
from benchmarks.fuzz.findings import Finding
from benchmarks.fuzz.originals import Original, Place, originals
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.format import OnError, format_named, formats
from spacy_ddi.formats.inputs import Input, read_documents, read_input
from spacy_ddi.formats.json_lines import to_dict
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.shards import error_line

EACH_RUN: Final = 5
EACH_CONVERTED: Final = 10
"""Of so many copies of a file, one is given to a run, and to `convert`."""

LONGEST_MESSAGE: Final = 2000
"""Characters that an error may have, without the path of the file."""

_COUNTED: Final = {
    **dict.fromkeys(
        ("jsonl", "jsonl-documents", "lines", "prodigy"),
        re.compile(rb"^[^\S\n]*\S.*$", re.MULTILINE),
    ),
    **dict.fromkeys(
        ("bioc-json", "json", "label-studio", "pubannotation"),
        re.compile(rb"^\{.*\},?$", re.MULTILINE),
    ),
    "pubtator": re.compile(rb"^[^|\t\n]*\|t\|", re.MULTILINE),
}
"""What begins a document, in formats that have lines or objects one after another."""


class Damaged(NamedTuple):
    """A damaged file.

    number (int): Its number, which tells all of it.
    original (Original): What it was.
    damages (Tuple[str, ...]): What was done to it.
    content (bytes): What is in it.
    beside (Optional[Tuple[str, bytes]]): Name and content of the second file.
    piece (Optional[int]): Which of its pieces was damaged, where it was no other.
    """

    number: int
    original: Original
    damages: tuple[str, ...]
    content: bytes
    beside: tuple[str, bytes] | None
    piece: int | None = None

    @property
    def title(self) -> str:
        """What it is, in a line."""
        original = self.original
        place = "" if self.piece is None else f" in piece {self.piece + 1}"
        damages = " + ".join(self.damages)
        return f"{self.number}: {original.format} {original.name}, {damages}{place}"


def damaged_file(number: int) -> Damaged:
    """Make a damaged file.

    number (int): Which one; files of different numbers differ in format or damage.
    RETURNS (Damaged): The same file each time.
    """
    chance = Random(number)
    original = originals()[number % len(originals())]
    content, beside = original.content, original.beside
    damages = chance.sample(DAMAGES, 1 if chance.random() < 0.8 else 2)
    names = tuple(each.__name__ for each in damages)
    if original.pieces and chance.random() < 0.5:
        piece = chance.randrange(len(original.pieces))
        damages = [each for each in damages if each not in OF_WHOLE_FILES] or [flip_bits]
        names = tuple(each.__name__ for each in damages)
        content = _damaged_piece(original, original.pieces[piece], damages, chance)
        return Damaged(number, original, names, content, beside, piece)
    for damage in damages:
        if beside is not None and chance.random() < 0.7:
            beside = (beside[0], damage(beside[1] or b"\n", chance))
        else:
            content = damage(content or b"\n", chance)
    return Damaged(number, original, names, content, beside)


def _damaged_piece(
    original: Original, place: Place, damages: Sequence[Damage], chance: Random
) -> bytes:
    """The content with one of its pieces damaged."""
    start, end = place
    piece = original.content[start:end]
    for damage in damages:
        piece = damage(piece or b"\n", chance)
    if original.has_offsets:
        piece = piece[: end - start].ljust(end - start, b"\0")
    return original.content[:start] + piece + original.content[end:]


def check(file: Damaged, folder: Path) -> Finding:
    """Read a damaged file: by the reader of its format, and as a user does who names no format.

    file (Damaged): The file.
    folder (Path): An empty folder to write it to.
    RETURNS (Finding): What became of it.
    """
    kind, said = _kind(file, folder)
    return Finding(kind, file.original.format, file.title, said)


def _kind(file: Damaged, folder: Path) -> tuple[str, str]:
    """What became of a file, and more of it."""
    path = folder / file.original.name
    path.write_bytes(file.content)
    if file.beside is not None:
        (folder / file.beside[0]).write_bytes(file.beside[1])
    import_factories()
    try:
        with _written_as_told():
            reads = [_read(path, file.original.format, is_told) for is_told in (True, False)]
            _write_all(path, file)
            _drive_commands(path, file, reads[0])
    except Exception:
        return "fault", traceback.format_exc()
    counts = [(len(documents), len(errors)) for documents, errors in reads]
    n_documents, n_errors = counts[0]
    if lost := _lost(file, reads[0].documents):
        return "lost", f"{', '.join(lost)}, and {n_errors} errors"
    if n_errors:
        return "told", ""
    if n_documents < _least(file):
        return "silent", f"{n_documents} documents and no error"
    if counts[1] == (0, 0) and n_documents:
        return "silent", "neither documents nor errors where the format is not told"
    return "read", ""


class Read(NamedTuple):
    """What comes of a file."""

    documents: list[TextDocument]
    errors: list[str]


def _lost(file: Damaged, found: Sequence[TextDocument]) -> list[str]:
    """Which documents are lost, though another one was damaged.

    Of XML, the one after it may be lost as well: its start tag is passed over with the end tag.
    Lines whose first one looks like XML, HTML or JSON are refused.
    """
    original = file.original
    if file.piece is None or (original.format == "lines" and not file.piece and not found):
        return []
    given = _documents_of(original)
    per_piece = -(-len(given) // len(original.pieces))
    first = per_piece * file.piece
    may_be_lost = per_piece * (1 + (original.format in ("bioc-xml", "pubmed")))
    wanted = [*given[:first], *given[first + may_be_lost :]]
    there = Counter(_as_it_is(each, original.name) for each in found)
    there.subtract(_as_it_is(each, original.name) for each in wanted)
    return [key[:40] for key, number in there.items() if number < 0]


def _as_it_is(document: TextDocument, name: str) -> str:
    """All of a document, but for an id that is the number of a line."""
    tree = to_dict(document)
    return json.dumps(tree | {"id": ""} if document.id.startswith(f"{name}:") else tree)


def _read(path: Path, format_name: str, is_told: bool) -> Read:
    """The documents of a file, and the lines of its error table. All of them are looked at."""
    errors: list[CorpusError] = []
    documents = []
    for document in _documents(path, format_name, is_told, errors.append):
        documents.append(document)
        document.text.encode()
        document.id.encode()
        json.dumps(to_dict(document)).encode()
        problem = annotation_problem(document)
        assert problem is None, problem
    for error in errors:
        line = json.loads(error_line(error))
        assert list(line) == ["file", "position", "code", "message"], line
        assert Path(line["file"]).stem == path.stem, line
        assert line["code"].startswith("DDI"), line
        # Empty is for what is wrong with all of a file.
        assert line["position"] or not (documents or len(errors) > 1), line
        assert path.stem in line["message"], line
        error_line(error).encode()
        without_path = str(error).replace(str(path.parent), "")
        assert len(without_path) < LONGEST_MESSAGE, without_path[:LONGEST_MESSAGE]
        assert without_path.isprintable(), repr(without_path)
    return Read(documents, [error_line(error) for error in errors])


def _documents(
    path: Path, format_name: str, is_told: bool, on_error: OnError
) -> Iterator[TextDocument]:
    if is_told:
        return read_input(Input(path, format_named(format_name)), on_error=on_error)
    return read_documents([str(path)], on_error=on_error)


def _write_all(path: Path, file: Damaged) -> None:
    """Write what was read by one of the writers."""
    writers = [each.write for each in formats().values() if each.write]
    write = writers[file.number // len(originals()) % len(writers)]
    read = list(_documents(path, file.original.format, True, lambda error: None))
    write(read, path.parent / "written")


def _drive_commands(path: Path, file: Damaged, read: Read) -> None:
    """Give some of the files to a run, and some to `convert`: both take longer than to read."""
    copy = file.number // len(originals())
    if copy % EACH_RUN == 0:
        check_run(path, file.original.format, len(read.documents), read.errors)
    if copy % EACH_CONVERTED == 0:
        check_convert(path, file.original.format)


@contextmanager
def _written_as_told() -> Iterator[None]:
    """A block in which warnings of this project are expected, and others are faults."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=r"\[DDI")
        yield


def _least(file: Damaged) -> int:
    """How many documents are at least in a file of which no error is told.

    Lines and rows may be missing without a trace, so what counts is how many there are now.
    """
    counted = _COUNTED.get(file.original.format)
    if counted is not None:
        return min(len(counted.findall(_unpacked(file))), len(_documents_of(file.original)))
    return 0 if file.original.format == "csv" else len(_documents_of(file.original))


def _unpacked(file: Damaged) -> bytes:
    """What is compressed in a damaged file; of one that can't be read, the original."""
    if "damage_packed" not in file.damages:
        return file.content
    for unpack in (gzip.decompress, lzma.decompress, bz2.decompress):
        with suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            return unpack(file.content)
    return file.original.content


@cache
def _documents_of(original: Original) -> list[TextDocument]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / original.name
        path.write_bytes(original.content)
        if original.beside is not None:
            (path.parent / original.beside[0]).write_bytes(original.beside[1])
        found = _read(path, original.format, True)
    assert found.documents, original
    assert not found.errors, (original, found)
    return found.documents
