"""Tables of interactions as one file."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from spacy_ddi.formats import row_files
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.relation_records import RelationRecord
from spacy_ddi.formats.row_files import COLUMNS
from spacy_ddi.runs.parts import SCHEMA


def rows(n: int) -> list[dict[str, Any]]:
    return [
        dict.fromkeys(COLUMNS)
        | {"document": f'd{i} "β"\n,\t;', "year": 1999, "score": 0.5, "head_start": i}
        | {"flags": ["cut_off", "read_in_pieces"][:i]}
        for i in range(n)
    ]


def write(name: str, given: Any, path: Path) -> None:
    writer = formats()[name].write_rows
    assert writer is not None
    writer(given, path)


def test_columns_are_those_of_the_parts() -> None:
    assert list(COLUMNS) == SCHEMA.names
    assert set(RelationRecord.__annotations__) == {*COLUMNS} - {
        *("document", "year", "section", "file")
    }


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rows.jsonl"
    write("jsonl", rows(3), path)
    assert [json.loads(line) for line in path.read_text("utf8").splitlines()] == rows(3)


@pytest.mark.parametrize(("name", "delimiter"), [("rows.csv", ","), ("rows.TSV", "\t")])
def test_csv(tmp_path: Path, name: str, delimiter: str) -> None:
    write("csv", rows(3), tmp_path / name)
    with (tmp_path / name).open(encoding="utf8", newline="") as file:
        header, *body = csv.reader(file, delimiter=delimiter)
    assert header == list(COLUMNS)
    assert [row[0] for row in body] == [row["document"] for row in rows(3)]
    assert body[2][header.index("head_start")] == "2"
    flags = [row[header.index("flags")] for row in body]
    assert flags == ["", "cut_off", "cut_off read_in_pieces"]


@pytest.mark.parametrize("n", [0, 2, 3, 5])
def test_parquet_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int) -> None:
    monkeypatch.setattr(row_files, "ROWS_AT_A_TIME", 2)
    write("parquet", iter(rows(n)), tmp_path / "rows.parquet")
    table = parquet.read_table(tmp_path / "rows.parquet")
    assert table.schema == SCHEMA
    assert table.to_pylist() == rows(n)
