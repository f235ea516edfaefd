"""The parts of a run's output: a Parquet file a chunk, and what went wrong in it beside.

A part is written under another name, flushed to the disk, and then renamed: what has its name is
whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from spacy_ddi.errors import DDIError, Errors

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as error:
    raise DDIError(
        Errors.NEEDS_EXTRA.format(what="extract --output", package="pyarrow", extra="formats")
    ) from error

ENDING: Final = ".parquet"
ERRORS: Final = ".errors.jsonl"

SCHEMA: Final = pa.schema(
    [
        ("document", pa.string()),
        ("year", pa.int16()),
        ("section", pa.string()),
        *((f"head{end}", pa.string()) for end in ("", "_type", "_id", "_name")),
        ("head_start", pa.int64()),
        ("head_end", pa.int64()),
        *((f"tail{end}", pa.string()) for end in ("", "_type", "_id", "_name")),
        ("tail_start", pa.int64()),
        ("tail_end", pa.int64()),
        ("label", pa.string()),
        ("score", pa.float32()),
        ("sentence", pa.string()),
        ("sentence_start", pa.int64()),
        ("flags", pa.list_(pa.string())),
        ("file", pa.string()),
    ]
)
"""A row an interaction. Offsets are characters of the document's text. The flags are those of a
`RelationRecord`."""


def write_part(
    folder: Path, name: str, rows: Sequence[dict[str, Any]], errors: Sequence[str]
) -> None:
    """Write a part. Errors come first, so that a part which is there has all that it had to say.

    folder (Path): The output's folder.
    name (str): What the part is called.
    rows (Sequence[Dict[str, Any]]): Interactions by the columns of `SCHEMA`.
    errors (Sequence[str]): Lines of the error table.
    """
    if errors:
        write_whole(folder / f"{name}{ERRORS}", "".join(f"{line}\n" for line in errors).encode())
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(list(rows), SCHEMA), sink, compression="zstd")
    write_whole(folder / f"{name}{ENDING}", sink.getvalue())


def write_whole(path: Path, content: bytes | Any) -> None:
    """Write a file that is there whole or not at all, whatever happens.

    path (Path): The file; one that is there is replaced.
    content (bytes): A buffer.
    """
    # Not by process number: two machines with shared storage may have the same.
    unfinished = path.with_name(f".{path.name}.{token_hex(8)}")
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


def parts_done(folder: Path) -> set[str]:
    """The parts that are there.

    folder (Path): The output's folder.
    RETURNS (Set[str]): What they are called.
    """
    return {path.name.removesuffix(ENDING) for path in folder.glob(f"part-*{ENDING}")}


def remove_unfinished(folder: Path) -> None:
    """Remove what was being written when a run was stopped.

    folder (Path): The output's folder.
    """
    for path in folder.glob(".part-*"):
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
