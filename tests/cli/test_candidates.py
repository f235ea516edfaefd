"""`python -m spacy_ddi candidates`, and the way back by `convert`."""

from __future__ import annotations

import json

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_ddi.annotations import relations_of_doc
from spacy_ddi.formats.inputs import read_documents
from tests.cli.conftest import KNOWN, SENTENCES, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)
TEXT = " ".join(text for text, _ in SENTENCES)
FOUND = [
    ("Dexarol", "mechanism", "plinozide"),
    ("rostamine", "advise", "plinozide"),
    ("Dexarol", "none", "rostamine"),
]


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "in" / "note.txt"
    path.parent.mkdir()
    path.write_text(TEXT, encoding="utf8")
    return path


def pairs_of(path, format_name):
    errors: list[object] = []
    (document,) = read_documents([str(path)], format_name=format_name, on_error=errors.append)
    assert errors == []
    marked = {m.id: document.text[slice(*m.ranges[0])] for m in document.mentions}
    return [(marked[i.head], i.label, marked[i.tail]) for i in document.interactions]


@pytest.mark.parametrize("tool", ["brat", "label-studio", "prodigy"])
def test_candidates_are_written_and_read_back(run, pipeline, text, tmp_path, tool):
    out = tmp_path / "out"
    options = ["--to", tool, "--min-probability", "0", "--pipeline", pipeline]
    result = run("candidates", text, "--output", out, *options)
    assert result.exit_code == 0
    assert "1 document, 3 pairs" in folded(result.stderr)
    assert pairs_of(out, tool) == FOUND
    gold = tmp_path / "gold.spacy"
    more = [] if tool == "brat" else ["--with-predictions"]
    assert run("convert", out, gold, "--from", tool, *more).exit_code == 0
    docs = list(DocBin().from_disk(gold).get_docs(spacy.blank("en").vocab))
    assert [doc.text for doc in docs] == [sentence for sentence, _ in SENTENCES]
    related = [(r.head_text, r.label, r.tail_text) for doc in docs for r in relations_of_doc(doc)]
    assert related == FOUND[:2]
    assert [len(doc.spans["ddi_mentions"]) for doc in docs] == [2, 2, 2]


def test_what_people_have_annotated_is_not_overwritten(run, pipeline, text, tmp_path):
    out = tmp_path / "out"
    command = ["candidates", text, "--output", out, "--to", "brat", "--pipeline", pipeline]
    assert run(*command).exit_code == 0
    (out / "note.ann").write_text("corrected")
    result = run(*command)
    assert result.exit_code == 1
    assert f"[DDI155] {out} is not empty" in folded(result.stderr)
    assert (out / "note.ann").read_text() == "corrected"


def test_scores_are_there_for_those_who_annotate(run, pipeline, text, tmp_path):
    options = ["--min-probability", "0", "--pipeline", pipeline]
    for tool in ("brat", "label-studio", "prodigy"):
        run("candidates", text, "--output", tmp_path / tool, "--to", tool, *options)
    notes = (tmp_path / "brat" / "note.ann").read_text("utf8")
    assert notes.count("\tscore ") == 3
    # The score is that of the type, and that of "none" is not one of an interaction.
    assert notes.count(" that they don't interact\n") == notes.count("\tnone ") == 1
    (task,) = json.loads((tmp_path / "label-studio").read_text("utf8"))
    (prediction,) = task["predictions"]
    scores = [each["score"] for each in prediction["result"] if each["type"] == "relation"]
    assert len(scores) == 3
    assert prediction["score"] == min(scores)
    assert all(0.5 < score <= 1 for score in scores)  # each is of the type that is likeliest
    task = json.loads((tmp_path / "prodigy").read_text("utf8"))
    assert [each["score"] for each in task["relations"]] == scores


def test_pairs_that_hardly_interact_are_left_out(run, pipeline, text, tmp_path):
    options = ["--to", "prodigy", "--min-probability", "0.6", "--pipeline", pipeline]
    result = run("candidates", text, "--output", tmp_path / "a.jsonl", *options)
    assert result.exit_code == 0
    assert pairs_of(tmp_path / "a.jsonl", "prodigy") == FOUND[:2]


def test_what_cannot_be_read_lies_beside(run, pipeline, text, tmp_path):
    options = ["--to", "brat", "--output", tmp_path / "out", "--pipeline", pipeline]
    result = run("candidates", text, tmp_path / "gone.txt", *options)
    assert result.exit_code == 1
    assert "1 document" in folded(result.stderr)
    assert "DDI123" in (tmp_path / "out.errors.jsonl").read_text("utf8")
    assert KNOWN in (tmp_path / "out" / "note.txt").read_text("utf8")
