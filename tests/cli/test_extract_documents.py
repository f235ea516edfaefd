"""`python -m spacy_ddi extract` with files, and with a file as its output."""

from __future__ import annotations

import csv
import json

import pytest
from lxml import html
from pyarrow import parquet

from spacy_ddi.cli.extract_documents import annotate_all
from spacy_ddi.component.ddi_relation import DDIRelation
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.inputs import read_documents
from spacy_ddi.runs import predictions
from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)
NOTHING = "Nothing here. "


@pytest.fixture
def inputs(tmp_path):
    """Two documents with an interaction, and one without."""
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [{"id": "d1", "text": NOTHING + KNOWN, "year": 1999}, {"id": "d2", "text": NOTHING}]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    (folder / "b.txt").write_text(KNOWN, encoding="utf8")
    return folder


def test_files_are_printed_as_a_table(run, pipeline, inputs):
    result = run("extract", inputs / "a.jsonl", inputs / "b.txt", "--pipeline", pipeline)
    assert result.exit_code == 0
    assert {"Document", "d1", "b", "Dexarol"} <= set(result.stdout.split())
    assert "2 interactions between 4 drug mentions in 4 sentences of 3 documents." in folded(
        result.stdout
    )


@pytest.mark.parametrize("pattern", ["", "*"])
def test_files_are_printed_as_json_lines(run, pipeline, inputs, pattern):
    options = ["--pipeline", pipeline, "--format", "jsonl"]
    result = run("extract", f"{inputs}/{pattern}", *options)
    assert result.exit_code == 0
    first, second = [json.loads(line) for line in result.stdout.splitlines()]
    assert (first["document"], first["year"]) == ("d1", 1999)
    assert first["file"] == str(inputs / "a.jsonl")
    assert first["head_start"] == len(NOTHING)
    assert (second["document"], second["sentence"]) == ("b", KNOWN)


def test_what_cannot_be_read_is_said_and_costs_nothing_else(run, pipeline, inputs):
    (inputs / "a.jsonl").write_text(f'[]\n{{"text": "{KNOWN}"}}\n{{}}\n', encoding="utf8")
    options = ["--pipeline", pipeline, "--format", "jsonl"]
    result = run("extract", "gone", inputs / "a.jsonl", inputs / "b.txt", *options)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "[DDI120]" in result.stderr
    assert "[DDI123] gone" in result.stderr
    assert "2 errors." in result.stderr


