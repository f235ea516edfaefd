"""`python -m spacy_ddi select`, and the way back by `convert` into training."""

from __future__ import annotations

import json

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_ddi.annotations import relations_of_doc
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.formats.inputs import read_documents
from tests.cli.conftest import KNOWN, SENTENCES, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)
OTHERS = [
    "Nobody saw Dexarol.",
    "plinozide, rostamine and Dexarol were never seen near each other.",
    "Was rostamine the reason that plinozide did not work?",
]
TEXT = " ".join([*(text for text, _ in SENTENCES), *OTHERS, KNOWN])


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "in" / "note.txt"
    path.parent.mkdir()
    path.write_text(f"{TEXT}\n", encoding="utf8")
    return path


@pytest.fixture
def unsure(pipeline, tmp_path):
    nlp = spacy.load(pipeline)
    nlp.get_pipe("ddi_relation").change_setting("temperature", 5.0)
    nlp.get_pipe("ddi_relation").change_setting("min_score", 0.9)
    nlp.to_disk(tmp_path / "unsure")
    return str(tmp_path / "unsure")


def chosen(path, tool):
    errors: list[object] = []
    found = {each.id: each for each in read_documents([str(path)], format_name=tool,
                                                      on_error=errors.append)}  # fmt: skip
    assert errors == []
    return found


def approve(path, tool):
    """Do what a person does who looks at each sentence and finds it right."""
    for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
        if file.is_file() and tool == "label-studio":
            tasks = json.loads(file.read_text(encoding="utf-8"))
            for task in tasks:
                task["annotations"] = task.pop("predictions")
            file.write_text(json.dumps(tasks), encoding="utf-8")
        elif file.is_file() and tool == "prodigy":
            tasks = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            lines = [json.dumps({**task, "answer": "accept"}) + "\n" for task in tasks]
            file.write_text("".join(lines), encoding="utf-8")


@pytest.mark.parametrize("tool", ["brat", "label-studio", "prodigy"])
def test_chosen_sentences_come_back_as_training_data(run, unsure, text, tmp_path, tool):
    out, gold = tmp_path / "out", tmp_path / "gold.spacy"
    options = ("--pipeline", unsure, "--to", tool, "--min-probability", 0)
    result = run("select", text, "--output", out, "-n", 4, *options)
    assert result.exit_code == 0, result.stderr
    assert "4 sentences of 5 with pairs of drugs, in 1 document" in folded(result.stderr)
    found = chosen(out, tool)
    assert len(found) == 4
    # Each once, with its mentions and all its pairs; the longest list of drugs is the least sure.
    texts = {each.text for each in found.values()}
    assert OTHERS[1] in texts
    assert OTHERS[0] not in texts
    assert texts <= {text for text, _ in SENTENCES} | set(OTHERS)
    (three,) = (each for each in found.values() if each.text == OTHERS[1])
    assert [three.text[slice(*m.ranges[0])] for m in three.mentions] == [
        "plinozide", "rostamine", "Dexarol"
    ]  # fmt: skip
    assert len(three.interactions) == 3

    assert run("convert", out, gold, "--from", tool).exit_code == 0
    # What nobody looked at is no training data. In brat's files it can't be told, but it is said.
    assert len(list(DocBin().from_disk(gold).get_docs(spacy.blank("en").vocab))) == (
        4 if tool == "brat" else 0
    )
    approve(out, tool)
    assert run("convert", out, gold, "--from", tool).exit_code == 0
    nlp = spacy.load(unsure)
    docs = list(DocBin().from_disk(gold).get_docs(nlp.vocab))
    assert {doc.text for doc in docs} == texts
    truth = {doc.text: [(r.head_text, r.label) for r in relations_of_doc(doc)] for doc in docs}
    assert all(truth[text] == [] or truth[text][0][1] == label
               for text, label in SENTENCES if text in texts)  # fmt: skip
    examples = list(make_examples(docs, nlp.make_doc, gold_mentions=True))
    assert nlp.update(examples)["ddi_relation"] > 0

    # They are known now.
    rest = tmp_path / "rest"
    result = run("select", text, "--output", rest, "--known", gold, *options)
    expected = "1 sentence of 5 with pairs of drugs (4 of them in --known already)"
    assert expected in folded(result.stderr)
    assert not texts & {each.text for each in chosen(rest, tool).values()}


def test_files_of_brat_that_nobody_changed_are_counted(run, unsure, text, tmp_path):
    out, gold = tmp_path / "out", tmp_path / "gold.spacy"
    run("select", text, "--output", out, "-n", 4, "--to", "brat", "--pipeline", unsure)
    first, second, *_ = sorted(out.glob("*.ann"))
    lines = first.read_text("utf8").splitlines(keepends=True)
    first.write_text("".join(reversed(lines)), encoding="utf8")
    second.write_bytes(second.read_bytes().replace(b"\n", b"\r\n"))
    result = run("convert", out, gold, "--from", "brat")
    assert result.exit_code == 0
    assert "3 documents taken, unchanged from what a pipeline predicted." in folded(result.stderr)
    for path in out.glob("*.ann"):
        content = path.read_text("utf8")
        path.write_text(content.replace(" Arg1:", "_of_mine Arg1:"), encoding="utf8")
    result = run("convert", out, gold, "--from", "brat")
    assert "a pipeline predicted" not in folded(result.stderr)


def test_an_annotated_folder_is_not_overwritten(run, pipeline, text, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "note.ann").write_text("corrected")
    options = ("--to", "brat", "--pipeline", pipeline)
    result = run("select", text, "--output", tmp_path / "out", *options)
    assert result.exit_code == 1
    assert "is not empty" in folded(result.stderr)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["note.ann"]
    assert (tmp_path / "out" / "note.ann").read_text() == "corrected"
    (tmp_path / "out" / "note.ann").unlink()
    assert run("select", text, "--output", tmp_path / "out", *options).exit_code == 0


def test_a_file_that_can_not_be_read_is_told(run, unsure, text, tmp_path):
    options = ("--pipeline", unsure, "--to", "prodigy", "--output", tmp_path / "out.jsonl")
    result = run("select", text, tmp_path / "gone.txt", *options)
    assert result.exit_code == 1
    assert "DDI123" in (tmp_path / "out.jsonl.errors.jsonl").read_text("utf8")
    assert len(chosen(tmp_path / "out.jsonl", "prodigy")) == 5


@pytest.mark.parametrize("tool", ["brat", "prodigy"])
def test_where_nothing_is_chosen_nothing_is_written(run, unsure, text, tmp_path, tool):
    options = ("--to", "brat", "--pipeline", unsure, "--min-probability", 0)
    run("select", text, "--output", tmp_path / "all", *options)
    assert run("convert", tmp_path / "all", tmp_path / "gold.spacy").exit_code == 0
    more = ("--output", tmp_path / "out", "--known", tmp_path / "gold.spacy")
    result = run("select", text, *more, *options[2:], "--to", tool)
    assert result.exit_code == 0
    expected = "0 sentences of 5 with pairs of drugs (5 of them in --known already), in"
    assert expected in folded(result.stderr)
    assert "nothing is written" in folded(result.stderr)
    assert not (tmp_path / "out").exists()
