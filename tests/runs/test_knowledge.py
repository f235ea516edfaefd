"""What many documents say together."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.pair_files import PAIR_FORMATS, TYPES
from spacy_ddi.picture.pair_rows import Choice, choose_pairs
from spacy_ddi.runs.knowledge import aggregate
from spacy_ddi.runs.parts import SCHEMA, write_part
from spacy_ddi.runs.run_lock import alone_in

IDS = {"Zestril": "MESH:1", "lisinopril": "MESH:1", "iron": "MESH:2"}


def statement(
    head: str, tail: str, score: float, document: str = "d1", label: str = "effect", **more: Any
) -> dict[str, Any]:
    empty = dict.fromkeys(SCHEMA.names)
    place = {"head_start": 0, "head_end": 4, "tail_start": 9, "tail_end": 13, "sentence_start": 0}
    known = {
        "head": head,
        "tail": tail,
        "head_id": IDS.get(head, ""),
        "tail_id": IDS.get(tail, ""),
        "head_name": "Lisinopril" if IDS.get(head) == "MESH:1" else "",
        "tail_name": "Lisinopril" if IDS.get(tail) == "MESH:1" else "",
    }
    said = {"label": label, "score": score, "document": document, "file": "f", "sentence": "S."}
    return empty | place | known | said | more


def pairs(tmp_path: Path, *statements: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    write_part(tmp_path, "part-000000-000000", statements[::2], [])
    write_part(tmp_path, "part-000000-000001", statements[1::2], [])
    counts = aggregate(tmp_path, tmp_path / "pairs.parquet", **options)
    rows = parquet.read_table(tmp_path / "pairs.parquet").to_pylist()
    assert counts.rows == len(rows)
    return rows


def test_a_brand_and_its_drug_are_one_whatever_the_order(tmp_path: Path) -> None:
    (row,) = pairs(
        tmp_path,
        statement("Zestril", "iron", 0.5, "d1", year=1999),
        statement("iron", "lisinopril", 0.75, "d2", year=2010, sentence="R."),
        statement("iron", "lisinopril", 0.25, "d2", sentence_start=50, sentence="T."),
    )
    assert (row["drug"], row["drug_name"]) == ("MESH:1", "Lisinopril")
    assert (row["other"], row["other_name"], row["label"]) == ("MESH:2", "iron", "effect")
    assert (row["documents"], row["sentences"]) == (2, 3)
    assert (row["mean_score"], row["max_score"]) == (0.5, 0.75)
    # One document is right by 0.5, the other by its best 0.75: 1 - 0.5 * 0.25.
    assert row["probability"] == pytest.approx(0.875)
    assert (row["first_year"], row["last_year"]) == (1999, 2010)
    assert [(e["sentence"], e["score"], e["document"]) for e in row["evidence"]] == [
        ("R.", 0.75, "d2"),
        ("S.", 0.5, "d1"),
        ("T.", 0.25, "d2"),
    ]


def test_a_drug_is_no_pair_with_itself(tmp_path: Path) -> None:
    """Neither by one identifier nor by one name; a name and an identifier may differ."""
    statements = [
        statement("Zestril", "lisinopril", 0.9),
        statement("Tin", "tin", 0.8, "d2"),
        statement("tin", "tin", 0.1, "d3"),
        statement("iron", "tin", 0.7),
    ]
    (row,) = pairs(tmp_path, *statements)
    assert (row["drug"], row["other"]) == ("MESH:2", "name:tin")
    assert aggregate(tmp_path, tmp_path / "p.parquet", min_score=0.5) == (1, 1, 1, 2)
    write_part(tmp_path, "part-000000-000001", statements[1:3], [])
    write_part(tmp_path, "part-000000-000000", statements[:1], [])
    assert aggregate(tmp_path, tmp_path / "p.parquet") == (0, 0, 0, 3)


def test_scores_have_four_decimals_and_probabilities_all(tmp_path: Path) -> None:
    (row,) = pairs(
        tmp_path,
        statement("tin", "tar", 0.12345),
        statement("tin", "tar", 0.5, "d2", sentence="R."),
        statement("tin", "tar", 0.5, "d3", sentence="T."),
    )
    assert (row["mean_score"], row["max_score"]) == (0.3745, 0.5)
    assert [each["score"] for each in row["evidence"]] == [0.5, 0.5, 0.1235]
    assert row["probability"] == pytest.approx(1 - 0.87655 * 0.25, abs=1e-6)


def test_names_without_an_identifier_are_told_apart_by_small_letters(tmp_path: Path) -> None:
    rows = pairs(
        tmp_path,
        statement("Foxazole", "tin", 0.5),
        statement("foxazole", "Tin", 0.5, "d2"),
        statement("foxazole", "TIN", 0.5, "d3"),
        statement("foxazole", "tar", 0.9),
    )
    assert [(row["drug"], row["other"], row["documents"]) for row in rows] == [
        ("name:foxazole", "name:tar", 1),
        ("name:foxazole", "name:tin", 3),
    ]
    assert {row["drug_name"] for row in rows} == {"foxazole"}


def test_types_are_rows_of_their_own_and_low_scores_are_passed_over(tmp_path: Path) -> None:
    statements = [
        statement("tin", "tar", 0.9),
        statement("tin", "tar", 0.6, label="advise"),
        statement("tin", "tar", 0.2, label="int"),
    ]
    rows = pairs(tmp_path, *statements, min_score=0.5)
    assert [(row["label"], row["sentences"]) for row in rows] == [("effect", 1), ("advise", 1)]


def test_the_best_five_sentences_are_kept_each_once(tmp_path: Path) -> None:
    statements = [statement("tin", "tar", i / 10, f"d{i}", sentence=f"{i}.") for i in range(1, 9)]
    statements += [statement("tin", "tar", 0.85, "d8", head_start=20, head_end=24, sentence="8.")]
    (row,) = pairs(tmp_path, *statements)
    assert [e["document"] for e in row["evidence"]] == ["d8", "d7", "d6", "d5", "d4"]
    assert row["evidence"][0]["head_start"] == 20
    assert row["sentences"] == 8


def test_a_sentence_that_many_documents_repeat_counts_once(tmp_path: Path) -> None:
    """Labels of the same drug are copies of one another: no evidence of its own."""
    statements = [statement("tin", "tar", 0.5, f"d{i}") for i in range(3)]
    statements += [statement("tin", "tar", 0.6, "d3"), statement("tin", "tar", 0.5, sentence="T.")]
    (row,) = pairs(tmp_path, *statements)
    assert (row["documents"], row["sentences"]) == (4, 4)
    assert row["probability"] == pytest.approx(1 - 0.4 * 0.5)
    assert [(e["sentence"], e["document"]) for e in row["evidence"]] == [("S.", "d3"), ("T.", "d1")]


def test_hyphens_and_blanks_of_names_are_the_same(tmp_path: Path) -> None:
    rows = pairs(
        tmp_path,
        statement("beta-blockers", "tin", 0.5),
        statement("Beta  Blockers", "tin", 0.5, "d2"),
        statement("tin", "beta\N{EN DASH}blockers ", 0.5, "d3"),
    )
    assert [(row["drug"], row["documents"]) for row in rows] == [("name:beta blockers", 3)]


def test_what_does_not_fit_in_memory_lies_beside_and_is_removed(tmp_path: Path) -> None:
    """Two million statements were aggregated in 400 MB by hand; here, that the setting acts."""
    write_part(tmp_path, "part-000000-000000", [statement("tin", "tar", 0.5)], [])
    output = tmp_path / "new" / "pairs.parquet"
    with pytest.raises(CorpusError, match="DDI160"):
        aggregate(tmp_path, output, memory="100KB")
    with pytest.raises(CorpusError, match="DDI161"):
        aggregate(tmp_path, output, memory="much")
    assert list(output.parent.iterdir()) == []
    aggregate(tmp_path, output, memory="200MB")
    assert [path.name for path in output.parent.iterdir()] == ["pairs.parquet"]


def test_what_a_killed_command_has_left_is_removed_and_a_running_one_is_not(tmp_path: Path) -> None:
    write_part(tmp_path, "part-000000-000000", [statement("tin", "tar", 0.5)], [])
    output = tmp_path / "new" / "pairs.parquet"
    left = output.parent / ".pairs.parquet.tables"
    (left / "tables.db.tmp").mkdir(parents=True)
    for name in ("tables.db", "pairs.parquet", ".lock", "tables.db.tmp/1"):
        (left / name).write_bytes(b"half")
    with alone_in(left), pytest.raises(CorpusError, match="DDI184"):
        aggregate(tmp_path, output)
    assert (left / "tables.db").exists()
    aggregate(tmp_path, output)
    assert [path.name for path in output.parent.iterdir()] == ["pairs.parquet"]


def test_certain_statements_leave_a_doubt(tmp_path: Path) -> None:
    (row,) = pairs(tmp_path, statement("tin", "tar", 1.0))
    assert row["probability"] == pytest.approx(0.999)


def test_rows_are_counted_and_pairs_of_drugs(tmp_path: Path) -> None:
    statements = [statement("tin", "tar", 0.9), statement("tin", "tar", 0.9, label="advise")]
    write_part(tmp_path, "part-000000-000000", statements, [])
    assert aggregate(tmp_path, tmp_path / "pairs.parquet") == (2, 1, 2, 0)


@pytest.mark.parametrize("ending", sorted(PAIR_FORMATS))
def test_the_ending_tells_the_format_and_graph_reads_each(tmp_path: Path, ending: str) -> None:
    words = 'A "tin", and\ta\nbar; it\'s \N{GREEK SMALL LETTER MU}g.'
    write_part(
        tmp_path,
        "part-000000-000000",
        [
            statement("tin", "tar", 0.5, document="2010-01-02", sentence=words, year=2001),
            statement("tin", "tar", 0.25, document="007", sentence="R."),
            statement("iron", "tar", 0.125, label="int"),
        ],
        [],
    )
    output = tmp_path / f"pairs{ending.upper()}"
    assert aggregate(tmp_path, output) == (2, 2, 3, 0)
    aggregate(tmp_path, tmp_path / "whole.parquet")
    rows = choose_pairs(output, Choice()).rows
    assert rows == choose_pairs(tmp_path / "whole.parquet", Choice()).rows
    assert [each["document"] for each in rows[0]["evidence"]] == ["2010-01-02", "007"]
    assert rows[0]["evidence"][0]["sentence"] == words
    assert (rows[0]["documents"], rows[0]["first_year"], rows[1]["first_year"]) == (2, 2001, None)
    is_parquet = output.read_bytes().startswith(b"PAR1")
    assert is_parquet == (ending in (".parquet", ".pq"))


def test_csv_and_json_lines_are_read_by_others(tmp_path: Path) -> None:
    write_part(tmp_path, "part-000000-000000", [statement("tin", "tar", 0.5)], [])
    for ending in (".csv", ".tsv", ".jsonl"):
        aggregate(tmp_path, tmp_path / f"pairs{ending}")
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == list(TYPES)
    assert json.loads(row["evidence"])[0]["sentence"] == "S."
    assert (tmp_path / "pairs.tsv").read_text("utf-8").splitlines()[0] == "\t".join(TYPES)
    (line,) = (tmp_path / "pairs.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["evidence"][0]["sentence"] == "S."
    assert list(json.loads(line)) == list(TYPES)


@pytest.mark.parametrize("name", ["pairs.xlsx", "pairs", "pairs.csv.gz"])
def test_another_ending_is_refused_with_those_that_are_there(tmp_path: Path, name: str) -> None:
    write_part(tmp_path, "part-000000-000000", [statement("tin", "tar", 0.5)], [])
    with pytest.raises(CorpusError, match=r"DDI156.*\.parquet, \.csv, \.tsv, \.jsonl"):
        aggregate(tmp_path, tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_folder_without_parts_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="DDI131"):
        aggregate(tmp_path, tmp_path / "pairs.parquet")
    write_part(tmp_path, "part-000000-000000", [], [])
    assert aggregate(tmp_path, tmp_path / "pairs.parquet") == (0, 0, 0, 0)


def test_a_folder_s_name_is_no_pattern_and_a_damaged_part_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "out[1]*"
    folder.mkdir()
    (row,) = pairs(folder, statement("tin", "tar", 0.5))
    assert row["documents"] == 1
    (folder / "part-000000-000002.parquet").write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match=r"DDI108.*part-000000-000002.parquet"):
        aggregate(folder, tmp_path / "pairs.parquet")


@pytest.mark.parametrize(
    ("formats", "n_documents"),
    [(("pubmed", "pubmed"), 2), (("pubmed", "spl"), 3), (("csv", "csv"), 3), ((), 3)],
)
def test_of_several_versions_of_a_document_the_last_one_counts(
    tmp_path: Path, formats: tuple[str, ...], n_documents: int
) -> None:
    inputs = [{"path": name, "format": each} for name, each in zip("ab", formats, strict=False)]
    if inputs:
        (tmp_path / "manifest.json").write_text(json.dumps({"inputs": inputs}), "utf8")
    found = pairs(
        tmp_path,
        statement("tin", "tar", 0.9, document="1", file="a", sentence="Old."),
        statement("tin", "tar", 0.5, document="1", file="b", sentence="New."),
        statement("tin", "tar", 0.4, document="2", file="a", sentence="Other."),
    )
    assert [(each["documents"], len(each["evidence"])) for each in found] == [(n_documents,) * 2]
    assert found[0]["max_score"] == pytest.approx(0.5 if n_documents == 2 else 0.9)
