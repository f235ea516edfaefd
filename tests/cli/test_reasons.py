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
    assert "weights: " in printed
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


@pytest.fixture
def inputs(tmp_path):
    """A document of two passages, and one without an interaction."""
    filler = "There is nothing to see here. " * 1000
    rows = [{"id": "d1", "text": filler + KNOWN}, {"id": "d2", "text": "Take plinozide."}]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    return path


def test_files_are_explained_in_the_terminal(run, pipeline, inputs):
    result = run("extract", inputs, "--pipeline", pipeline, "--explain")
    assert result.exit_code == 0
    assert folded(result.stdout).count("Dexarol and plinozide: mechanism") == 1
    assert "Note: 1 sentence with one drug only" in folded(result.stderr)


@pytest.mark.parametrize("is_printed", [True, False])
def test_json_lines_of_files_are_explained(run, pipeline, inputs, tmp_path, is_printed):
    path = tmp_path / "out.jsonl"
    options = ["--format", "jsonl"] if is_printed else ["--output", path]
    result = run("extract", inputs, *options, "--pipeline", pipeline, "--explain")
    (row,) = map(json.loads, (result.stdout if is_printed else path.read_text("utf8")).splitlines())
    assert (row["document"], row["flags"]) == ("d1", [])
    text = json.loads(inputs.read_text("utf8").splitlines()[0])["text"]
    words = row["explanation"]["words"]
    assert [text[word["start"] : word["end"]] for word in words] == [word["text"] for word in words]


@pytest.mark.parametrize("option", ["--html", "--output"])
def test_page_of_files_is_explained(run, pipeline, inputs, tmp_path, option):
    path = tmp_path / "page.html"
    assert run("extract", inputs, option, path, "--pipeline", pipeline).exit_code == 0
    assert "data-why" not in path.read_text("utf8")
    run("extract", inputs, option, path, "--pipeline", pipeline, "--explain")
    assert "data-why" in path.read_text("utf8")


@pytest.mark.parametrize("name", ["folder", "a.csv", "a.parquet", "a.spacy"])
def test_explanations_are_refused_where_there_is_no_place_for_them(run, pipeline, tmp_path, name):
    options = ["--pipeline", pipeline, "--explain", "--output", tmp_path / name]
    result = run("extract", KNOWN, *options)
    assert result.exit_code == 1
    said = folded(result.stderr)
    assert "[DDI152] --explain" in said
    ways = "end in .jsonl or .html, or in a page (--html)"
    assert (ways in said) == (name != "folder")
    assert ("name a file" in said) == (name == "folder")
    assert not (tmp_path / name).exists()


def test_a_page_beside_a_table_is_explained(run, pipeline, tmp_path):
    page, table = tmp_path / "page.html", tmp_path / "a.csv"
    options = ["--pipeline", pipeline, "--explain", "--output", table, "--html", page]
    assert run("extract", KNOWN, *options).exit_code == 0
    assert "data-why" in page.read_text("utf8")
    assert "explanation" not in table.read_text("utf8")


def test_what_could_not_be_read_is_told(run, pipeline):
    result = run("extract", f"{KNOWN} Take plinozide alone.", "--pipeline", pipeline)
    assert "Note: 1 sentence with one drug only" in folded(result.stderr)
    result = run("extract", KNOWN, "--pipeline", pipeline)
    assert "Note" not in result.stderr


def test_a_text_without_drugs_is_noted(run, pipeline):
    result = run("extract", "Nothing happens here.", "--pipeline", pipeline, "--format", "jsonl")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Note: no drug was recognised." in folded(result.stderr)


NOTED = f"{KNOWN} Take plinozide alone."


def notes_in(path):
    return [json.loads(line) for line in path.read_text("utf8").splitlines()]


def test_notes_on_a_text_are_written_and_its_records_stay_as_they_are(run, pipeline, tmp_path):
    options = ["--pipeline", pipeline, "--format", "jsonl"]
    bare = run("extract", NOTED, *options)
    result = run("extract", NOTED, *options, "--notes", tmp_path / "notes.jsonl")
    assert result.stdout == bare.stdout
    start = len(KNOWN) + 1
    (note,) = notes_in(tmp_path / "notes.jsonl")
    assert note == {"flag": "alone", "start": start, "end": len(NOTED)}
    run("extract", "Nothing happens.", *options, "--notes", tmp_path / "notes.jsonl")
    assert notes_in(tmp_path / "notes.jsonl") == [{"flag": "no_drug", "start": 0, "end": 16}]


@pytest.mark.parametrize("output", [[], ["--output", "a.csv"], ["--output", "a.spacy"]])
def test_notes_on_documents_name_them(run, pipeline, tmp_path, monkeypatch, output):
    monkeypatch.chdir(tmp_path)
    rows = [{"id": "d1", "text": NOTED}, {"id": "d2", "text": "Nothing."}, {"id": "d3"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    run("extract", "a.jsonl", *output, "--pipeline", pipeline, "--notes", "new/notes.jsonl")
    first, second = notes_in(tmp_path / "new" / "notes.jsonl")
    place = {"start": len(KNOWN) + 1, "end": len(NOTED)}
    of_file = {"file": first["file"]}
    assert first == {"document": "d1", "flag": "alone", **place, **of_file}
    assert second == {"document": "d2", "flag": "no_drug", "start": 0, "end": 8, **of_file}
    assert first["file"].endswith("a.jsonl")
