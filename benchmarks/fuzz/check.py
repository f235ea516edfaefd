"""What a reader makes of a damaged file, and whether that is right."""

from __future__ import annotations

import json
import re
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from benchmarks.fuzz.damages import DAMAGES
from benchmarks.fuzz.findings import Finding
from benchmarks.fuzz.originals import Original, originals
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.format import OnError, format_named, formats
from spacy_ddi.formats.inputs import Input, read_documents, read_input
from spacy_ddi.formats.json_lines import to_dict
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.shards import error_line

LONGEST_MESSAGE: Final = 2000
"""Characters that an error may have, without the path of the file."""

_COUNTED: Final = {
    **dict.fromkeys(("jsonl", "lines", "prodigy"), re.compile(rb"^[^\S\n]*\S.*$", re.MULTILINE)),
    **dict.fromkeys(
        ("bioc-json", "label-studio", "pubannotation"), re.compile(rb"^\{.*\},?$", re.MULTILINE)
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
    """

    number: int
    original: Original
    damages: tuple[str, ...]
    content: bytes
    beside: tuple[str, bytes] | None

    @property
    def title(self) -> str:
        """What it is, in a line."""
        original = self.original
        return f"{self.number}: {original.format} {original.name}, {' + '.join(self.damages)}"


def damaged_file(number: int) -> Damaged:
    """Make a damaged file.

    number (int): Which one; files of different numbers differ in format or damage.
    RETURNS (Damaged): The same file each time.
    """
    chance = Random(number)
    original = originals()[number % len(originals())]
    content, beside = original.content, original.beside
    damages = chance.sample(DAMAGES, 1 if chance.random() < 0.8 else 2)
    for damage in damages:
        if beside is not None and chance.random() < 0.7:
            beside = (beside[0], damage(beside[1] or b"\n", chance))
        else:
            content = damage(content or b"\n", chance)
    return Damaged(number, original, tuple(each.__name__ for each in damages), content, beside)


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
    try:
        with _written_as_told():
            counts = [_read(path, file.original.format, is_told) for is_told in (True, False)]
            _write_all(path, file)
    except Exception:
        return "fault", traceback.format_exc()
    n_documents, n_errors = counts[0]
    if n_errors:
        return "told", ""
    if n_documents < _least(file):
        return "silent", f"{n_documents} documents and no error"
    if counts[1] == (0, 0) and n_documents:
        return "silent", "neither documents nor errors where the format is not told"
    return "read", ""


def _read(path: Path, format_name: str, is_told: bool) -> tuple[int, int]:
    """How many documents and errors come of a file. All of them are looked at."""
    errors: list[CorpusError] = []
    n_documents = 0
    for document in _documents(path, format_name, is_told, errors.append):
        n_documents += 1
        document.text.encode()
        document.id.encode()
        json.dumps(to_dict(document)).encode()
        problem = annotation_problem(document)
        assert problem is None, problem
    for error in errors:
        line = json.loads(error_line(error, file=str(path)))
        assert line["code"].startswith("DDI"), line
        assert path.stem in line["message"], line
        error_line(error).encode()
        without_path = str(error).replace(str(path.parent), "")
        assert len(without_path) < LONGEST_MESSAGE, without_path[:LONGEST_MESSAGE]
        assert without_path.isprintable(), repr(without_path)
    return n_documents, len(errors)


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
    if counted is not None and "damage_packed" not in file.damages:
        return min(len(counted.findall(file.content)), _documents_of(file.original))
    return 0 if file.original.format == "csv" else _documents_of(file.original)


@cache
def _documents_of(original: Original) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / original.name
        path.write_bytes(original.content)
        if original.beside is not None:
            (path.parent / original.beside[0]).write_bytes(original.beside[1])
        counts = _read(path, original.format, True)
    n_documents, n_errors = counts
    assert n_documents > 0 == n_errors, (original, counts)
    return n_documents
