"""Tables with a column of texts: CSV, TSV and Parquet. A row is a document."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final, TextIO, cast

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns, find_columns, row_document
from spacy_ddi.formats.compressed_files import name_parts, open_bytes, problem_of
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.plain_text import UTF_8, encoding_of
from spacy_ddi.formats.row_files import write_csv_rows, write_parquet_rows
from spacy_ddi.formats.text_document import TextDocument

DELIMITERS: Final = (",", ";", "\t", "|")
ROWS_AT_A_TIME: Final = 500
BYTES_AT_A_TIME: Final = 16 << 20
"""Rows of Parquet that are in memory, and about how many bytes they may have."""

MOST_CHARACTERS: Final = 16 << 20
"""Of a row of CSV. A quotation mark that is never closed takes no more of the file with it."""


def read_csv(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read CSV or TSV whose first line names the columns; see `Reader`.

    path (Path): The file: UTF-8, or UTF-16 or UTF-32 with a byte order mark. What parts the cells
        is told by its first line.
    on_error (Callable[[CorpusError], None]): Gets the error of a row.
    columns (Columns): Which columns hold text and id.
    YIELDS (TextDocument): A document a row. Rows without any cell that is filled are passed over.
    RAISES (CorpusError): If the columns are not there, or nothing more can be read.
    """
    csv.field_size_limit(MOST_CHARACTERS)
    with open_bytes(path) as raw:
        encoding = encoding_of(raw.read(4))
    # Of UTF-8 they cost their row.
    on_bad_bytes = "surrogateescape" if encoding == UTF_8 else "replace"
    with (
        open_bytes(path) as raw,
        io.TextIOWrapper(raw, encoding, errors=on_bad_bytes, newline="") as file,
    ):
        first = file.readline(MOST_CHARACTERS)
        if not first:
            raise CorpusError.at(Errors.TEXT_EMPTY, path)
        is_tsv = name_parts(path)[1].lower() in (".tsv", ".tab")
        delimiter = "\t" if is_tsv else max(DELIMITERS, key=first.count)
        try:
            names = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error as error:
            raise _row_error(path, "its first line", f"no CSV ({error})") from error
        found = find_columns(names, columns, path)
        lines = _Lines(file)
        rows = csv.DictReader(lines, names, delimiter=delimiter, strict=True)
        for number in count(1):
            lines.begin_row()
            try:
                row = next(rows, None)
                if row is None:
                    return
                if None in row:
                    n_cells = len(names) + len(cast(Any, row[None]))
                    problem = f"it has {n_cells} cells, but the first line names {len(names)}"
                    raise _row_error(path, f"row {number}", problem)
                if any(row.values()):
                    yield row_document(row, found, path=path, number=number)
            except csv.Error as error:
                on_error(_row_error(path, f"row {number}", f"no CSV ({error})"))
                lines.go_back()
            except CorpusError as error:
                on_error(error)


class _Lines(Iterator[str]):
    """The lines of a table, of which those of a row can be given again.

    file (TextIO): The file, after its first line.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._row: list[str] = []
        self._size = 0
        self._again: deque[str] = deque()

    def begin_row(self) -> None:
        """Tell that what comes next is of another row."""
        self._row.clear()
        self._size = 0

    def go_back(self) -> None:
        """Go back to the second line of the row: it is no CSV, and may have taken others into it,
        up to the next quotation mark."""
        is_blank = True
        for number, line in enumerate(self._row):
            is_blank = is_blank and not line.strip()
            if not is_blank:
                self._again.extendleft(reversed(self._row[number + 1 :]))
                return

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._file.readline(MOST_CHARACTERS)
        if not line:
            raise StopIteration
        self._row.append(line)
        self._size += len(line)
        if self._size >= MOST_CHARACTERS:
            while line and not line.endswith(("\n", "\r")):
                line = self._file.readline(BYTES_AT_A_TIME)
            raise csv.Error(f"it has more than {MOST_CHARACTERS:,} characters")
        return line


def _row_error(path: Path, place: str, problem: str) -> CorpusError:
    return CorpusError.at(Errors.DOCUMENT, path, place, problem=problem)


def read_parquet(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
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
        needed = {"name": "Parquet", "package": "pyarrow", "extra": "formats"}
        raise CorpusError.at(Errors.NEEDS_PACKAGE, path, **needed) from error
    damaged = (pa.ArrowException, OSError)
    try:
        with parquet.ParquetFile(path, buffer_size=BYTES_AT_A_TIME) as file:
            found = find_columns(file.schema_arrow.names, columns, path)
            wanted = [name for name in found if name]
            before = 0
            for group in range(file.num_row_groups):
                about = file.metadata.row_group(group)
                number = before
                try:
                    batches = file.iter_batches(_batch_size(about), [group], columns=wanted)
                    for batch in batches:
                        for row in _rows(batch):
                            number += 1
                            try:
                                yield row_document(row, found, path=path, number=number)
                            except CorpusError as error:
                                on_error(error)
                except damaged as error:
                    problem = f"they can't be read ({problem_of(error)})"
                    place = f"rows {number + 1} to {before + about.num_rows}"
                    on_error(_row_error(path, place, problem))
                before += about.num_rows
    except pa.ArrowException as error:
        problem = f"no Parquet that can be read ({problem_of(error)})"
        raise CorpusError.at(Errors.DOCUMENT, path, problem=problem) from error


def _batch_size(about: Any) -> int:
    """How many rows of a group are in memory at a time."""
    fitting = BYTES_AT_A_TIME * about.num_rows // max(1, about.total_byte_size)
    return max(1, min(ROWS_AT_A_TIME, fitting))


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
    return b"\0" not in head or encoding_of(head) != UTF_8


def _is_parquet(head: bytes) -> bool:
    return head.startswith(b"PAR1")


CSV = Format("csv", (".csv", ".tsv", ".tab"), _is_text, read_csv, write_rows=write_csv_rows)
PARQUET = Format(
    "parquet", (".parquet", ".pq"), _is_parquet, read_parquet, write_rows=write_parquet_rows
)
