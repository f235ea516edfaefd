"""CSV, TSV and Parquet with a column of texts."""

from __future__ import annotations

import csv

import pyarrow as pa
import pytest
from pyarrow import parquet

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats import text_tables
from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.inputs import format_of, read_documents
from spacy_ddi.formats.text_tables import ROWS_AT_A_TIME, read_csv, read_parquet
from tests.formats.reading import read

TEXTS = ['Says "raises",\r\nthen; 💊\tends.', "", "β-plinozide"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_cells_may_hold_quotes_and_line_ends(tmp_path, delimiter, encoding):
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["id", "Text", "year"])
        writer.writerows([[f"d{n}", text, 2000 + n] for n, text in enumerate(TEXTS)])
    documents, errors = read(read_csv, path)
    assert errors == []
    assert [(each.id, each.text, each.year) for each in documents] == [
        (f"d{n}", text, 2000 + n) for n, text in enumerate(TEXTS)
    ]
    assert documents[2].origin == f"{path}, row 3"
    assert format_of(path) is formats()["csv"]


def test_short_long_and_empty_rows(tmp_path):
    (tmp_path / "a.tsv").write_bytes(b"id\ttext\n1\n\n2\tTwo.\tmore\n\tThree.\n")
    documents, errors = read(read_csv, tmp_path / "a.tsv")
    assert [(each.id, each.text) for each in documents] == [("a.tsv:3", "Three.")]
    assert "a.tsv, row 1: the column 'text' is empty" in errors[0]
    assert "a.tsv, row 2: it has 3 cells, but the first line names 2" in errors[1]
    assert len(errors) == 2


def test_a_quotation_mark_that_is_never_closed_costs_its_row(tmp_path, monkeypatch):
    monkeypatch.setattr(text_tables, "MOST_CHARACTERS", 50)
    rows = ["1,One.", '2,"Two.', *(f"{n},Some more words of row {n}." for n in range(3, 9))]
    (tmp_path / "a.csv").write_text("id,text\n" + "\n".join(rows))
    documents, errors = read(read_csv, tmp_path / "a.csv")
    assert [each.id for each in documents] == ["1", *"345678"]
    assert len(errors) == 1
    assert "a.csv, row 2: no CSV (it has more than 50 characters" in errors[0]
    (tmp_path / "b.csv").write_text('id,text\n1,One.\n2,"Two.')
    documents, errors = read(read_csv, tmp_path / "b.csv")
    assert [each.id for each in documents] == ["1"]
    assert "b.csv, row 2: no CSV (unexpected end of data)" in errors[0]


def test_tsv_is_parted_by_tabs_whatever_its_names_hold(tmp_path):
    (tmp_path / "a.tsv").write_text("a,b,c\ttext\n1,2\tIron, and tin.\n")
    (document,), errors = read(read_csv, tmp_path / "a.tsv")
    assert (document.text, errors) == ("Iron, and tin.", [])


def test_bytes_that_are_no_utf_8_cost_their_row(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,One.\n2,na\xefve\n3,Three.\n\xef,Four.\n")
    documents, errors = read(read_csv, tmp_path / "a.csv")
    assert [each.id for each in documents] == ["1", "3"]
    found = "the text or the id is not in UTF-8. Correct it at its source, or take it out."
    assert [error.split(": ")[1] for error in errors] == [found] * 2


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", "a\nx\n".encode("utf-16")])
def test_a_table_without_texts_is_an_error(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(CorpusError, match=r"DDI1(12|26).*a\.csv"):
        list(read_csv(tmp_path / "a.csv", on_error=pytest.fail))


def write_parquet(path, rows, **more):
    parquet.write_table(pa.Table.from_pylist(rows), path, **more)


def test_parquet_is_read_in_batches(tmp_path):
    n_rows = 2 * ROWS_AT_A_TIME + 1
    rows = [{"pmid": n, "abstract": f"Text {n} 💊", "other": b"x" * 1000} for n in range(n_rows)]
    rows[3]["abstract"] = None
    path = tmp_path / "a.parquet"
    write_parquet(path, rows, row_group_size=700)
    documents, [error] = read(read_parquet, path)
    assert "a.parquet, row 4: the column 'abstract' is empty" in error
    assert [each.id for each in documents] == [str(n) for n in range(n_rows) if n != 3]
    assert documents[-1].text == f"Text {n_rows - 1} 💊"
    assert documents[-1].origin == f"{path}, row {n_rows}"
    assert format_of(path) is formats()["parquet"]
    [first, *_] = read_parquet(
        path, on_error=lambda error: None, columns=Columns("abstract", "abstract")
    )
    assert first.id == first.text


def test_text_of_parquet_that_is_no_utf_8_costs_its_row(tmp_path):
    texts = pa.array([b"One.", b"na\xefve", b"Three."], pa.binary()).view(pa.string())
    parquet.write_table(pa.table({"text": texts}), tmp_path / "a.parquet")
    documents, [error] = read(read_parquet, tmp_path / "a.parquet")
    assert [each.text for each in documents] == ["One.", "Three."]
    assert "a.parquet, row 2" in error


def test_what_is_no_parquet_is_an_error(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(CorpusError, match=r"DDI125.*a\.parquet.*no Parquet"):
        list(read_parquet(tmp_path / "a.parquet", on_error=pytest.fail))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_table_with_a_byte_order_mark_is_read(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes("id,text\n1,Iron.\n,\n3,Tin β.\n".encode(encoding))
    errors: list[CorpusError] = []
    found = list(read_documents([str(tmp_path / "a.csv")], on_error=errors.append))
    assert [(each.id, each.text) for each in found] == [("1", "Iron."), ("3", "Tin β.")]
    assert errors == []


def test_a_damaged_row_group_of_parquet_costs_itself(tmp_path):
    path = tmp_path / "a.parquet"
    rows = [{"id": str(n), "text": f"Iron {n}."} for n in range(6)]
    write_parquet(path, rows, row_group_size=2)
    about = parquet.ParquetFile(path).metadata.row_group(1).column(1)
    start = about.dictionary_page_offset or about.data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 10] = b"\xff" * 10
    path.write_bytes(content)
    documents, [error] = read(read_parquet, path)
    assert [each.id for each in documents] == ["0", "1", "4", "5"]
    assert "a.parquet, rows 3 to 4: they can't be read" in error
    assert [each.place for each in documents][2:] == ["row 5", "row 6"]
