"""Tables of drug names: tab-separated, the first line names the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from spacy_ddi.errors import CorpusError, Errors


def read_names_table(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Read a table of names.

    path (Path): The TSV file, in UTF-8.
    columns (Tuple[str, ...]): Columns that it must have.
    YIELDS (Dict[str, str]): The rows, by column.
    RAISES (CorpusError): If it has not all columns.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
            raise CorpusError(Errors.NAMES_COLUMNS.format(path=path, missing=", ".join(missing)))
        yield from reader
