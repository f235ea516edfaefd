"""`python -m spacy_ddi soft-labels`."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_ddi.gold import SOFT_LABELS
from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def read_labelled(path: Path) -> list:
    return list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))


@pytest.mark.parametrize("suffix", [".txt", ".xz"])
def test_soft_labels_writes_what_the_pipeline_says_of_every_pair(run, pipeline, tmp_path, suffix):
    text = f"{KNOWN} No drug here.\n\nDexarol or rostamine was given.\nDexarol.\n"
    path, output = tmp_path / f"text{suffix}", tmp_path / "new" / "soft_labels.spacy"
    path.write_bytes(lzma.compress(text.encode()) if suffix == ".xz" else text.encode())
    result = run("soft-labels", output, "--text", path, "--pipeline", pipeline)
    assert result.exit_code == 0
    assert "2 sentences, 2 pairs" in folded(result.stderr)
    known, other = read_labelled(output)
    assert known.text == KNOWN
    (soft,) = known.user_data[SOFT_LABELS]
    assert max(soft["probs"], key=soft["probs"].get) == "mechanism"
    assert sum(soft["probs"].values()) == pytest.approx(1, abs=1e-5)
    (soft,) = other.user_data[SOFT_LABELS]
    assert max(soft["probs"], key=soft["probs"].get) == "none"


def test_no_more_sentences_are_labelled_than_asked_for(run, pipeline, tmp_path):
    lines = [f"Case {n}: Dexarol or rostamine was given." for n in range(9)]
    (tmp_path / "text.txt").write_text("\n".join(lines), encoding="utf8")
    options = ("--text", tmp_path / "text.txt", "--pipeline", pipeline)
    for most, chosen in ((3, [0, 3, 6]), (100, range(9))):
        output = tmp_path / f"{most}.spacy"
        assert run("soft-labels", output, *options, "--sentences", most).exit_code == 0
        assert [doc.text for doc in read_labelled(output)] == [lines[n] for n in chosen]


def test_soft_labels_averages_its_teachers(run, pipeline, tmp_path):
    other = spacy.load(pipeline)
    other.get_pipe("ddi_relation").cfg["temperature"] = 3.0
    other.to_disk(tmp_path / "other")
    (tmp_path / "text.txt").write_text(KNOWN, encoding="utf8")

    def probs(*teachers: str | Path) -> dict[str, float]:
        options = [option for teacher in teachers for option in ("--teacher", teacher)]
        output = tmp_path / "soft_labels.spacy"
        result = run(
            "soft-labels", output, "--text", tmp_path / "text.txt", "--pipeline", pipeline, *options
        )
        assert result.exit_code == 0
        return read_labelled(output)[0].user_data[SOFT_LABELS][0]["probs"]

    one, two = probs(pipeline), probs(tmp_path / "other")
    assert one["mechanism"] > two["mechanism"]
    assert probs(pipeline, tmp_path / "other") == pytest.approx(
        {name: (one[name] + two[name]) / 2 for name in one}
    )


def test_what_finds_the_mentions_need_not_find_interactions(run, pipeline, tmp_path):
    recognizer = spacy.load(pipeline, exclude=["ddi_relation"])
    recognizer.to_disk(tmp_path / "recognizer")
    (tmp_path / "text.txt").write_text(KNOWN, encoding="utf8")
    output = tmp_path / "soft_labels.spacy"
    options = ["--pipeline", tmp_path / "recognizer"]
    called = ["soft-labels", output, "--text", tmp_path / "text.txt", *options]
    assert run(*called, "--teacher", pipeline).exit_code == 0
    assert len(read_labelled(output)) == 1
    alone = run(*called)
    assert alone.exit_code == 1
    assert "DDI018" in alone.stderr


def test_soft_labels_refuses_teachers_of_other_labels(run, pipeline, tmp_path):
    other = spacy.load(pipeline)
    other.get_pipe("ddi_relation").cfg["labels"] = ["advise", "effect"]
    other.to_disk(tmp_path / "other")
    (tmp_path / "text.txt").write_text(KNOWN, encoding="utf8")
    options = ["--teacher", pipeline, "--teacher", tmp_path / "other"]
    output = tmp_path / "soft_labels.spacy"
    result = run(
        "soft-labels", output, "--text", tmp_path / "text.txt", "--pipeline", pipeline, *options
    )
    assert result.exit_code == 1
    assert not output.exists()


def test_soft_labels_names_what_is_not_compressed(run, pipeline, tmp_path):
    (tmp_path / "text.xz").write_text(KNOWN, encoding="utf8")
    result = run(
        "soft-labels", tmp_path / "o", "--text", tmp_path / "text.xz", "--pipeline", pipeline
    )
    assert result.exit_code == 1
    assert "text.xz" in result.stderr


def test_soft_labels_takes_copies_of_a_corpus(run, pipeline, corpus, tmp_path):
    tagging = spacy.load(pipeline)
    ruler = tagging.add_pipe("attribute_ruler", first=True)
    ruler.add([[{"IS_ALPHA": True}]], {"TAG": "X"})
    tagging.to_disk(tmp_path / "tagging")
    gold, output = tmp_path / "gold.spacy", tmp_path / "soft_labels.spacy"
    assert run("convert", corpus, gold).exit_code == 0
    result = run(
        "soft-labels", output, "--corpus", gold, "--copies", "3", "--pipeline", tmp_path / "tagging"
    )
    assert result.exit_code == 0
    docs = read_labelled(output)
    assert len(docs) == 9
    assert all(doc._.ddi_rels == [] and doc.user_data[SOFT_LABELS] for doc in docs)


def test_soft_labels_refuses_to_exchange_words_without_tags(run, pipeline, corpus, tmp_path):
    run("convert", corpus, tmp_path / "gold.spacy")
    given = ("--corpus", tmp_path / "gold.spacy", "--pipeline", pipeline)
    result = run("soft-labels", tmp_path / "soft_labels.spacy", *given)
    assert result.exit_code == 1
    assert "DDI021" in result.stderr
    assert not (tmp_path / "soft_labels.spacy").exists()


def test_soft_labels_says_so_when_there_is_no_pair(run, pipeline, tmp_path):
    (tmp_path / "text.txt").write_text("Nothing here.", encoding="utf8")
    given = ("--text", tmp_path / "text.txt", "--pipeline", pipeline)
    result = run("soft-labels", tmp_path / "soft_labels.spacy", *given)
    assert result.exit_code == 1
    assert "[DDI067] No sentence has a pair" in folded(result.stderr)


def test_soft_labels_wants_something_to_label(run, pipeline, tmp_path):
    result = run("soft-labels", tmp_path / "soft_labels.spacy", "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "--corpus" in result.stderr


def test_soft_labels_names_what_is_no_docbin(run, pipeline, tmp_path):
    (tmp_path / "gold.spacy").write_text("no corpus", encoding="utf8")
    given = ("--corpus", tmp_path / "gold.spacy", "--pipeline", pipeline)
    result = run("soft-labels", tmp_path / "soft_labels.spacy", *given)
    assert result.exit_code == 1
    assert f"[DDI117] {tmp_path / 'gold.spacy'}" in result.stderr


def test_soft_labels_refuses_markup(run, pipeline, tmp_path):
    (tmp_path / "text.html").write_text(f"<p>{KNOWN}</p>", encoding="utf8")
    given = ("--text", tmp_path / "text.html", "--pipeline", pipeline)
    result = run("soft-labels", tmp_path / "soft_labels.spacy", *given)
    assert result.exit_code == 1
    assert "[DDI060]" in result.stderr
    assert run("soft-labels", tmp_path / "o", *given, "--as-text").exit_code == 0
