"""`python -m spacy_ddi extract --output` and `aggregate`."""

from __future__ import annotations

import json
import lzma
import shutil

import pytest
from pyarrow import parquet

from spacy_ddi.runs import ray_engine
from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [{"pmid": 7, "text": f"Nothing. {KNOWN}", "year": 1999}, {"pmid": 8, "text": "Nothing."}]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    table = f"note,patient\n{KNOWN},p1\n,p2\n"
    (folder / "b.csv.xz").write_bytes(lzma.compress(table.encode()))
    return folder


def test_files_become_parts_and_parts_become_pairs(run, pipeline, inputs, tmp_path):
    out = tmp_path / "out"
    result = run("extract", inputs, "--output", out, "--pipeline", pipeline)
    assert result.exit_code == 0
    assert "4 documents, 2 interactions in 1 part" in folded(result.stderr)
    rows = parquet.read_table(out / "part-000000-000000.parquet").to_pylist()
    assert [(row["document"], row["year"]) for row in rows] == [("7", 1999), ("b.csv.xz:1", None)]
    assert rows[0]["head_start"] == len("Nothing. ")
    assert rows[1]["file"] == str(inputs / "b.csv.xz")
    result = run("aggregate", out, "--output", tmp_path / "pairs.parquet")
    assert "1 pair of 2 interactions" in folded(result.stderr)
    (row,) = parquet.read_table(tmp_path / "pairs.parquet").to_pylist()
    assert (row["drug_name"], row["other_name"], row["documents"]) == ("Dexarol", "plinozide", 2)


def test_columns_can_be_named(run, pipeline, inputs, tmp_path):
    out = tmp_path / "out"
    options = ["--text-column", "note", "--id-column", "patient", "--pipeline", pipeline]
    result = run("extract", inputs / "b.csv.xz", "--output", out, *options)
    assert result.exit_code == 0
    (row,) = parquet.read_table(out / "part-000000-000000.parquet").to_pylist()
    assert row["document"] == "p1"


def test_what_cannot_be_read_is_counted_and_ends_in_code_1(run, pipeline, inputs, tmp_path):
    (inputs / "c.jsonl").write_text("[1]\n", encoding="utf8")
    (inputs / "d.jsonl").write_text('{"text": 1}\n', encoding="utf8")
    out = tmp_path / "out"
    result = run("extract", inputs, tmp_path / "no", "--output", out, "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "4 documents, 2 interactions" in folded(result.stderr)
    assert "3 errors" in folded(result.stderr)
    codes = [json.loads(line)["code"] for line in (out / "errors.jsonl").read_text().splitlines()]
    assert codes == ["DDI120", "DDI123", "DDI125"]


def test_another_pipeline_does_not_go_on_with_a_run(run, pipeline, inputs, tmp_path):
    out = tmp_path / "out"
    assert run("extract", inputs, "--output", out, "--pipeline", pipeline).exit_code == 0
    before = (out / "part-000000-000000.parquet").stat().st_mtime_ns
    assert run("extract", inputs, "--output", out, "--pipeline", pipeline).exit_code == 0
    assert (out / "part-000000-000000.parquet").stat().st_mtime_ns == before
    other = tmp_path / "other"
    shutil.copytree(pipeline, other)
    result = run("extract", inputs, "--output", out, "--pipeline", other)
    assert result.exit_code == 1
    assert "DDI129" in result.stderr
    assert "settings pipeline was" in folded(result.stderr)
    options = ["--pipeline", pipeline, "--from", "csv"]
    result = run("extract", inputs, "--output", out, *options)
    assert "settings from was None, now 'csv'" in folded(result.stderr)


def test_an_unknown_format_is_named(run, pipeline, inputs, tmp_path):
    options = ["--pipeline", pipeline, "--from", "docx"]
    result = run("extract", inputs, "--output", tmp_path / "out", *options)
    assert result.exit_code == 1
    assert "no format 'docx'" in folded(result.stderr)
    assert "jsonl" in result.stderr
    assert not (tmp_path / "out").exists()


def test_ray_that_is_not_installed_and_an_address_without_ray_are_named(
    run, pipeline, inputs, tmp_path, monkeypatch
):
    monkeypatch.setattr(ray_engine, "find_spec", lambda name: None)
    options = ["--output", tmp_path / "out", "--pipeline", pipeline]
    result = run("extract", inputs, *options, "--engine", "ray")
    assert result.exit_code == 1
    assert "DDI140" in result.stderr
    assert "pip install 'spacy-ddi[ray]'" in folded(result.stderr)
    result = run("extract", inputs, *options, "--address", "head:6379")
    assert result.exit_code == 1
    assert "DDI144" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [("--engine", "ray"), ("--address", "head:6379")])
def test_engines_are_for_files(run, pipeline, options):
    result = run("extract", KNOWN, "--pipeline", pipeline, *options)
    assert result.exit_code == 1
    assert "DDI145" in result.stderr
