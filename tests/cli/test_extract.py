"""`python -m spacy_ddi extract`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import spacy
from pyarrow import parquet

from spacy_ddi import parallel
from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def test_extract_prints_a_table(run, pipeline):
    result = run("extract", KNOWN, "--pipeline", pipeline)
    assert result.exit_code == 0
    assert {"Dexarol", "mechanism", "plinozide"} <= set(result.stdout.split())
    assert "1 interaction between 2 drug mentions in 1 sentence." in folded(result.stdout)


def test_extract_prints_json_lines_and_nothing_else(run, pipeline):
    text = f"Nothing here. {KNOWN} Dexarol or rostamine was given."
    result = run("extract", text, "--pipeline", pipeline, "--format", "jsonl")
    assert result.exit_code == 0
    [record] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (record["head"], record["label"], record["tail"]) == (
        "Dexarol",
        "mechanism",
        "plinozide",
    )
    assert text[record["tail_start"] : record["tail_end"]] == "plinozide"
    assert record["sentence"] == KNOWN


@pytest.mark.parametrize("source", ["standard input", "file"])
def test_extract_reads_standard_input_and_files(run, pipeline, tmp_path, source):
    if source == "file":
        path = tmp_path / "text.txt"
        path.write_text(f"\n{KNOWN}\n", encoding="utf8")
        result = run("extract", "--file", path, "--pipeline", pipeline)
    else:
        result = run("extract", "-", "--pipeline", pipeline, input=f"\n{KNOWN}\n")
    assert result.exit_code == 0
    assert "1 interaction between" in folded(result.stdout)


def test_extract_passes_over_a_byte_order_mark(run, pipeline, tmp_path):
    """Else the first drug of a file from Windows is not known."""
    path = tmp_path / "text.txt"
    path.write_text(KNOWN, encoding="utf-8-sig")
    result = run("extract", "--file", path, "--pipeline", pipeline, "--format", "jsonl")
    assert json.loads(result.stdout)["sentence"] == KNOWN


def test_extract_writes_a_page(run, pipeline, tmp_path):
    page = tmp_path / "new" / "page.html"
    result = run("extract", KNOWN, "--pipeline", pipeline, "--html", page)
    assert result.exit_code == 0
    assert "mechanism" in page.read_text("utf8")
    assert str(page) in result.stderr


def test_extract_names_a_page_that_cannot_be_written(run, pipeline, tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf8")
    page = tmp_path / "file" / "page.html"
    result = run("extract", KNOWN, "--pipeline", pipeline, "--html", page)
    assert result.exit_code == 1
    assert str(tmp_path / "file") in result.stderr


def test_extract_says_that_there_is_nothing(run, pipeline):
    result = run("extract", "No drug at all.", "--pipeline", pipeline)
    assert result.exit_code == 0
    assert "0 interactions between 0 drug mentions in 1 sentence." in folded(result.stdout)
    result = run("extract", "No drug at all.", "--pipeline", pipeline, "--format", "jsonl")
    assert (result.exit_code, result.stdout) == (0, "")


def test_extract_reads_long_texts_in_passages(run, pipeline):
    filler = "There is nothing to see here. " * 1000
    result = run("extract", "-", "--pipeline", pipeline, "--format", "jsonl", input=filler + KNOWN)
    [record] = [json.loads(line) for line in result.stdout.splitlines()]
    assert record["head_start"] == len(filler)


def test_extract_reads_in_several_processes(run, pipeline, monkeypatch):
    asked = []

    def in_one(nlp, texts, *, n_process, **options):
        asked.append(n_process)
        return nlp.pipe(texts, **options)

    monkeypatch.setattr(parallel, "pipe_in_processes", in_one)
    one = run("extract", KNOWN, "--pipeline", pipeline, "--format", "jsonl")
    two = run("extract", KNOWN, "--pipeline", pipeline, "--format", "jsonl", "--n-process", "2")
    assert asked == [1, 2]
    assert one.stdout == two.stdout != ""


def test_extract_finds_the_same_in_wrapped_text(run, pipeline):
    """A line end inside a sentence is no place to cut a long text."""
    line = "After some days of use{}Dexarol raises plinozide levels.\n"
    counts = []
    for gap in (" ", "\n", "\r\n"):
        text = line.format(gap) * 500
        result = run("extract", "-", "--pipeline", pipeline, "--format", "jsonl", input=text)
        starts = [json.loads(row)["sentence_start"] for row in result.stdout.splitlines()]
        assert all(text.startswith("After", start) for start in starts)
        counts.append(len(starts))
    assert counts == [500, 500, 500]


def test_extract_prints_ascii_where_the_terminal_has_no_more(pipeline):
    script = "from spacy_ddi.cli import main; main()"
    text = f"\u03b1. {KNOWN}"
    arguments = ["extract", text, "--pipeline", pipeline, "--format", "jsonl"]
    printed = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "OMP_NUM_THREADS": "1"},
    ).stdout
    assert json.loads(printed)["head_start"] == text.index("Dexarol")


@pytest.fixture(scope="module")
def promising(pipeline, tmp_path_factory):
    """The tiny pipeline, with what precision to expect of its types."""
    nlp = spacy.load(pipeline)
    precisions = {"advise": [[0.0, 0.9]], "mechanism": [[0.0, 0.8]]}
    nlp.get_pipe("ddi_relation").change_setting("precisions", precisions)
    nlp.get_pipe("ddi_relation").change_setting("temperature", 4.0)  # not too sure
    folder = tmp_path_factory.mktemp("promising")
    nlp.to_disk(folder)
    return str(folder)


BOTH = f"{KNOWN} Avoid rostamine with plinozide."


@pytest.mark.parametrize(
    ("options", "labels"),
    [
        ((), ["mechanism", "advise"]),
        (("--min-precision", 0.85), ["advise"]),
        (("--min-precision", 0.8, "--types", "mechanism"), ["mechanism"]),
        (("--types", "mechanism", "--types", "advise"), ["mechanism", "advise"]),
        (("--types", "advise, mechanism"), ["mechanism", "advise"]),
        (("--types", "advise,"), ["advise"]),
        (("--min-score", 1), []),
    ],
)
def test_extract_reports_what_is_asked_for(run, promising, tmp_path, options, labels):
    given = ("extract", BOTH, "--pipeline", promising, *options)
    result = run(*given, "--format", "jsonl")
    assert result.exit_code == 0
    assert [json.loads(line)["label"] for line in result.stdout.splitlines()] == labels
    path = tmp_path / "text.txt"
    path.write_text(BOTH, encoding="utf8")
    run("extract", path, "--pipeline", promising, *options, "--output", f"{tmp_path / 'parts'}/")
    rows = [row for part in (tmp_path / "parts").glob("*.parquet") for row in read_table(part)]
    assert [row["label"] for row in rows] == labels


def read_table(path):
    return parquet.read_table(path).to_pylist()


def test_a_run_goes_on_with_what_was_asked_for_only(run, promising, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(BOTH, encoding="utf8")
    given = ("extract", path, "--pipeline", promising, "--output", f"{tmp_path / 'parts'}/")
    assert run(*given, "--min-precision", 0.85).exit_code == 0
    assert run(*given, "--min-precision", 0.85).exit_code == 0
    result = run(*given)
    assert result.exit_code == 1
    assert "settings min_precision was 0.85, now None" in folded(result.stderr)


def test_types_of_which_less_is_known_are_told(run, promising):
    result = run("extract", BOTH, "--pipeline", promising, "--min-precision", 0.85)
    assert "[DDI958] A precision of 0.85" in folded(result.stderr)
    assert "of the type mechanism, so none" in folded(result.stderr)
    result = run("extract", BOTH, "--pipeline", promising, "--min-precision", 0.95)
    assert (result.exit_code, "[DDI029]" in result.stderr) == (1, True)
    quiet = run(
        "extract", BOTH, "--pipeline", promising, "--min-precision", 0.85, "--types", "advise"
    )
    assert "DDI958" not in quiet.stderr


def test_what_can_not_be_promised_is_told(run, pipeline):
    result = run("extract", KNOWN, "--pipeline", pipeline, "--min-precision", 0.9)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "DDI028" in result.stderr
    assert "calibrate" in folded(result.stderr)
    result = run("extract", KNOWN, "--pipeline", pipeline, "--types", "advice")
    assert result.exit_code == 1
    said = folded(result.stderr)
    assert f"[DDI055] --types: pipeline {pipeline!r} knows no interactions of the type" in said
    assert "'advice'. Its types: advise, mechanism." in said
    assert "Component" not in said
