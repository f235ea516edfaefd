"""Tables of pairs as files: Parquet, CSV and JSON lines, in the words of DuckDB.

The ending says which. In CSV the evidence, a list, is JSON in one cell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

EVIDENCE: Final = {
    "sentence": "VARCHAR",
    "score": "DOUBLE",
    "document": "VARCHAR",
    "file": "VARCHAR",
    "sentence_start": "BIGINT",
    "head_start": "BIGINT",
    "head_end": "BIGINT",
    "tail_start": "BIGINT",
    "tail_end": "BIGINT",
}
"""What is kept of a sentence, with DuckDB's types."""

_SENTENCES: Final = "STRUCT({})[]".format(", ".join(f"{key} {t}" for key, t in EVIDENCE.items()))

TYPES: Final = {
    "drug": "VARCHAR",
    "drug_name": "VARCHAR",
    "other": "VARCHAR",
    "other_name": "VARCHAR",
    "label": "VARCHAR",
    "documents": "BIGINT",
    "sentences": "BIGINT",
    "mean_score": "DOUBLE",
    "max_score": "DOUBLE",
    "probability": "DOUBLE",
    "first_year": "SMALLINT",
    "last_year": "SMALLINT",
    "evidence": _SENTENCES,
}
"""The columns, with DuckDB's types."""


class PairFormat(NamedTuple):
    """How a table of pairs is written and read. Queries have `$path` for the file.

    name (str): What it is called.
    options (str): Of COPY.
    columns (str): A query that describes the columns of a file.
    rows (str): A query of the rows of a file that has the columns of `TYPES`.
    is_flat (bool): Whether cells are plain text, so that the evidence is JSON in one.
    """

    name: str
    options: str
    columns: str
    rows: str
    is_flat: bool = False

    def written(self, query: str) -> str:
        """A query whose rows can be written.

        query (str): Gives the columns of `TYPES`.
        RETURNS (str): The query.
        """
        if not self.is_flat:
            return query
        return f"SELECT * REPLACE (to_json(evidence) AS evidence) FROM ({query})"

    def columns_of(self, path: Path) -> str:
        """The query of the columns of a file.

        path (Path): The file.
        RETURNS (str): The query; names come first.
        """
        return self.columns.replace("$path", quoted(path))

    def rows_of(self, path: Path) -> str:
        """The query of the rows of a file.

        path (Path): The file, with the columns of `TYPES`.
        RETURNS (str): The query; numbers are numbers, whatever the file has.
        """
        return self.rows.replace("$path", quoted(path))


def quoted(value: object) -> str:
    """A text in the words of SQL.

    value (object): The text.
    RETURNS (str): With quotes.
    """
    return "'" + str(value).replace("'", "''") + "'"


def _separated(delimiter: str) -> PairFormat:
    marks = f"delim = '{delimiter}', header = true, quote = '\"', escape = '\"'"
    read = f"read_csv($path, {marks}, all_varchar = true)"
    cells = [f"CAST({name} AS {type}) AS {name}" for name, type in TYPES.items()]
    cells[-1] = f"CAST(CAST(evidence AS JSON) AS {_SENTENCES}) AS evidence"
    return PairFormat(
        "CSV",
        f"(FORMAT csv, HEADER true, DELIMITER '{delimiter}')",
        f"DESCRIBE FROM {read}",
        f"SELECT {', '.join(cells)} FROM {read}",
        is_flat=True,
    )


PARQUET: Final = PairFormat(
    "Parquet",
    "(FORMAT parquet, COMPRESSION zstd)",
    "DESCRIBE FROM read_parquet($path)",
    "FROM read_parquet($path)",
)
# Types are given, since a document's id that looks like a date would be read as one.
_COLUMNS = ", ".join(f"{name}: '{type}'" for name, type in TYPES.items())
JSON_LINES: Final = PairFormat(
    "JSON lines",
    "(FORMAT json)",
    "DESCRIBE FROM read_json($path, format = 'newline_delimited')",
    f"FROM read_json($path, format = 'newline_delimited', columns = {{{_COLUMNS}}})",
)
PAIR_FORMATS: Final = {
    ".parquet": PARQUET,
    ".pq": PARQUET,
    ".csv": _separated(","),
    ".tsv": _separated("\t"),
    ".jsonl": JSON_LINES,
}
"""By the ending of a file's name."""

ENDINGS: Final = ".parquet, .csv, .tsv, .jsonl"
"""Those that are named to people."""


def format_of_pairs(path: Path) -> PairFormat | None:
    """The format of a file that is there.

    path (Path): The file.
    RETURNS (Optional[PairFormat]): Parquet if the file begins as that, whatever its name; else by
        its ending, None for another.
    RAISES (OSError): If it can't be read.
    """
    with path.open("rb") as file:
        if file.read(4) == b"PAR1":
            return PARQUET
    return PAIR_FORMATS.get(path.suffix.lower())
