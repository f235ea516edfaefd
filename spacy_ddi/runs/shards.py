"""The work of a run, in pieces: shards of files, and chunks of a shard's documents.

Both depend on the inputs alone, so that a second start comes to the same pieces.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from spacy_ddi.errors import DDIError
from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.format import format_named
from spacy_ddi.formats.inputs import Input, read_input
from spacy_ddi.formats.text_document import TextDocument

SHARD_BYTES: Final = 4_000_000
"""Small files share a shard up to this size; a larger file has one of its own."""

CHUNK: Final = 200
"""Documents of a chunk, which becomes one part of the output."""

CHUNK_CHARACTERS: Final = 1_000_000
"""A chunk of long documents ends after this many characters."""


@dataclass(frozen=True)
class Shard:
    """Files that are read one after another.

    number (int): From 0.
    files (Tuple[Tuple[str, str], ...]): Path and format of each.
    columns (Columns): Where tables have text and id.
    chunk (int): Documents of a chunk.
    chunk_characters (int): A chunk ends after so many, whatever its documents.
    """

    number: int
    files: tuple[tuple[str, str], ...]
    columns: Columns
    chunk: int
    chunk_characters: int


@dataclass(frozen=True)
class Chunk:
    """Documents that are annotated together.

    shard, number (int): Which shard, and which of its chunks, from 0.
    documents (Tuple[TextDocument, ...]): The documents.
    errors (Tuple[str, ...]): What could not be read among them, a line of JSON each.
    """

    shard: int
    number: int
    documents: tuple[TextDocument, ...]
    errors: tuple[str, ...]

    @property
    def name(self) -> str:
        """What its part is called."""
        return part_name(self.shard, self.number)


def part_name(shard: int, number: int) -> str:
    """What the part of a chunk is called, without an ending."""
    return f"part-{shard:06d}-{number:06d}"


def shard_of(name: str) -> int:
    """The number of the shard that a part belongs to."""
    return int(name.split("-")[1])


def make_shards(inputs: Iterable[Input], columns: Columns) -> list[Shard]:
    """Distribute files over shards, in their order.

    inputs (Iterable[Input]): The files.
    columns (Columns): Where tables have text and id.
    RETURNS (List[Shard]): The shards.
    """
    shards: list[list[tuple[str, str]]] = []
    filled = SHARD_BYTES
    for path, format in inputs:
        size = path.stat().st_size
        if filled + size > SHARD_BYTES:
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
    YIELDS (Chunk): Its documents in chunks; the last may have errors only.
    """
    errors: list[str] = []
    documents = _documents(shard, errors)
    number = 0
    while taken := list(_take(documents, shard)):
        yield Chunk(shard.number, number, tuple(taken), tuple(errors))
        errors.clear()
        number += 1
    if errors:
        yield Chunk(shard.number, number, (), tuple(errors))


def missing_chunks(shards: Iterable[Shard], done: Collection[str]) -> Iterator[Chunk]:
    """Read what there is still to do.

    shards (Iterable[Shard]): The shards.
    done (Collection[str]): The parts that are there.
    YIELDS (Chunk): The chunks of all others.
    """
    for shard in shards:
        for chunk in read_chunks(shard):
            if chunk.name not in done:
                yield chunk


def error_line(error: DDIError, **place: str) -> str:
    """An error as a line of the error table.

    error (DDIError): Its message begins with its code.
    place (str): Where it is from: file, document.
    RETURNS (str): JSON.
    """
    code, _, message = str(error).partition("] ")
    return json.dumps({**place, "code": code.lstrip("["), "message": message}, ensure_ascii=False)


def _documents(shard: Shard, errors: list[str]) -> Iterator[TextDocument]:
    for path, name in shard.files:
        yield from read_input(
            Input(Path(path), format_named(name)),
            columns=shard.columns,
            on_error=lambda error, path=path: errors.append(error_line(error, file=path)),  # type: ignore[misc]
        )


def _take(documents: Iterator[TextDocument], shard: Shard) -> Iterator[TextDocument]:
    n_characters = 0
    for document in islice(documents, shard.chunk):
        yield document
        n_characters += len(document.text)
        if n_characters >= shard.chunk_characters:
            return
