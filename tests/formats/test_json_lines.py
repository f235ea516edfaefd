"""JSON lines, ours and those of others."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.json_lines import read_json_lines, to_dict, write_json_lines
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.formats.reading import read
from tests.formats.samples import empty, in_sentences, sample


@pytest.fixture
def write(tmp_path):
    def write(*lines):
        path = tmp_path / "a.jsonl"
        encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        path.write_bytes(b"\n".join(encoded))
        return path

    return write


def test_documents_come_back(tmp_path):
    documents = [
        replace(in_sentences(sample()), year=1999, metadata={"set id": "ü"}),
        empty(),
        replace(empty("x"), sections=(Section(0, 0, "title"),)),
        sample("two"),
    ]
    path = tmp_path / "out" / "a.jsonl"
    write_json_lines(iter(documents), path)
    assert read(read_json_lines, path) == (documents, [])


def test_lines_of_others_are_read(write):
    path = write(
        b'\xef\xbb\xbf{"text": "One \\ud83d\\udc8a.\\r\\n", "pmid": 5, "pub_date": "2001-02"}\r',
        b" ",
        {"abstract": "Two.", "text2": 1},
        {"text": "Three.", "mentions": [{"id": 1, "type": "x", "ranges": [[0, 1]]}]},
        {"text": "Four.", "sections": "none", "metadata": [1]},
    )
    documents, errors = read(read_json_lines, path)
    assert errors == []
    assert documents == [
        TextDocument("5", "One 💊.\r\n", year=2001),
        TextDocument("a.jsonl:3", "Two."),
        TextDocument("a.jsonl:4", "Three."),
        TextDocument("a.jsonl:5", "Four."),
    ]
    assert [each.origin for each in documents] == [f"{path}, line {n}" for n in (1, 3, 4, 5)]


def test_the_user_names_the_values(write):
    path = write({"t": "Warfarin.", "k": "K"}, {"t": 5, "k": "L"})
    errors = []
    documents = list(read_json_lines(path, on_error=errors.append, columns=Columns("t", "k")))
    assert documents == [TextDocument("K", "Warfarin.")]
    assert len(errors) == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "no"),
        (b"[1]", "is no object"),
        (b"\xff", "can't decode"),
        (b"[" * 100_000, "nested|no"),
        (b'{"text": "\\ud83d"}', "surrogate"),
        ({"x": "y"}, "DDI134"),
        ({"text": None}, "is empty"),
        (
            {"text": "ab", "mentions": [{"id": "m", "type": "d", "ranges": [[0, 3]]}]},
            "'m' has the characters 0-3 in a text of 2",
        ),
        ({"text": "ab", "mentions": [{"id": "m", "type": "d", "ranges": []}]}, "of nothing"),
        (
            {"text": "ab", "mentions": [{"id": "m", "type": "d", "ranges": [[1, 2], [0, 1]]}]},
            "characters 1-2, 0-1",
        ),
        ({"text": "ab", "interactions": [{"head": "m", "tail": "n", "label": ""}]}, "is of 'm'"),
        (
            {"text": "a", "sections": [{"start": 0, "end": 2, "kind": "", "title": ""}]},
            "sections have the characters 0-2",
        ),
    ],
)
def test_what_is_wrong_costs_its_line(write, line, problem):
    good = {"text": "Good."}
    documents, errors = read(read_json_lines, write(good, line, good))
    assert [each.text for each in documents] == ["Good.", "Good."]
    assert len(errors) == 1
    assert any(each in errors[0] for each in problem.split("|"))
    assert "a.jsonl, line 2: " in errors[0]


@pytest.mark.parametrize(
    ("given", "found"), [(0.25, 0.25), (1, 1), (None, None), ("high", "plain")]
)
def test_scores_are_kept(write, given, found):
    mentions = [{"id": id_, "type": "", "ranges": [[i, i + 1]]} for i, id_ in enumerate("mn")]
    interaction = {"head": "m", "tail": "n", "label": "", "score": given}
    line = {"text": "ab", "mentions": mentions, "interactions": [interaction]}
    (document,), errors = read(read_json_lines, write(line))
    assert errors == []
    scores = [each.score for each in document.interactions]
    assert scores == ([] if found == "plain" else [found])
    if scores:
        interactions = to_dict(document)["interactions"]
        assert interactions[0].get("score") == found
