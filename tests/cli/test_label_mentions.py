"""`python -m spacy_ddi label-mentions`."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from tests.cli.conftest import folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "drug", "pattern": "iron"}])
    folder = tmp_path_factory.mktemp("recognizer")
    nlp.to_disk(folder)
    return folder


def test_mentions_of_several_texts_are_written(run, recognizer, tmp_path):
    for name, text in (("a.txt", "Give iron.\n\nNothing.\n"), ("b.txt", "iron and iron\n")):
        (tmp_path / name).write_text(text, encoding="utf8")
    output = tmp_path / "new" / "labelled.spacy"
    files = ("--text", tmp_path / "a.txt", "--text", tmp_path / "b.txt")
    result = run("label-mentions", output, *files, "--teacher", recognizer)
    assert result.exit_code == 0, result.stderr
    assert "3 sentences, 3 mentions" in folded(result.stderr)
    docs = list(DocBin().from_disk(output).get_docs(spacy.blank("en").vocab))
    assert [len(doc.ents) for doc in docs] == [1, 0, 2]


def test_sentences_that_are_annotated_already_are_left_out(run, recognizer, tmp_path):
    (tmp_path / "a.txt").write_text("Give iron.\nNothing.\n", encoding="utf8")
    done, output = tmp_path / "done.spacy", tmp_path / "labelled.spacy"
    DocBin(docs=[spacy.blank("en")("Give iron. ")]).to_disk(done)
    options = ("--text", tmp_path / "a.txt", "--teacher", recognizer, "--exclude", done)
    result = run("label-mentions", output, *options)
    assert result.exit_code == 0, result.stderr
    (doc,) = DocBin().from_disk(output).get_docs(spacy.blank("en").vocab)
    assert doc.text == "Nothing."


def test_its_mentions_can_get_soft_labels(run, recognizer, pipeline, tmp_path):
    """Of the sentences with two mentions or more, by a teacher that knows other mentions."""
    (tmp_path / "a.txt").write_text("Give iron.\nIron, iron or iron was given.\n", encoding="utf8")
    mentions, output = tmp_path / "labelled.spacy", tmp_path / "soft_labels.spacy"
    run("label-mentions", mentions, "--text", tmp_path / "a.txt", "--teacher", recognizer)
    result = run("soft-labels", output, "--mentions", mentions, "--pipeline", pipeline)
    assert result.exit_code == 0, result.stderr
    (doc,) = DocBin().from_disk(output).get_docs(spacy.blank("en").vocab)
    assert [m.text for m in doc.spans["ddi_mentions"]] == ["iron", "iron"]


def test_a_pipeline_without_recognizer_is_refused(run, tmp_path):
    spacy.blank("en").to_disk(tmp_path / "blank")
    (tmp_path / "a.txt").write_text("Give iron.\n", encoding="utf8")
    result = run(
        "label-mentions",
        tmp_path / "out.spacy",
        "--text",
        tmp_path / "a.txt",
        "--teacher",
        tmp_path / "blank",
    )
    assert result.exit_code == 1
    assert "DDI068" in result.stderr
    assert not (tmp_path / "out.spacy").exists()
