"""`python -m spacy_ddi graph`, and what `aggregate` says."""

from __future__ import annotations

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
    assert "1 interaction of 2 drugs" in said
    assert "Left out: 2 interactions (1 of other types, 1 less evident)." in said
    assert "1 less evident" in page.read_text(encoding="utf8")
    graphml = tmp_path / "graph.graphml"
    result = run("graph", pairs, "--output", graphml)
    assert "3 interactions of 3 drugs" in folded(result.stderr)
    assert "Left out" not in result.stderr
    assert graphml.read_text(encoding="utf8").count("<edge ") == 3


def test_aggregate_counts_drugs_with_themselves(run, tmp_path):
    statements = [statement("tin", "tar", 0.5), statement("tin", "Tin", 0.5)]
    write_part(tmp_path, "part-000000-000000", statements, [])
    result = run("aggregate", tmp_path, "--output", tmp_path / "pairs.parquet")
    said = folded(result.stderr)
    assert "1 pair of 1 interaction" in said
    assert "Left out: 1 interaction of a drug with itself." in said


def test_another_ending_is_refused_before_anything_is_read(run, tmp_path):
    pairs = write_pairs(tmp_path / "pairs.parquet", *ROWS)
    result = run("graph", pairs, "--output", tmp_path / "graph.png")
    assert result.exit_code == 1
    assert "DDI165" in result.stderr
