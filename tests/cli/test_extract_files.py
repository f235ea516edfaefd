"""`python -m spacy_ddi extract --output` and `aggregate`."""

from __future__ import annotations

import errno
import json
import lzma
import shutil

import pytest
from pyarrow import parquet

from spacy_ddi.component.ddi_relation import DDIRelation
from spacy_ddi.runs import local_engine, ray_engine, shards
from spacy_ddi.runs.local_engine import annotate_here
from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


@pytest.fixture
def here(monkeypatch):
    """Let runs work in this process: another one would take seconds to import torch."""
    monkeypatch.setattr(
        local_engine,
        "annotate_locally",
        lambda shards, make_work, n_process: annotate_here(shards, make_work),
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


@pytest.mark.usefixtures("here")
def test_files_become_parts_and_parts_become_pairs(run, pipeline, inputs, tmp_path):
    out = tmp_path / "out"
    result = run("extract", inputs, "--output", out, "--pipeline", pipeline)
    assert result.exit_code == 0
    assert "4 documents, 2 interactions in 1 part" in folded(result.stderr)
    rows = parquet.read_table(out / "part-000000-000000-last.parquet").to_pylist()
    assert [(row["document"], row["year"]) for row in rows] == [("7", 1999), ("b.csv.xz:1", None)]
    assert rows[0]["head_start"] == len("Nothing. ")
    assert rows[1]["file"] == str(inputs / "b.csv.xz")
    said = folded(result.stderr)
    assert "Note: 2 documents in which no drug was recognised (no_drug)." in said
    assert f"Which they are: {out / 'notes'}" in said
    notes = parquet.read_table(out / "notes").to_pylist()
    assert [(each["document"], each["end"]) for each in notes] == [("8", 8), ("b.csv.xz:2", 0)]
    first = {"flag": "no_drug", "start": 0, "file": str(inputs / "a.jsonl")}
    assert notes[0] == {"document": "8", "end": 8, **first}
    result = run("aggregate", out, "--output", tmp_path / "pairs.parquet")
    assert "1 pair of drugs, of 2 interactions:" in folded(result.stderr)
    (row,) = parquet.read_table(tmp_path / "pairs.parquet").to_pylist()
    assert (row["drug_name"], row["other_name"], row["documents"]) == ("Dexarol", "plinozide", 2)


@pytest.mark.usefixtures("here")
def test_columns_can_be_named(run, pipeline, inputs, tmp_path):
    out = tmp_path / "out"
    options = ["--text-column", "note", "--id-column", "patient", "--pipeline", pipeline]
    result = run("extract", inputs / "b.csv.xz", "--output", out, *options)
    assert result.exit_code == 0
    (row,) = parquet.read_table(out / "part-000000-000000-last.parquet").to_pylist()
    assert row["document"] == "p1"


@pytest.mark.usefixtures("here")
def test_what_cannot_be_read_is_counted_and_ends_in_code_1(run, pipeline, inputs, tmp_path):
    (inputs / "c.jsonl").write_text("[1]\n", encoding="utf8")
    (inputs / "d.jsonl").write_text('{"text": 1}\n', encoding="utf8")
    out = tmp_path / "out"
    empty = tmp_path / "no"
    empty.mkdir()
    result = run("extract", inputs, empty, "--output", out, "--pipeline", pipeline)
    assert result.exit_code == 1
    said = folded(result.stderr)
    assert "4 documents, 2 interactions" in said
    assert "3 errors" in said
    assert [code in said for code in ("[DDI120]", "[DDI124]", "[DDI125]")] == [True] * 3
    assert "more." not in said
    codes = [json.loads(line)["code"] for line in (out / "errors.jsonl").read_text().splitlines()]
    assert codes == ["DDI120", "DDI124", "DDI125"]


@pytest.mark.parametrize("names", [["A TEXT."], ["gone.txt", "{}", "*.no"], ["x" * 300], []])
def test_what_is_not_there_is_refused_before_a_folder_is_made(
    run, pipeline, inputs, tmp_path, names
):
    given = [name.format(inputs) for name in names]
    result = run("extract", *given, "--output", tmp_path / "out", "--pipeline", pipeline)
    assert result.exit_code == 1
    said = folded(result.stderr)
    assert ("[DDI186]" if names else "[DDI062] Found nothing to read.") in said
    for name in names[::2]:
        assert name[:90] in said
    assert str(inputs) not in said
    assert "Nothing was left" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("here")
def test_the_first_errors_are_said_and_the_others_counted(run, pipeline, tmp_path):
    lines = [json.dumps({"text": KNOWN}), *[f'{{"text": {n}}}' for n in range(8)]]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf8")
    options = ["--output", tmp_path / "out", "--pipeline", pipeline]
    result = run("extract", tmp_path / "a.jsonl", *options)
    assert result.exit_code == 1
    assert result.stderr.count("[DDI125]") == 5
    assert "… and 3 more. 8 errors:" in folded(result.stderr)


@pytest.mark.usefixtures("here")
def test_nothing_is_left_to_do_only_where_something_was_done(run, pipeline, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"\0\1")
    (tmp_path / "b.jsonl").write_text("[1]\n", encoding="utf8")
    for name in ("a.bin", "b.jsonl"):
        options = ["--output", tmp_path / f"{name}.out", "--pipeline", pipeline]
        result = run("extract", tmp_path / name, *options)
        assert result.exit_code == 1
        assert "[DDI" in result.stderr
        assert "Nothing was left" not in result.stderr


def test_ctrl_c_says_that_what_is_done_is_kept(run, pipeline, inputs, tmp_path, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("spacy_ddi.runs.run.run", stop)
    options = ["--output", tmp_path / "out", "--pipeline", pipeline]
    result = run("extract", inputs, *options)
    assert result.exit_code == 130
    said = "Stopped. What is done is kept: the same command goes on from there."
    assert said in folded(result.stderr)


@pytest.mark.usefixtures("here")
def test_another_pipeline_does_not_go_on_with_a_run(run, pipeline, inputs, tmp_path):
    out = tmp_path / "out"
    assert run("extract", inputs, "--output", out, "--pipeline", pipeline).exit_code == 0
    before = (out / "part-000000-000000-last.parquet").stat().st_mtime_ns
    again = run("extract", inputs, "--output", out, "--pipeline", pipeline)
    assert again.exit_code == 0
    assert "Nothing was left to do. 4 documents, 2 interactions in 1 part" in folded(again.stderr)
    assert (out / "part-000000-000000-last.parquet").stat().st_mtime_ns == before
    other = tmp_path / "other"
    shutil.copytree(pipeline, other)
    result = run("extract", inputs, "--output", out, "--pipeline", other)
    assert result.exit_code == 1
    assert "DDI129" in result.stderr
    assert "settings pipeline was" in folded(result.stderr)
    options = ["--pipeline", pipeline, "--from", "csv"]
    result = run("extract", inputs, "--output", out, *options)
    assert "settings from was None, now 'csv'" in folded(result.stderr)


def test_a_pipeline_that_cannot_be_loaded_by_two_processes_is_one_error(
    run, pipeline, inputs, tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr(shards, "CHUNK", 1)
    other = tmp_path / "other"
    shutil.copytree(pipeline, other)
    (other / "config.cfg").write_text("[nlp]\nlang = none\n", encoding="utf8")
    options = ["--output", tmp_path / "out", "--pipeline", other, "--n-process", "2"]
    result = run("extract", inputs, *options)
    assert result.exit_code == 1
    printed = result.stderr + capfd.readouterr().err
    assert printed.count("[DDI") == 1
    assert "Traceback" not in printed


@pytest.mark.usefixtures("here")
def test_an_unfinished_run_is_aggregated_with_a_warning(run, pipeline, inputs, tmp_path):
    out = tmp_path / "out"
    run("extract", inputs, "--output", out, "--pipeline", pipeline)
    (out / "part-000000-000000-last.parquet").rename(out / "part-000000-000000.parquet")
    result = run("aggregate", out, "--output", tmp_path / "pairs.parquet")
    assert result.exit_code == 0
    assert "[DDI957]" in result.stderr
    assert "2 of 2 inputs are not complete, e.g." in folded(result.stderr)
    assert "1 pair of drugs, of 2 interactions:" in folded(result.stderr)


@pytest.mark.usefixtures("here")
def test_documents_on_which_the_pipeline_failed_are_tried_again(
    run, pipeline, inputs, tmp_path, monkeypatch
):
    options = ["extract", inputs, "--output", tmp_path / "out", "--pipeline", pipeline]

    def fail(self, docs):
        raise MemoryError("too large")

    with monkeypatch.context() as patch:
        patch.setattr(DDIRelation, "predict", fail)
        result = run(*options)
    assert result.exit_code == 1
    lines = (tmp_path / "out" / "errors.jsonl").read_text().splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["DDI181"] * 4
    assert "4 errors" in folded(run(*options).stderr)
    result = run(*options, "--retry-errors")
    assert result.exit_code == 0
    assert "4 documents, 2 interactions" in folded(result.stderr)
    assert not (tmp_path / "out" / "errors.jsonl").exists()


@pytest.mark.usefixtures("here")
def test_a_disk_that_fails_ends_the_run_and_no_document_is_to_blame(
    run, pipeline, inputs, tmp_path, monkeypatch
):
    options = ["extract", inputs, "--output", tmp_path / "out", "--pipeline", pipeline]

    def fail(self, docs):
        raise OSError(errno.EIO, "Input/output error", "model.bin")

    with monkeypatch.context() as patch:
        patch.setattr(DDIRelation, "predict", fail)
        result = run(*options)
    assert result.exit_code == 1
    assert "[DDI183] The machine failed" in folded(result.stderr)
    assert "Input/output error" in folded(result.stderr)
    assert run(*options).exit_code == 0


def test_retry_errors_is_for_runs(run, pipeline):
    result = run("extract", KNOWN, "--pipeline", pipeline, "--retry-errors")
    assert result.exit_code == 1
    assert "DDI185" in result.stderr


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
    assert "pip install -c constraints.txt -e '.[ray]'" in folded(result.stderr)
    result = run("extract", inputs, *options, "--address", "head:6379")
    assert result.exit_code == 1
    assert "DDI144" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [("--engine", "ray"), ("--address", "head:6379")])
def test_engines_are_for_files(run, pipeline, options):
    result = run("extract", KNOWN, "--pipeline", pipeline, *options)
    assert result.exit_code == 1
    assert "DDI145" in result.stderr
