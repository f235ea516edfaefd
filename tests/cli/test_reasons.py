"""`extract --explain`, and notes on what was not read."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def test_table_is_followed_by_explanations(run, pipeline):
    result = run("extract", KNOWN, "--pipeline", pipeline, "--explain")
    assert result.exit_code == 0
    printed = folded(result.stdout)
    assert "Dexarol and plinozide: mechanism" in printed
    assert "without: " in printed
    assert "probabilities: mechanism" in printed


def test_json_lines_carry_words_with_offsets_of_the_whole_text(run, pipeline):
    filler = "There is nothing to see here. " * 1000
    text = filler + KNOWN
    arguments = ["-", "--pipeline", pipeline, "--explain", "--format", "jsonl"]
    result = run("extract", *arguments, input=text)
    [record] = [json.loads(line) for line in result.stdout.splitlines()]
    found = record["explanation"]
    assert found["label"] == record["label"]
    assert found["probs"][record["label"]] == pytest.approx(record["score"], abs=1e-3)
    words = found["words"]
    assert [word["text"] for word in words] == ["Dexarol", "raises", "plinozide", "levels", "."]
    assert all(text[word["start"] : word["end"]] == word["text"] for word in words)
    assert [word["weight"] is None for word in words] == [True, False, True, False, False]


def test_page_is_explained(run, pipeline, tmp_path):
    page = tmp_path / "page.html"
    run("extract", KNOWN, "--pipeline", pipeline, "--html", page)
    assert "data-why" not in page.read_text("utf8")
    run("extract", KNOWN, "--pipeline", pipeline, "--html", page, "--explain")
    assert "data-why" in page.read_text("utf8")


def test_explanations_are_refused_for_tables_of_files(run, pipeline, tmp_path):
    result = run("extract", KNOWN, "--pipeline", pipeline, "--explain", "--output", tmp_path / "o")
    assert result.exit_code == 1
    assert "DDI083" in result.stderr


def test_what_could_not_be_read_is_told(run, pipeline):
    result = run("extract", f"{KNOWN} Take plinozide alone.", "--pipeline", pipeline)
    assert "Note: 1 sentence with one drug only" in folded(result.stderr)
    result = run("extract", KNOWN, "--pipeline", pipeline)
    assert "Note" not in result.stderr
