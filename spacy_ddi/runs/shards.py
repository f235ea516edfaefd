"""The work of a run, in pieces: shards of files, and chunks of a shard's documents.

Both depend on the inputs alone, so that a second start comes to the same pieces.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import Final

from spacy_ddi.errors import DDIError
from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.compressed_files import bytes_read
from spacy_ddi.formats.format import format_named
from spacy_ddi.formats.inputs import Input, read_input
from spacy_ddi.formats.text_document import TextDocument

SHARD_BYTES: Final = 4_000_000
"""Small files share a shard up to this size; a larger file has one of its own."""

CHUNK: Final = 200
"""Documents of a chunk, which a worker annotates at a time."""

CHUNK_CHARACTERS: Final = 1_000_000
"""A chunk of long documents ends after this many characters."""

CHUNKS_OF_PART: Final = 10
"""Chunks of a part of the output."""

LAST: Final = "-last"
"""How the name of a shard's last chunk or part ends."""


@dataclass(frozen=True)
class Shard:
    """Files that are read one after another.

    number (int): From 0.
    files (Tuple[Tuple[str, str], ...]): Path and format of each.
    columns (Columns): Where tables have text and id.
    chunk (int): Documents of a chunk.
    chunk_characters (int): A chunk ends after so many, whatever its documents.
    done (FrozenSet[int]): Numbers of the chunks that an earlier start has done.
    """

    number: int
    files: tuple[tuple[str, str], ...]
    columns: Columns
    chunk: int
    chunk_characters: int
    done: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chunk:
    """Documents that are annotated together.

    shard, number (int): Which shard, and which of its chunks, from 0.
    documents (Tuple[TextDocument, ...]): The documents.
    errors (Tuple[str, ...]): What could not be read among them, a line of JSON each.
    begin, end (int): About which bytes of the shard's files they are, as these lie there.
    is_last (bool): Whether it is its shard's last.
    """

    shard: int
    number: int
    documents: tuple[TextDocument, ...]
    errors: tuple[str, ...]
    begin: int = 0
    end: int = 0
    is_last: bool = False

    @property
    def name(self) -> str:
        """What it is called."""
        return numbered_name(self.shard, self.number, is_last=self.is_last)


def numbered_name(shard: int, number: int, *, is_last: bool) -> str:
    """What a chunk or a part of a shard is called. The last one tells that it is, so names alone
    tell whether a shard is complete."""
    return f"{shard:06d}-{number:06d}{LAST if is_last else ''}"


def make_shards(inputs: Iterable[Input], columns: Columns) -> list[Shard]:
    """Distribute files over shards, in their order.

    inputs (Iterable[Input]): The files.
    columns (Columns): Where tables have text and id.
    RETURNS (List[Shard]): The shards.
    """
    shards: list[list[tuple[str, str]]] = []
    filled = 0
    for path, format in inputs:
        size = path.stat().st_size
        if not shards or filled + size > SHARD_BYTES:
            shards.append([])
            filled = 0
        shards[-1].append((str(path), format.name))
        filled += size
    return [
        Shard(number, tuple(files), columns, CHUNK, CHUNK_CHARACTERS)
        for number, files in enumerate(shards)
    ]


def read_chunks(shard: Shard) -> Iterator[Chunk]:
    """Read the documents of a shard.

    shard (Shard): The shard.
    YIELDS (Chunk): Its documents in chunks, at least one; the last may have errors only, or
        nothing. Which is the last is known when there is no other: one is read ahead.
    """
    errors: list[str] = []
    position = _Position()
    documents = _documents(shard, errors, position)
    ready: Chunk | None = None
    for number in count():
        taken = tuple(_take(documents, shard))
        if ready is not None and not taken and not errors:
            break
        begin = ready.end if ready is not None else 0
        end = max(begin, position.bytes())
        if ready is not None:
            yield ready
        ready = Chunk(shard.number, number, taken, tuple(errors), begin, end)
        errors.clear()
    assert ready is not None
    yield replace(ready, is_last=True)


def missing_chunks(shards: Iterable[Shard]) -> Iterator[Chunk]:
    """Read what there is still to do.

    shards (Iterable[Shard]): The shards.
    YIELDS (Chunk): The chunks that are not done.
    """
    for shard in shards:
        for chunk in read_chunks(shard):
            if chunk.number not in shard.done:
                yield chunk


def error_line(error: DDIError) -> str:
    """An error as a line of the error table.

    error (DDIError): The error.
    RETURNS (str): JSON: file, position, code, message. File and position are empty where the error
        is about none, or about all of the file.
    """
    columns = {
        "file": error.path,
        "position": error.place,
        "code": error.code,
        "message": error.text,
    }
    return json.dumps(columns, ensure_ascii=False)


class _Position:
    """How far the files of a shard are read."""

    def __init__(self) -> None:
        self._before = self._size = 0

    def begin(self, path: str) -> None:
        """Begin a file."""
        self._size = Path(path).stat().st_size

    def end(self) -> None:
        """End it."""
        self._before, self._size = self._before + self._size, 0

    def bytes(self) -> int:
        """Bytes of all files that were read."""
        return self._before + min(bytes_read(), self._size)


def _documents(shard: Shard, errors: list[str], position: _Position) -> Iterator[TextDocument]:
    for path, name in shard.files:
        position.begin(path)
        yield from read_input(
            Input(Path(path), format_named(name)),
            columns=shard.columns,
            on_error=lambda error: errors.append(error_line(error)),
        )
        position.end()


def _take(documents: Iterator[TextDocument], shard: Shard) -> Iterator[TextDocument]:
    n_characters = 0
    for document in islice(documents, shard.chunk):
        yield document
        n_characters += len(document.text)
        if n_characters >= shard.chunk_characters:
            return
