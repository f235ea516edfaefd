"""`python -m spacy_ddi graph`, and what `aggregate` says."""

from __future__ import annotations

import pytest

from spacy_ddi.runs.parts import write_part
from tests.cli.conftest import folded
from tests.picture.made_up_pairs import pair, write_pairs
from tests.runs.test_knowledge import statement

ROWS = [
    pair("a", "b", documents=2),
    pair("a", "c", "mechanism"),
    pair("b", "c", "advise", probability=0.6),
]


def test_the_ending_says_what_is_written_and_what_is_left_out_is_said(run, tmp_path):
    pairs = write_pairs(tmp_path / "pairs.parquet", *ROWS)
    page = tmp_path / "new" / "graph.html"
    result = run("graph", pairs, "--output", page, "--types", "effect, advise", "--max-edges", 1)
    assert result.exit_code == 0
    said = folded(result.stderr)
    assert "1 line (a row of the table each) between 2 drugs" in said
    left_out = "Left out: 2 rows (1 of other types, 1 less evident than the 1 of --max-edges)."
    assert left_out in said
    assert "1 less evident" in page.read_text(encoding="utf8")
    graphml = tmp_path / "graph.graphml"
    result = run("graph", pairs, "--output", graphml)
    assert "3 lines (a row of the table each) between 3 drugs" in folded(result.stderr)
    assert "Left out" not in result.stderr
    assert graphml.read_text(encoding="utf8").count("<edge ") == 3


def test_aggregate_counts_drugs_with_themselves(run, tmp_path):
    statements = [statement("tin", "tar", 0.5), statement("tin", "Tin", 0.5)]
    write_part(tmp_path, "part-000000-000000", statements, [])
    result = run("aggregate", tmp_path, "--output", tmp_path / "pairs.parquet")
    said = folded(result.stderr)
    assert "1 row (a pair of drugs and a type each), 1 pair of drugs, of 1 interaction:" in said
    assert "Left out: 1 interaction of a drug with itself." in said


def test_aggregate_says_which_endings_there_are_before_it_makes_anything(run, tmp_path):
    write_part(tmp_path, "part-000000-000000", [statement("tin", "tar", 0.5)], [])
    result = run("aggregate", tmp_path, "--output", tmp_path / "new" / "pairs.xlsx")
    assert result.exit_code == 1
    assert "[DDI156]" in result.stderr
    assert ".parquet, .csv, .tsv, .jsonl" in folded(result.stderr)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "types",
    [("--types", "effect,advise"), ("--types", "effect", "--types", " advise")],
)
def test_types_are_given_with_commas_or_several_times(run, tmp_path, types):
    pairs = write_pairs(tmp_path / "pairs.parquet", *ROWS)
    result = run("graph", pairs, "--output", tmp_path / "graph.html", *types)
    assert "1 of other types" in folded(result.stderr)


def test_a_table_of_extract_is_told_from_one_of_aggregate(run, tmp_path):
    found = tmp_path / "found.csv"
    found.write_text("document,head,tail,label,sentence\n1,a,b,int,S.\n", encoding="utf8")
    result = run("graph", found, "--output", tmp_path / "graph.html")
    assert result.exit_code == 1
    said = folded(result.stderr)
    assert "as extract writes one" in said
    assert "python -m spacy_ddi aggregate FOLDER --output pairs.parquet" in said


def test_another_ending_is_refused_before_anything_is_read(run, tmp_path):
    pairs = write_pairs(tmp_path / "pairs.parquet", *ROWS)
    result = run("graph", pairs, "--output", tmp_path / "graph.png")
    assert result.exit_code == 1
    assert "DDI165" in result.stderr
