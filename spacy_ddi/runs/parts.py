"""The parts of a run's output: Parquet files, and beside each what went wrong, and what could not
be known.

A part is written under another name, flushed to the disk, and then renamed: what has its name is
whole.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from secrets import token_hex
from typing import Any, Final, NamedTuple

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.formats.reading_notes import note_schema
from spacy_ddi.formats.row_files import row_schema

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as error:
    raise DDIError(
        Errors.NEEDS_EXTRA.format(what="extract --output", package="pyarrow", extra="formats")
    ) from error

ENDING: Final = ".parquet"
ERRORS: Final = ".errors.jsonl"

NOTES: Final = "notes"
"""The folder of tables of notes, one a part, under its name."""

UNFINISHED: Final = "unfinished"
"""The folder of what will be parts."""

WRITING: Final = ".writing-"
"""How names of files begin that are not whole."""

_DOCUMENTS: Final = b"documents"
"""A part tells how many it is made of, since not each document has a row."""

SCHEMA: Final = row_schema()
"""A row an interaction. Offsets are characters of the document's text."""

NOTE_SCHEMA: Final = note_schema()
"""A row a note."""


def write_part(
    folder: Path,
    name: str,
    rows: Sequence[dict[str, Any]],
    errors: Sequence[str],
    documents: int = 0,
    notes: Sequence[dict[str, Any]] = (),
) -> None:
    """Write a part, or what becomes one.

    folder (Path): Its folder.
    name (str): What it is called.
    rows (Sequence[Dict[str, Any]]): Interactions by the columns of `SCHEMA`.
    errors (Sequence[str]): Lines of the error table.
    documents (int): How many it is made of.
    notes (Sequence[Dict[str, Any]]): Notes by the columns of `NOTE_SCHEMA`.
    """
    table = pa.Table.from_pylist(list(rows), SCHEMA)
    noted = pa.Table.from_pylist(list(notes), NOTE_SCHEMA)
    found = "".join(f"{line}\n" for line in errors).encode()
    _write(folder / name, table, found, documents, noted)


def merge_parts(paths: Sequence[Path], path: Path) -> None:
    """Make one part of several.

    paths (Sequence[Path]): What they are called, in their order.
    path (Path): What it is called.
    """
    tables = [parquet.read_table(each.with_name(each.name + ENDING)) for each in paths]
    errors = [each.with_name(each.name + ERRORS) for each in paths]
    found = b"".join(each.read_bytes() for each in errors if each.exists())
    documents = sum(int(table.schema.metadata[_DOCUMENTS]) for table in tables)
    whole = pa.concat_tables([table.replace_schema_metadata() for table in tables])
    notes = [parquet.read_table(each) for each in map(notes_path, paths) if each.exists()]
    noted = pa.concat_tables([NOTE_SCHEMA.empty_table(), *notes])
    _write(path, whole.combine_chunks(), found, documents, noted.combine_chunks())


def notes_path(path: Path) -> Path:
    """Where the notes of a part are; there is no such file if there are none.

    path (Path): What the part is called.
    RETURNS (Path): The file.
    """
    return path.parent / NOTES / f"{path.name}{ENDING}"


def remove_part(path: Path) -> None:
    """Remove a part and what lies beside it; it may not be there.

    path (Path): What it is called.
    """
    for file in (path.with_name(path.name + ENDING), path.with_name(path.name + ERRORS)):
        file.unlink(missing_ok=True)
    notes_path(path).unlink(missing_ok=True)


def _write(path: Path, table: pa.Table, errors: bytes, documents: int, notes: pa.Table) -> None:
    """Write a table, but its errors and notes first: what is there has all that it had to say."""
    beside = path.with_name(path.name + ERRORS)
    if errors:
        write_whole(beside, errors)
    else:
        beside.unlink(missing_ok=True)
    if notes.num_rows:
        notes_path(path).parent.mkdir(exist_ok=True)
        write_whole(notes_path(path), _parquet_of(notes))
    else:
        notes_path(path).unlink(missing_ok=True)
    table = table.replace_schema_metadata({_DOCUMENTS: str(documents)})
    write_whole(path.with_name(path.name + ENDING), _parquet_of(table))


def _parquet_of(table: pa.Table) -> Any:
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def write_whole(path: Path, content: bytes | Any) -> None:
    """Write a file that is there whole or not at all, whatever happens.

    path (Path): The file; one that is there is replaced.
    content (bytes): A buffer.
    """
    # Not by process number: two machines with shared storage may have the same.
    unfinished = path.with_name(f"{WRITING}{token_hex(8)}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Let a folder's names outlast a loss of power, where the system can.

    folder (Path): The folder.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class Totals(NamedTuple):
    """What parts hold together.

    parts, documents, interactions, notes (int): How many.
    """

    parts: int
    documents: int
    interactions: int
    notes: int


def totals_of(folder: Path) -> Totals:
    """Count what is in parts.

    folder (Path): Their folder.
    RETURNS (Totals): What they hold.
    """
    paths = list(folder.glob(f"*[0-9]*{ENDING}"))
    footers = [parquet.read_metadata(path) for path in paths]
    documents = sum(int(footer.metadata[_DOCUMENTS]) for footer in footers)
    noted = (notes_path(path.with_suffix("")) for path in paths)
    n_notes = sum(parquet.read_metadata(path).num_rows for path in noted if path.exists())
    return Totals(len(footers), documents, sum(footer.num_rows for footer in footers), n_notes)


def flags_in(folder: Path) -> Counter[str]:
    """Count the notes of parts by what they say.

    folder (Path): The parts' folder.
    RETURNS (Counter[str]): How many have each flag.
    """
    counts: Counter[str] = Counter()
    for path in folder.glob(f"*[0-9]*{ENDING}"):
        noted = notes_path(path.with_suffix(""))
        if noted.exists():
            counts.update(parquet.read_table(noted, columns=["flag"])["flag"].to_pylist())
    return counts


def remove_unwritten(output: Path) -> None:
    """Remove what was being written when a run was stopped.

    output (Path): The output's folder.
    """
    folders = (output, output / NOTES, output / UNFINISHED, output / UNFINISHED / NOTES)
    for folder, pattern in product(folders, (f"{WRITING}*", "*.tries")):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def gather_errors(folder: Path, others: Iterable[str] = ()) -> int:
    """Write the error table of a run: the errors of its parts, in their order.

    folder (Path): The output's folder.
    others (Iterable[str]): Lines that belong to no part; they come first.
    RETURNS (int): How many there are. Without any there is no table.
    """
    lines = list(others)
    for path in sorted(folder.glob(f"part-*{ERRORS}")):
        if path.with_name(path.name.removesuffix(ERRORS) + ENDING).exists():
            lines += path.read_text(encoding="utf-8").splitlines()
    table = folder / "errors.jsonl"
    if lines:
        write_whole(table, "".join(f"{line}\n" for line in lines).encode())
    else:
        table.unlink(missing_ok=True)
    return len(lines)
