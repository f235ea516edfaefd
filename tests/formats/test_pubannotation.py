"""PubAnnotation JSON: what is read and what is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.inputs import format_of
from spacy_ddi.formats.pubannotation import PUBANNOTATION
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.formats.reading import Found, found_in

TEXT = "Wärfarin 💊\r\nLoop and thiazide diuretics."


def denotation(id: str, obj: str, *places: tuple[int, int]) -> dict[str, Any]:
    spans = [{"begin": begin, "end": end} for begin, end in places]
    return {"id": id, "span": spans if len(spans) > 1 else spans[0], "obj": obj}


def relation(id: str, subj: str, pred: str, obj: str) -> dict[str, Any]:
    return {"id": id, "subj": subj, "pred": pred, "obj": obj}


BAG: dict[str, Any] = {
    "target": "http://pubannotation.org/docs/sourcedb/PubMed/sourceid/123",
    "sourcedb": "PubMed",
    "sourceid": "123",
    "text": TEXT,
    "divisions": [
        {"span": {"begin": 12, "end": 40}, "label": "abstract"},
        {"span": {"begin": 0, "end": 10}, "label": "title"},
    ],
    "denotations": [
        denotation("T1", "Drug", (0, 8)),
        denotation("T2", "Group", (30, 39), (12, 16)),
        denotation("T3", "Group", (21, 39)),
        denotation("T4", "Drug", (21, 29)),
    ],
    "attributes": [{"id": "A1", "subj": "T1", "pred": "negated", "obj": True}],
    "relations": [
        relation("R1", "T1", "effect", "T2"),
        relation("R2", "T4", "partOf", "T3"),
        relation("R3", "T4", "says", "A1"),
        relation("R4", "R1", "says", "T1"),
    ],
}
CHAIN: dict[str, Any] = BAG | {
    "denotations": [
        denotation("T1", "Drug", (0, 8)),
        denotation("F1", "_FRAGMENT", (12, 16)),
        denotation("T2", "Group", (30, 39)),
        denotation("T3", "Group", (21, 39)),
        denotation("T4", "Drug", (21, 29)),
    ],
    "relations": [relation("R0", "T2", "_lexicallyChainedTo", "F1"), *BAG["relations"]],
}
READ = TextDocument(
    "123",
    TEXT,
    (Section(0, 10, "title"), Section(12, 40, "abstract")),
    (
        Mention("T1", "Drug", ((0, 8),)),
        Mention("T2", "Group", ((12, 16), (30, 39))),
        Mention("T3", "Group", ((21, 39),)),
        Mention("T4", "Drug", ((21, 29),)),
    ),
    (Interaction("T1", "T2", "effect"), Interaction("T4", "T3", "partOf")),
    None,
    {"sourcedb": "PubMed", "target": BAG["target"]},
)
CORNERS = TextDocument(
    "ö \U0001f48a",
    "\n\U0001f48a \0 \u2028x",
    (Section(1, 1, "empty"), Section(1, 4, "", "Title")),
    (Mention("R1", "", ((1, 2), (3, 4))), Mention("R2", "t", ((1, 2),))),
    (Interaction("R1", "R2", ""), Interaction("R2", "R1", "a")),
    1999,
)


def read_text(tmp_path: Path, content: str) -> Found:
    path = tmp_path / "a.json"
    path.write_bytes(content.encode())
    return found_in(path, PUBANNOTATION)


def write(documents: list[TextDocument], path: Path) -> bytes:
    assert PUBANNOTATION.write is not None
    PUBANNOTATION.write(documents, path)
    return path.read_bytes()


@pytest.mark.parametrize("tree", [BAG, CHAIN], ids=["bag", "chain"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_realistic_document_is_read(tmp_path, tree, indent):
    assert read_text(tmp_path, json.dumps(tree, indent=indent)) == ([READ], [])
    assert format_of(tmp_path / "a.json") == PUBANNOTATION


@pytest.mark.parametrize("tree", [BAG, CHAIN], ids=["bag", "chain"])
def test_lists_and_lines_are_read(tmp_path, tree):
    assert read_text(tmp_path, json.dumps([tree, tree])) == ([READ, READ], [])
    line = json.dumps(tree)
    assert read_text(tmp_path, f"\ufeff{line}\n{line}\n") == ([READ, READ], [])


def test_ranges_are_written_as_pubannotation_has_them(tmp_path):
    [tree] = json.loads(write([READ], tmp_path / "a.json"))
    assert [each["span"] for each in tree["denotations"]] == [
        {"begin": 0, "end": 8},
        [{"begin": 12, "end": 16}, {"begin": 30, "end": 39}],
        {"begin": 21, "end": 39},
        {"begin": 21, "end": 29},
    ]
    assert tree["relations"][0] == relation("R1", "T1", "effect", "T2")


def test_ids_of_relations_are_free(tmp_path):
    [tree] = json.loads(write([CORNERS], tmp_path / "a.json"))
    assert [each["id"] for each in tree["relations"]] == ["R3", "R4"]


def test_tracks_have_ids_of_their_own(tmp_path):
    tracks = [
        {"project": name, "denotations": BAG["denotations"], "relations": BAG["relations"][:1]}
        for name in ("a", "b")
    ]
    tree = {"text": TEXT, "sourceid": 123, "divid": 0, "tracks": tracks}
    [document] = read_text(tmp_path, json.dumps(tree)).documents
    assert document.id == "123-0"
    assert [each.id for each in document.mentions][3:5] == ["1-T4", "2-T1"]
    assert document.interactions[1] == Interaction("2-T1", "2-T2", "effect")


def test_what_has_no_id_gets_one(tmp_path):
    place = {"begin": 0, "end": 8}
    tree = {"text": TEXT, "denotations": [{"span": place, "obj": "a"}, {"span": place, "obj": "b"}]}
    [document] = read_text(tmp_path, json.dumps(tree)).documents
    assert document.id == "a.json"
    assert [each.id for each in document.mentions] == ["-1", "-2"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": None}, "it has no text"),
        ({"text": "\ud800"}, "one half of a surrogate pair"),
        ({"denotations": 3}, "'denotations' is no list"),
        ({"denotations": [denotation("T1", "x", (0, 99))]}, "0-99 in a text of 40"),
        ({"denotations": [denotation("T1", "x", (5, 5))], "relations": []}, "5-5 in a text"),
        ({"denotations": [{"id": "T1", "span": {"begin": "0", "end": 1}}]}, "no begin and end"),
        ({"denotations": [{"id": "T1"}]}, "the span of 'T1' has no begin and end"),
        ({"denotations": [*BAG["denotations"], *BAG["denotations"]]}, "have the id 'T1'"),
        ({"relations": [relation("R1", "T1", "x", "T9")]}, "a relation is of 'T9'"),
        ({"relations": [relation("R1", "T1", "x", "T1")]}, "with itself"),
        (
            {"relations": [relation("R", a, "_lexicallyChainedTo", b) for a, b in ("13", "31")]},
            "a relation is of '1'",
        ),
        (
            {
                "relations": [
                    relation("R", a, "_lexicallyChainedTo", b)
                    for a, b in (("T1", "T3"), ("T3", "T1"))
                ]
            },
            "has no end",
        ),
        ({"divisions": [{"span": {"begin": 3, "end": 99}, "label": "x"}]}, "sections have"),
    ],
)
def test_a_wrong_document_is_told_and_the_others_are_read(tmp_path, change, problem):
    if change.get("denotations"):
        change = {"relations": []} | change
    found = read_text(tmp_path, json.dumps([BAG, BAG | change, BAG]))
    assert found.documents == [READ, READ]
    [error] = found.errors
    assert f"[DDI125] {tmp_path / 'a.json'}, document 2: " in error
    assert problem in error
