"""The parts of a run's output: Parquet files, and what went wrong in each beside.

A part is written under another name, flushed to the disk, and then renamed: what has its name is
whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from secrets import token_hex
from typing import Any, Final, NamedTuple

from spacy_ddi.errors import DDIError, Errors
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

UNFINISHED: Final = "unfinished"
"""The folder of what will be parts."""

WRITING: Final = ".writing-"
"""How names of files begin that are not whole."""

_DOCUMENTS: Final = b"documents"
"""A part tells how many it is made of, since not each document has a row."""

SCHEMA: Final = row_schema()
"""A row an interaction. Offsets are characters of the document's text."""


def write_part(
    folder: Path,
    name: str,
    rows: Sequence[dict[str, Any]],
    errors: Sequence[str],
    documents: int = 0,
) -> None:
    """Write a part, or what becomes one.

    folder (Path): Its folder.
    name (str): What it is called.
    rows (Sequence[Dict[str, Any]]): Interactions by the columns of `SCHEMA`.
    errors (Sequence[str]): Lines of the error table.
    documents (int): How many it is made of.
    """
    table = pa.Table.from_pylist(list(rows), SCHEMA)
    _write(folder / name, table, "".join(f"{line}\n" for line in errors).encode(), documents)


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
    _write(path, whole.combine_chunks(), found, documents)


def _write(path: Path, table: pa.Table, errors: bytes, documents: int) -> None:
    """Write a table and its errors, these first: what is there has all that it had to say."""
    beside = path.with_name(path.name + ERRORS)
    if errors:
        write_whole(beside, errors)
    else:
        beside.unlink(missing_ok=True)
    table = table.replace_schema_metadata({_DOCUMENTS: str(documents)})
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    write_whole(path.with_name(path.name + ENDING), sink.getvalue())


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

    parts, documents, interactions (int): How many.
    """

    parts: int
    documents: int
    interactions: int


def totals_of(folder: Path) -> Totals:
    """Count what is in parts.

    folder (Path): Their folder.
    RETURNS (Totals): What they hold.
    """
    footers = [parquet.read_metadata(path) for path in folder.glob(f"*[0-9]*{ENDING}")]
    documents = sum(int(footer.metadata[_DOCUMENTS]) for footer in footers)
    return Totals(len(footers), documents, sum(footer.num_rows for footer in footers))


def remove_unwritten(output: Path) -> None:
    """Remove what was being written when a run was stopped.

    output (Path): The output's folder.
    """
    for folder, pattern in product((output, output / UNFINISHED), (f"{WRITING}*", "*.tries")):
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
