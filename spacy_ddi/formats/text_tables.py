"""Tables with a column of texts: CSV, TSV and Parquet. A row is a document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final, cast

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns, find_columns, row_document
from spacy_ddi.formats.format import Format, OnError
from spacy_ddi.formats.inputs import name_parts, open_bytes, problem_of
from spacy_ddi.formats.text_document import TextDocument

DELIMITERS: Final = (",", ";", "\t", "|")
ROWS_AT_A_TIME: Final = 500

MOST_CHARACTERS: Final = 16 << 20
"""Of a cell of CSV. A quotation mark that is never closed takes no more of the file with it."""


def read_csv(
    path: Path, *, on_error: OnError, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read CSV or TSV whose first line names the columns; see `Reader`.

    path (Path): The file. What parts the cells is told by its first line.
    on_error (Callable[[CorpusError], None]): Gets the error of a row.
    columns (Columns): Which columns hold text and id.
    YIELDS (TextDocument): A document a row.
    RAISES (CorpusError): If the columns are not there, or nothing more can be read.
    """
    csv.field_size_limit(MOST_CHARACTERS)
    with (
        open_bytes(path) as raw,
        io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="") as file,
    ):
        first = file.readline(MOST_CHARACTERS)
        is_tsv = name_parts(path)[1].lower() in (".tsv", ".tab")
        delimiter = "\t" if is_tsv else max(DELIMITERS, key=first.count)
        try:
            names = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error as error:
            raise _row_error(path, "its first line", f"no CSV ({error})") from error
        found = find_columns(names, columns, path)
        rows = csv.DictReader(file, names, delimiter=delimiter, strict=True)
        for number in count(1):
            # A row that is no CSV costs itself: the next one is read from the next line on.
            try:
                row = next(rows, None)
                if row is None:
                    return
                if None in row:
                    n_cells = len(names) + len(cast(Any, row[None]))
                    problem = f"it has {n_cells} cells, but the first line names {len(names)}"
                    raise _row_error(path, f"row {number}", problem)
                yield row_document(row, found, path=path, number=number)
            except csv.Error as error:
                on_error(_row_error(path, f"row {number}", f"no CSV ({error})"))
            except CorpusError as error:
                on_error(error)


def _row_error(path: Path, place: str, problem: str) -> CorpusError:
    return CorpusError(Errors.DOCUMENT.format(path=path, place=place, problem=problem))


def read_parquet(
    path: Path, *, on_error: OnError, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read Parquet; see `Reader`. `ROWS_AT_A_TIME` rows are in memory, of the needed columns.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of a row.
    columns (Columns): Which columns hold text and id.
    YIELDS (TextDocument): A document a row.
    RAISES (CorpusError): If the columns are not there, if it is no Parquet, or without pyarrow.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        needed = {"name": "Parquet", "package": "pyarrow", "extra": "spacy-ddi[formats]"}
        raise CorpusError(Errors.NEEDS_PACKAGE.format(path=path, **needed)) from error
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            found = find_columns(file.schema_arrow.names, columns, path)
            wanted = [name for name in found if name]
            for batch in file.iter_batches(ROWS_AT_A_TIME, columns=wanted):
                for row in _rows(batch):
                    number += 1
                    try:
                        yield row_document(row, found, path=path, number=number)
                    except CorpusError as error:
                        on_error(error)
    except pa.ArrowException as error:
        problem = f"no Parquet that can be read ({problem_of(error)})"
        raise CorpusError(
            Errors.DOCUMENT.format(path=path, place=f"after row {number}", problem=problem)
        ) from error


def _rows(batch: Any) -> list[dict[str, Any]]:
    """The rows of a batch; one with a cell that has no value in Python, such as text that is not in
    UTF-8, is empty."""
    try:
        return cast(list[dict[str, Any]], batch.to_pylist())
    except (ValueError, OverflowError):
        if batch.num_rows == 1:
            return [{}]
        return [row for n in range(batch.num_rows) for row in _rows(batch.slice(n, 1))]


def _is_text(head: bytes) -> bool:
    return b"\0" not in head


def _is_parquet(head: bytes) -> bool:
    return head.startswith(b"PAR1")


CSV = Format("csv", (".csv", ".tsv", ".tab"), _is_text, read_csv)
PARQUET = Format("parquet", (".parquet", ".pq"), _is_parquet, read_parquet)
