"""Which column of a table holds what."""

from __future__ import annotations

from pathlib import Path

import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.columns import Columns, FoundColumns, find_columns, row_document

PATH = Path("a.csv")


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (["PMID", "Abstract", "year"], Columns(), FoundColumns("Abstract", "PMID", "year")),
        (["abstract", " Text "], Columns(), FoundColumns(" Text ", None, None)),
        (["x", "y", "pub_date"], Columns("Y", "X"), FoundColumns("y", "x", "pub_date")),
        (["text", "Text"], Columns(), FoundColumns("text", None, None)),
        (["text", "id"], Columns(id="text"), FoundColumns("text", "text", None)),
    ],
)
def test_columns_are_found_by_name(names, wanted, found):
    assert find_columns(names, wanted, PATH) == found


@pytest.mark.parametrize(
    ("names", "wanted", "problem"),
    [
        (["a", "b"], Columns(), "'text or abstract .*only a, b"),
        ([], Columns(), "only none"),
        (["text"], Columns("body"), "'body'"),
        (["text"], Columns(id="key"), "'key'.*--id-column"),
    ],
)
def test_columns_that_are_not_there_are_an_error(names, wanted, problem):
    with pytest.raises(CorpusError, match=f"DDI126.*a.csv.*{problem}"):
        find_columns(names, wanted, PATH)


COLUMNS = FoundColumns("text", "id", "date")


@pytest.mark.parametrize(
    ("row", "id_", "year"),
    [
        ({"text": "x", "id": 5, "date": "2019-03-04"}, "5", 2019),
        ({"text": "x", "id": "", "date": "12.3.1999"}, "a.csv:3", 1999),
        ({"text": "x", "id": None, "date": None}, "a.csv:3", None),
        ({"text": "x", "id": 0, "date": 2001}, "0", 2001),
        ({"text": "x", "date": "120199"}, "a.csv:3", None),
        ({"text": "", "id": "e"}, "e", None),
    ],
)
def test_a_row_is_a_document(row, id_, year):
    document = row_document(row, COLUMNS, path=PATH, number=3)
    assert (document.id, document.year, document.text) == (id_, year, row["text"])
    assert document.origin == "a.csv, row 3"


@pytest.mark.parametrize(
    ("row", "problem"),
    [({}, "is empty"), ({"text": 1.5}, "a float"), ({"text": "\udcff"}, "UTF-8")],
)
def test_a_row_without_text_is_an_error(row, problem):
    with pytest.raises(CorpusError, match=f"DDI125.*a.csv, row 3.*{problem}"):
        row_document(row, COLUMNS, path=PATH, number=3)
