"""JSON lines of Prodigy."""

from __future__ import annotations

import json

import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.inputs import format_of
from spacy_ddi.formats.prodigy import read_prodigy, write_prodigy
from spacy_ddi.formats.text_document import TextDocument
from tests.formats.reading import read

TEXT = "Warfarin with acetylsalicylic acid bleeds."
WARFARIN = {"start": 0, "end": 8, "token_start": 0, "token_end": 0, "label": "DRUG"}
ASPIRIN = {"start": 14, "end": 34, "token_start": 2, "token_end": 3, "label": "DRUG"}


def task(**more):
    """As `prodigy db-out` gives it after `rel.manual`."""
    relation = {
        "head": 0,
        "child": 3,
        "head_span": WARFARIN,
        "child_span": ASPIRIN,
        "color": "#c5bdf4",
        "label": "effect",
    }
    return {
        "text": TEXT,
        "meta": {"source": "ours", "id": "n1", "score": 0.5},
        "_input_hash": 1,
        "_task_hash": 2,
        "spans": [WARFARIN, ASPIRIN],
        "tokens": [{"text": "Warfarin", "start": 0, "end": 8, "id": 0, "ws": True}],
        "_view_id": "relations",
        "relations": [relation],
        "answer": "accept",
    } | more


@pytest.fixture
def write(tmp_path):
    def write(*tasks):
        path = tmp_path / "out.jsonl"
        path.write_text("\n".join(json.dumps(task) for task in tasks), encoding="utf8")
        return path

    return write


EXPECTED = TextDocument(
    "n1",
    TEXT,
    (),
    (Mention("T1", "DRUG", ((0, 8),)), Mention("T2", "DRUG", ((14, 34),))),
    (Interaction("T1", "T2", "effect"),),
    metadata={"source": "ours"},
)


def test_accepted_tasks_are_read(write):
    path = write(task(), task(answer="reject"), task(answer="ignore"), task(answer=None))
    assert format_of(path).name == "prodigy"
    assert read(read_prodigy, path) == ([EXPECTED, EXPECTED], [])


def test_relations_may_name_the_last_tokens_only(write):
    path = write(task(relations=[{"head": 0, "child": 3, "label": "effect"}]))
    assert read(read_prodigy, path) == ([EXPECTED], [])


def test_an_end_that_is_no_span_becomes_a_mention(write):
    [document], errors = read(read_prodigy, write(task(spans=[WARFARIN])))
    assert errors == []
    assert document == EXPECTED
    bleeds = {"start": 35, "end": 41, "label": None}
    relation = {"head": 4, "child": 0, "head_span": bleeds, "child_span": WARFARIN, "label": "x"}
    [document], _ = read(read_prodigy, write(task(spans=[WARFARIN], relations=[relation])))
    assert document.mentions[1] == Mention("T2", "", ((35, 41),))
    assert document.interactions == (Interaction("T2", "T1", "x"),)


def test_tokens_make_up_the_text_and_spans_fall_on_them(tmp_path):
    text = " Methyl-drug  and\nDexarol💊forte "
    mentions = (
        Mention("a", "DRUG", ((1, 7), (8, 13))),
        Mention("b", "DRUG", ((18, 25),)),
        Mention("c", "DRUG", ((26, 32),)),
        Mention("d", "BLANK", ((12, 14),)),
    )
    path = tmp_path / "tasks.jsonl"
    write_prodigy([TextDocument("x", text, (), mentions)], path)
    task = json.loads(path.read_text("utf8"))
    words, spaces = zip(*((each["text"], each["ws"]) for each in task["tokens"]), strict=True)
    assert Doc(Vocab(), words=list(words), spaces=list(spaces)).text == text
    for span, text_of in zip(task["spans"], ["Methyl-drug", "Dexarol", "forte"], strict=False):
        first, last = task["tokens"][span["token_start"]], task["tokens"][span["token_end"]]
        assert (first["start"], last["end"]) == (span["start"], span["end"])
        assert text[span["start"] : span["end"]] == span["text"] == text_of
    [document], _ = read(read_prodigy, path)
    assert document.mentions == mentions


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (task(spans=[{"start": 3, "end": 99, "label": "x"}]), "characters 3-99"),
        (task(spans=[{"start": 3}]), "KeyError('end')"),
        (task(spans=[5]), "TypeError"),
        (task(spans=[{"start": 3, "end": "4"}]), "TypeError"),
        (task(relations=[{"head": 0, "child": 9, "label": "x"}]), "token 9"),
        (task(relations=[{"head": 0, "child": 0, "label": "x"}]), "with itself"),
        (task(text="\ud83d"), "surrogate"),
        ([], "no object"),
    ],
)
def test_what_is_wrong_costs_its_task(write, wrong, problem):
    documents, errors = read(read_prodigy, write(task(), wrong, task()))
    assert documents == [EXPECTED, EXPECTED]
    assert len(errors) == 1
    assert problem in errors[0]
    assert "out.jsonl, line 2" in errors[0]
