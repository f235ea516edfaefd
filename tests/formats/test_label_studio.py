"""Tasks of Label Studio."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.inputs import format_of
from spacy_ddi.formats.label_studio import read_label_studio, write_label_studio
from tests.formats.reading import read
from tests.formats.samples import empty, sample

TEXT = "Warfarin 💊 with aspirin bleeds."


def region(id_, start, end, text, label="DRUG", **more):
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {
        "id": id_,
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": value,
    } | more


def relation(head, tail, *labels, direction="right"):
    return {
        "type": "relation",
        "from_id": head,
        "to_id": tail,
        "direction": direction,
        "labels": list(labels),
    }


WARFARIN, ASPIRIN = region("a1", 0, 8, "Warfarin"), region("b2", 16, 23, "aspirin")
CHOICE = {"id": "c3", "type": "choices", "value": {"choices": ["good"]}}


def task(results=(WARFARIN, ASPIRIN, CHOICE), *, cancelled=0, **more):
    """A task as the export has it: cancelled annotations, then one that was not."""
    annotations = [{"id": n, "was_cancelled": True, "result": []} for n in range(cancelled)]
    annotations.append({"id": 9, "was_cancelled": False, "result": list(results)})
    return {
        "id": 7,
        "annotations": annotations,
        "predictions": [],
        "data": {"text": TEXT, "source": "a"},
    } | more


@pytest.fixture
def write(tmp_path):
    def write(*tasks):
        path = tmp_path / "export.json"
        path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1), encoding="utf8")
        return path

    return write


def test_the_first_annotation_that_was_not_cancelled_is_read(write):
    relations = [
        relation("a1", "b2", "effect"),
        relation("a1", "b2", direction="left"),
        relation("a1", "c3", "x"),
    ]
    path = write(task([WARFARIN, ASPIRIN, CHOICE, *relations], cancelled=2))
    assert format_of(path).name == "label-studio"
    [document], errors = read(read_label_studio, path)
    assert errors == []
    assert (document.id, document.text, document.metadata) == ("7", TEXT, {"source": "a"})
    assert document.mentions == (
        Mention("a1", "DRUG", ((0, 8),)),
        Mention("b2", "DRUG", ((16, 23),)),
    )
    assert document.interactions == (
        Interaction("a1", "b2", "effect"),
        Interaction("b2", "a1", ""),
    )


def test_what_nobody_annotated_has_its_prediction_and_what_was_cancelled_is_passed_over(write):
    predicted = task(annotations=[], predictions=[{"result": [WARFARIN]}])
    cancelled = task(annotations=[{"was_cancelled": True, "result": [WARFARIN]}])
    ids_only = task(annotations=[], predictions=[12, 13])
    documents, errors = read(read_label_studio, write(predicted, cancelled, ids_only))
    assert errors == []
    assert [len(document.mentions) for document in documents] == [1, 0]


def test_offsets_in_utf_16_units_are_told_by_the_text(write):
    [document], errors = read(
        read_label_studio, write(task([region("a", 17, 24, "aspirin"), region("b", 9, 11, "💊")]))
    )
    assert errors == []
    assert [each.ranges for each in document.mentions] == [((16, 23),), ((9, 10),)]


def test_the_user_names_the_values(write):
    path = write(task(data={"note": "A", "other": TEXT, "key": 5}))
    columns = Columns("other", "key")
    [document] = read_label_studio(path, on_error=pytest.fail, columns=columns)
    assert (document.id, document.text) == ("5", TEXT)


def test_documents_come_back(tmp_path):
    documents = [
        replace(sample(), year=2020, metadata={"source": "x"}),
        empty(),
        sample("two"),
    ]
    path = tmp_path / "out" / "tasks.json"
    write_label_studio(iter(documents), path)
    assert read(read_label_studio, path) == (documents, [])
    assert format_of(path).name == "label-studio"
    first = json.loads(path.read_text("utf8"))[0]["predictions"][0]["result"]
    assert first[0]["value"]["text"] == "Loop and thiazide diuretics"
    assert all(
        each["value"]["text"] == sample().text[each["value"]["start"] : each["value"]["end"]]
        for each in first
        if each["type"] == "labels"
    )
    write_label_studio([], path)
    assert read(read_label_studio, path) == ([], [])


def test_a_region_that_was_moved_loses_its_old_ranges(tmp_path):
    path = tmp_path / "tasks.json"
    write_label_studio([sample()], path)
    tasks = json.loads(path.read_text("utf8"))
    value = tasks[0]["predictions"][0]["result"][0]["value"]
    value["end"] = value["start"] + 4
    value["text"] = "Loop"
    path.write_text(json.dumps(tasks), encoding="utf8")
    [document], _ = read(read_label_studio, path)
    assert document.mentions[0].ranges == ((2, 6),)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (task([region("a", 0, 8, "aspirin")]), "region 'a' marks 'Warfarin', but says 'aspirin'"),
        (task([region("a", 40, 50, None)]), "'a' has the characters 40-50"),
        (task([WARFARIN, WARFARIN]), "two regions have the id 'a1'"),
        (task([WARFARIN, relation("a1", "zz", "x")]), "an interaction is of 'zz'"),
        (task([{"type": "labels", "id": "a"}]), "KeyError"),
        (task([region("a", "0", 8, "Warfarin")]), "TypeError"),
        (task(data={"text": "\ud83d"}), "surrogate"),
        (task(data={"text": 5}), "holds a int"),
        (task(data={"x": "y"}), "DDI134"),
        (task(data=[]), "it has no data"),
    ],
)
def test_what_is_wrong_costs_its_task(tmp_path, wrong, problem):
    path = tmp_path / "export.json"
    path.write_text(json.dumps([task(), wrong, task()]), encoding="utf8")
    documents, errors = read(read_label_studio, path)
    assert len(documents) == 2
    assert len(errors) == 1
    assert problem in errors[0]
    assert "export.json" in errors[0]
