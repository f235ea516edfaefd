"""`python -m spacy_ddi evaluate`."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


FIGURES = {
    "micro_p",
    "micro_r",
    "micro_f",
    "detection_f",
    "macro_f",
    "per_type",
    "n_pairs",
    "n_true",
    "candidate_recall",
    "micro_f_ci",
    "score_ece",
}


def test_evaluate_prints_json(run, pipeline, corpus):
    result = run("evaluate", pipeline, corpus, "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert figures.keys() >= FIGURES
    assert "ner_f" not in figures
    assert (figures["n_pairs"], figures["n_true"]) == (3, 2)
    assert (figures["micro_f"], figures["candidate_recall"]) == (1.0, 1.0)
    assert set(figures["per_type"]) == {"mechanism", "advise"}
    low, high = figures["micro_f_ci"]
    assert 0 <= low <= figures["micro_f"] <= high <= 1


def test_evaluate_with_predicted_mentions_scores_them(run, pipeline, corpus):
    result = run("evaluate", pipeline, corpus, "--json", "--mentions", "predicted")
    figures = json.loads(result.stdout)
    assert figures.keys() >= FIGURES
    assert (figures["ner_p"], figures["ner_r"], figures["ner_f"]) == (1.0, 1.0, 1.0)
    assert figures["micro_f"] == 1.0


def test_evaluate_prints_a_table(run, pipeline, corpus):
    result = run("evaluate", pipeline, corpus)
    assert result.exit_code == 0
    assert {"mechanism", "advise", "micro", "macro", "detection"} <= set(result.stdout.split())
    assert "3 pairs, 2 of them true" in folded(result.stdout)


def test_evaluate_chooses_documents_and_writes_files(run, pipeline, corpus, tmp_path):
    listed, lines, figures = (tmp_path / name for name in ("ids.txt", "new/lines", "figures.json"))
    listed.write_text("D0\nD2\n", encoding="utf8")
    result = run(
        "evaluate",
        pipeline,
        corpus,
        *("--documents", listed, "--submission", lines, "--output", figures),
    )
    assert result.exit_code == 0
    assert lines.read_text("utf8").splitlines() == [
        "D0.s0|D0.s0.e0|D0.s0.e1|1|mechanism",
        "D2.s0|D2.s0.e0|D2.s0.e1|0|null",
    ]
    assert json.loads(figures.read_text("utf8"))["n_documents"] == 2


def test_evaluate_scores_what_can_be_read(run, pipeline, broken_corpus):
    result = run("evaluate", pipeline, broken_corpus, "--json")
    assert result.exit_code == 1
    assert "1 file left out" in folded(result.stderr)
    assert json.loads(result.stdout)["n_pairs"] > 0


def test_evaluate_says_at_once_that_it_cannot_write(run, pipeline, corpus, tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf8")
    for option in ("--output", "--submission"):
        result = run("evaluate", pipeline, corpus, option, tmp_path / "file" / "scores")
        assert result.exit_code == 1
        assert "[DDI064]" in result.stderr
        assert result.stdout == ""


@pytest.mark.parametrize("text", ["document", "lines"])
def test_evaluate_reads_whole_documents(run, pipeline, corpus, tmp_path, text):
    """The three sentences as one document: figures and lines are those of the sentences."""
    parts = [(corpus / f"D{i}.xml").read_text("utf8") for i in range(3)]
    sentences = [part.split(">", 1)[1].removesuffix("</document>") for part in parts]
    joined, lines = tmp_path / "joined", tmp_path / "lines"
    joined.mkdir()
    (joined / "D.xml").write_text(
        f'<document id="D">{"".join(sentences)}</document>', encoding="utf8"
    )
    options = ("--text", text, "--mentions", "predicted", "--submission", lines, "--json")
    result = run("evaluate", pipeline, joined, *options)
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert (figures["n_documents"], figures["n_pairs"], figures["n_true"]) == (1, 3, 2)
    assert (figures["micro_f"], figures["ner_f"], figures["text"]) == (1.0, 1.0, text)
    assert lines.read_text("utf8").splitlines() == [
        "D0.s0|D0.s0.e0|D0.s0.e1|1|mechanism",
        "D1.s0|D1.s0.e0|D1.s0.e1|1|advise",
        "D2.s0|D2.s0.e0|D2.s0.e1|0|null",
    ]


def test_evaluate_names_what_was_read(run, pipeline, corpus):
    result = run("evaluate", pipeline, corpus, "--text", "lines")
    assert "gold mentions, read whole documents, a sentence a line" in folded(result.stdout)
