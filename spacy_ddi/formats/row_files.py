"""Tables of interactions as one file: JSON lines, CSV or Parquet, written as the rows come."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from spacy_ddi.errors import CorpusError, Errors

Row = Mapping[str, Any]

COLUMNS: Final = (
    *("document", "year", "section"),
    *("head", "head_type", "head_id", "head_name", "head_start", "head_end"),
    *("tail", "tail_type", "tail_id", "tail_name", "tail_start", "tail_end"),
    *("label", "score", "sentence", "sentence_start", "flags", "file"),
)
"""Of the table of interactions: see `RelationRecord`. The flags are a list."""

ROWS_AT_A_TIME: Final = 10_000


def write_json_rows(rows: Iterable[Row], path: Path) -> None:
    """Write JSON lines, an interaction a line.

    rows (Iterable[Mapping[str, Any]]): Rows by the columns of `COLUMNS`.
    path (Path): The file; its folder is made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_csv_rows(rows: Iterable[Row], path: Path) -> None:
    """Write CSV, or with the ending `.tsv` tabs between cells. The first line names the columns.
    Several flags of a row stand in one cell, with blanks between them.

    rows (Iterable[Mapping[str, Any]]): Rows by the columns of `COLUMNS`.
    path (Path): The file; its folder is made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "flags": " ".join(row["flags"])} for row in rows)


def write_parquet_rows(rows: Iterable[Row], path: Path) -> None:
    """Write Parquet with the columns that the parts of a run have.

    rows (Iterable[Mapping[str, Any]]): Rows by the columns of `COLUMNS`.
    path (Path): The file; its folder is made.
    RAISES (CorpusError): Without pyarrow.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        needed = {"name": "Parquet", "package": "pyarrow", "extra": "formats"}
        raise CorpusError.at(Errors.NEEDS_PACKAGE, path, **needed) from error
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = row_schema()
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(pa.Table.from_pylist(group, schema))


def row_schema() -> Any:
    """The schema of the table of interactions. Offsets are characters of the document's text.

    RETURNS (pyarrow.Schema): With the columns of `COLUMNS`; all are strings but a few.
    """
    import pyarrow as pa

    others = {"year": pa.int16(), "score": pa.float32(), "flags": pa.list_(pa.string())}
    offsets = {name: pa.int64() for name in COLUMNS if name.endswith(("_start", "_end"))}
    types = {**dict.fromkeys(COLUMNS, pa.string()), **others, **offsets}
    return pa.schema([(name, types[name]) for name in COLUMNS])


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    for first in remaining:
        yield list(chain([first], islice(remaining, ROWS_AT_A_TIME - 1)))
