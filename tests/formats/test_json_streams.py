"""JSON taken apart at its brackets."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats import json_streams
from spacy_ddi.formats.json_streams import JsonObjects
from spacy_ddi.formats.json_values import parse_object

LISTS = frozenset({"documents"})


def found_in(content: str) -> tuple[list[str], list[CorpusError]]:
    stream = io.BytesIO(content.encode())
    errors: list[CorpusError] = []
    objects = JsonObjects(stream, Path("a.json"), LISTS, on_error=errors.append)
    found = []
    for piece in objects:
        found.append(piece.content.decode().strip())
        try:
            parse_object(piece.content)
        except ValueError:
            objects.refuse()
    return found, errors


def pieces(content: str) -> list[str]:
    found, errors = found_in(content)
    assert errors == []
    return found


@pytest.fixture(params=[1, 7, 65_536])
def chunks(request, monkeypatch):
    """Files are read a few bytes at a time, so that everything is cut somewhere."""
    monkeypatch.setattr("spacy_ddi.formats.json_streams.CHUNK", request.param)
    monkeypatch.setattr("spacy_ddi.formats.json_streams.MAX_FIRST_LINE", 1 + request.param)


@pytest.mark.usefixtures("chunks")
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("[]", []),
        (' [ {"a": 1} ,\n{"b": [{}]}] ', ['{"a": 1}', '{"b": [{}]}']),
        ('{"a": "]}{[\\"💊"}', ['{"a": "]}{[\\"💊"}']),
        ('{"x": [1], "documents": [{"a": 1}, {"b": 2}], "y": {}}', ['{"a": 1}', '{"b": 2}']),
        ('[{"documents": [{"a": 1}]}, {"documents": []}]', ['{"a": 1}']),
        ('[{"a": 1}, null, {"b": 2}, 5]', ['{"a": 1}', "null", '{"b": 2}', "5"]),
        ('[[{"a": 1}], {"b": 2}]', ["[]", '{"b": 2}']),
        ('{"documents": [true, {"b": 2}]}', ["true", '{"b": 2}']),
    ],
)
def test_objects_are_found_and_what_stands_in_their_place(content, found, mark):
    assert pieces(mark + content) == found


@pytest.mark.usefixtures("chunks")
@pytest.mark.parametrize("length", [3, 100])
def test_a_string_in_the_place_of_an_object_is_no_object(length):
    first, one, last = pieces('[{"a": 1}, "' + "x" * length + '", {"b": 2}]')
    assert (first, last) == ('{"a": 1}', '{"b": 2}')
    assert one.startswith('"')


@pytest.mark.usefixtures("chunks")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no bracket"),
        ("Warfarin raises", "b'Warfarin' is outside of brackets"),
        ('[{"a": 1}', "cut off"),
        ('[{"a": "1', "cut off"),
        ('[{"a": 1}]}', "closes what is not open"),
        ('[{"a": 1}] more', "b'more' is outside of brackets"),
        ("[" * 600, "nested too deeply"),
    ],
)
def test_what_cannot_be_taken_apart_is_told(content, said):
    _, [error] = found_in(content)
    assert said in str(error)
    assert (error.code, error.path) == ("DDI125", "a.json")


GOOD = [f'{{"n": {n}, "a": ["[", {{"}}": 1}}]}}' for n in range(6)]


@pytest.mark.usefixtures("chunks")
@pytest.mark.parametrize(
    "bad",
    [
        '{"n": [1}',
        '{"n": 1]}',
        '{"n": "1}',
        '{"n: 1}',
        '{"n": {}',
        "{",
        '"',
        "}",
        "]",
        "{{{}",
        "x",
        "[",
        "[[]",
        "{[",
    ],
)
@pytest.mark.parametrize("around", ["[\n%s\n]\n", '{"documents": [\n  %s\n]}', "%s"])
def test_a_damaged_object_costs_itself(bad, around):
    between = "\n\n" if around == "%s" else ",\n  " if "documents" in around else ",\n"
    found, errors = found_in(around % between.join([*GOOD[:2], bad, *GOOD[2:]]))
    assert errors or set(found) > set(GOOD)
    assert [each for each in found if each in GOOD] == GOOD


@pytest.mark.usefixtures("chunks")
def test_an_object_that_is_too_long_costs_itself(monkeypatch):
    monkeypatch.setattr(json_streams, "MAX_DOCUMENT", 200)
    between = ",\n"
    long = f'{{"{"x" * 300}": 1}}'
    found, [error] = found_in(f"[\n{between.join([*GOOD, long, *GOOD])}\n]")
    assert found == [*GOOD, *GOOD]
    assert (error.code, error.place) == ("DDI132", "document 7")


def test_reading_again_has_an_end(monkeypatch):
    bad = ",\n".join('{"a": {"b": 1}' for _ in range(300))
    assert len(found_in(f"[\n{bad}\n]")[1]) == 300
    monkeypatch.setattr(json_streams, "MAX_READ_AGAIN", 20_000)
    assert len(found_in(f"[\n{bad}\n]")[1]) < 10


def test_lines_cost_themselves():
    assert pieces('{"a": 1}\n{"b": \n\n}\n{"c": 3}\n') == ['{"a": 1}', '{"b":', "}", '{"c": 3}']