def rows_in(path):
    if path.suffix == ".parquet":
        return parquet.read_table(path).to_pylist()
    text = path.read_text("utf8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(text.splitlines(), delimiter="\t" if path.suffix == ".tsv" else ","))


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv", "a.parquet"])
def test_a_table_is_written(run, pipeline, inputs, tmp_path, name):
    path = tmp_path / "new" / name
    result = run("extract", inputs, "--output", path, "--pipeline", pipeline)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert f"3 documents, 2 interactions: {path}" in folded(result.stderr)
    rows = rows_in(path)
    assert [row["document"] for row in rows] == ["d1", "b"]
    assert [int(row["head_start"]) for row in rows] == [len(NOTHING), 0]
    assert {row["label"] for row in rows} == {"mechanism"}


@pytest.mark.parametrize(
    "name", sorted(each.name for each in formats().values() if each.write and each.name != "jsonl")
)
def test_documents_are_written_and_read_again(run, pipeline, inputs, tmp_path, name):
    path = tmp_path / "out"
    options = ["--output", path, "--to", name, "--pipeline", pipeline]
    result = run("extract", inputs, *options)
    assert result.exit_code == 0
    assert "3 documents, 2 interactions" in folded(result.stderr)
    errors: list[object] = []
    found = list(read_documents([str(path)], format_name=name, on_error=errors.append))
    assert errors == []
    texts = {}
    for document in found:
        marked = {m.id: document.text[slice(*m.ranges[0])] for m in document.mentions}
        pairs = [(marked[i.head], i.label, marked[i.tail]) for i in document.interactions]
        texts[document.text.strip()] = sorted(marked.values()), pairs
    interaction = ["Dexarol", "plinozide"], [("Dexarol", "mechanism", "plinozide")]
    first = NOTHING.strip() + ("\n" if name == "ddi2013" else " ") + KNOWN
    assert texts == {first: interaction, KNOWN: interaction, NOTHING.strip(): ([], [])}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet", "a.html", "a.xml", "a.spacy"])
def test_what_was_there_stays_if_the_command_fails(
    run, pipeline, inputs, tmp_path, monkeypatch, name
):
    def stopped(*arguments, **options):
        yield next(annotate_all(*arguments, **options))
        raise KeyboardInterrupt

    path = tmp_path / "new" / name
    path.parent.mkdir()
    path.write_text("before")
    monkeypatch.setattr("spacy_ddi.cli.extract.annotate_all", stopped)
    result = run("extract", inputs, "--output", path, "--pipeline", pipeline)
    assert result.exit_code == 130
    assert path.read_text() == "before"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("command", ["extract", "candidates"])
def test_what_was_there_stays_if_nothing_can_be_read(run, pipeline, tmp_path, command):
    bad, output = tmp_path / "bad.jsonl", tmp_path / "out.jsonl"
    bad.write_text("no JSON\n", encoding="utf8")
    output.write_text("of before", encoding="utf8")
    options = ("--to", "prodigy") if command == "candidates" else ()
    result = run(
        command, bad, "--output", output, "--pipeline", pipeline, "--from", "jsonl", *options
    )
    if command == "extract":
        assert "so " in folded(result.stderr)
        assert "was not written" in folded(result.stderr)
        assert (tmp_path / "out.jsonl.errors.jsonl").exists()
    assert result.exit_code == 1
    assert output.read_text(encoding="utf8") == "of before"


def test_a_pdf_is_called_one_though_no_format_is_given(run, pipeline, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and so on")
    result = run("extract", tmp_path / "a.pdf", "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "DDI061" in result.stderr
    assert "pdftotext" in result.stderr


@pytest.mark.parametrize("output", [[], ["--output", "a.csv"], ["--output", "parts/"]])
def test_files_of_a_folder_that_are_passed_over_are_counted(
    run, pipeline, inputs, tmp_path, monkeypatch, output
):
    for name in ("a.pdf", "b.pdf", "c.docx", "README", "n.txt", "n.ann"):
        (inputs / name).write_text(KNOWN)
    (inputs / "n.ann").write_text("")
    monkeypatch.chdir(tmp_path)
    result = run("extract", inputs, *output, "--pipeline", pipeline)
    assert result.exit_code == 0
    told = "4 files of other kinds were passed over (.pdf 2, without ending 1, .docx 1)."
    assert told in folded(result.stderr)


def test_markup_is_read_if_it_is_called_text(run, pipeline, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"<html><body><p>{KNOWN}</p></body></html>")
    result = run("extract", path, "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "[DDI060]" in result.stderr
    assert "To read it as it is all the same, add --from text." in folded(result.stderr)
    result = run("extract", path, "--pipeline", pipeline, "--from", "text")
    assert result.exit_code == 0
    assert "in 1 sentence of 1 document." in result.stdout


def test_only_so_many_interactions_are_shown(run, pipeline, inputs, monkeypatch):
    monkeypatch.setattr("spacy_ddi.cli.extract.MOST_SHOWN", 1)
    result = run("extract", inputs, "--pipeline", pipeline)
    assert result.stdout.count("mechanism") == 1
    assert "2 interactions between 4 drug mentions in 4 sentences of 3 documents." in result.stdout
    assert "Only the first one is shown: --output FILE keeps all of them." in folded(result.stdout)


def test_sentences_are_those_of_the_pipeline_where_the_format_has_some(
    run, pipeline, inputs, tmp_path
):
    path = tmp_path / "a.spacy"
    run("extract", inputs / "a.jsonl", "--output", path, "--pipeline", pipeline)
    first, _ = read_documents([str(path)], on_error=print)
    assert [first.text[s.start : s.end] for s in first.sections] == [NOTHING.strip(), KNOWN]


def test_a_page_has_a_heading_a_document(run, pipeline, inputs, tmp_path):
    for options in (["--output", tmp_path / "a.html"], ["--html", tmp_path / "a.html"]):
        assert run("extract", inputs, *options, "--pipeline", pipeline).exit_code == 0
        page = html.fromstring((tmp_path / "a.html").read_text("utf8"))
        assert [each.text for each in page.iter("h2")] == ["d1", "b"]
        assert "2 interactions between 4 drug mentions in 2 of 4 sentences" in page.text_content()
        (tmp_path / "a.html").unlink()


def test_a_table_and_a_page(run, pipeline, inputs, tmp_path):
    options = ["--output", tmp_path / "a.csv", "--html", tmp_path / "a.html"]
    assert run("extract", inputs, *options, "--pipeline", pipeline).exit_code == 0
    assert len(rows_in(tmp_path / "a.csv")) == 2
    assert "<h2>d1</h2>" in (tmp_path / "a.html").read_text("utf8")


@pytest.mark.parametrize("given", ["text", "file", "standard input"])
def test_a_text_is_written_too(run, pipeline, tmp_path, given):
    (tmp_path / "no ending").write_text(KNOWN, encoding="utf8")
    argument = {"text": [KNOWN], "file": ["--file", tmp_path / "no ending"]}.get(given, ["-"])
    options = ["--output", tmp_path / "a.jsonl", "--pipeline", pipeline]
    assert run("extract", *argument, *options, input=KNOWN).exit_code == 0
    (row,) = rows_in(tmp_path / "a.jsonl")
    assert row["document"] == ("no ending" if given == "file" else "text")


def test_errors_lie_beside_the_output_and_nothing_done_is_lost(
    run, pipeline, inputs, tmp_path, monkeypatch
):
    def fail_once(self, docs, _predict=DDIRelation.predict):
        if any(doc.text.startswith(NOTHING) and KNOWN in doc.text for doc in docs):
            raise RuntimeError("too odd")
        return _predict(self, docs)

    monkeypatch.setattr(DDIRelation, "predict", fail_once)
    (inputs / "c.jsonl").write_text("{}\n", encoding="utf8")
    path = tmp_path / "a.csv"
    result = run("extract", inputs, "--output", path, "--pipeline", pipeline)
    assert result.exit_code == 1
    assert [row["document"] for row in rows_in(path)] == ["b"]
    assert "2 documents, 1 interaction" in folded(result.stderr)
    assert f"2 errors: {path}.errors.jsonl" in folded(result.stderr)
    lines = (tmp_path / "a.csv.errors.jsonl").read_text("utf8").splitlines()
    assert {json.loads(line)["code"] for line in lines} == {"DDI182", "DDI134"}
    assert "the pipeline failed: RuntimeError: too odd" in "".join(lines)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        (["--output", "a.csv", "--format", "jsonl"], "--format"),
        (["--output", "out", "--format", "jsonl"], "--format"),
        (["--output", "out", "--html", "a.html"], "--html"),
        (["--output", "out", "--as-text"], "--as-text"),
        (["--output", "out", "--notes", "notes.jsonl"], "--notes"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(run, inputs, options, option):
    result = run("extract", inputs, *options)
    assert result.exit_code == 1
    assert f"[DDI152] {option} does nothing" in result.stderr


def test_several_processes_are_asked(run, pipeline, inputs, tmp_path, monkeypatch):
    asked = []

    def in_one(nlp, texts, *, n_process, **options):
        asked.append(n_process)
        return nlp.pipe(texts, **options)

    monkeypatch.setattr(predictions, "pipe_in_processes", in_one)
    options = ["--output", tmp_path / "a.jsonl", "--pipeline", pipeline, "--n-process", "2"]
    assert run("extract", inputs, *options).exit_code == 0
    assert asked == [2]
    assert len(rows_in(tmp_path / "a.jsonl")) == 2


@pytest.mark.parametrize(
    "options",
    [
        ("extract", KNOWN, "--output", "-"),
        ("extract", KNOWN, "--notes", "-"),
        ("extract", KNOWN, "--html", "-"),
        ("candidates", "a.txt", "--output", "-", "--to", "prodigy"),
        ("convert", "a.txt", "-"),
    ],
)
def test_a_dash_is_no_file_to_write(run, pipeline, tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    result = run(*options, "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "[DDI157]" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "endings"),
    [
        (("extract", KNOWN, "--notes", "n.csv"), ".jsonl"),
        (("extract", KNOWN, "--html", "n.pdf"), ".html or .htm"),
        (("convert", "a.txt", "n.csv"), ".spacy"),
    ],
)
def test_an_ending_that_says_something_else_is_refused(
    run, pipeline, tmp_path, monkeypatch, options, endings
):
    monkeypatch.chdir(tmp_path)
    result = run(*options, "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "[DDI156] n." in result.stderr
    assert f"such a file ends in {endings}." in folded(result.stderr)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("more", [(), ("--html", "page.html"), ("--output", "a.csv")])
def test_where_no_document_was_read_nothing_is_counted(run, pipeline, tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "blob.bin"
    path.write_bytes(b"%PDF-1.4")
    result = run("extract", path, "--pipeline", pipeline, *more)
    assert result.exit_code == 1
    assert "[DDI061]" in result.stderr
    assert result.stdout == ""
    assert "no drug was recognised" not in result.stderr
    assert "Page written" not in result.stderr
    assert not (tmp_path / "page.html").exists()


def test_a_table_without_rows_is_told(run, pipeline, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n", encoding="utf8")
    result = run("extract", path, "--pipeline", pipeline)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "There is no document in what was given." in result.stderr


def test_documents_without_a_drug_are_counted(run, pipeline, inputs):
    result = run("extract", inputs, "--pipeline", pipeline)
    assert "Note: 1 document in which no drug was recognised (no_drug)." in folded(result.stderr)
