"""JSON taken apart at its brackets."""

from __future__ import annotations

import io

import pytest

from spacy_ddi.formats.json_streams import UnreadableError, json_objects

LISTS = frozenset({"documents"})


def pieces(content: str) -> list[str]:
    stream = io.BytesIO(content.encode())
    return [piece.content.decode().strip() for piece in json_objects(stream, LISTS)]


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
    with pytest.raises(UnreadableError, match=said):
        pieces(content)


def test_lines_cost_themselves():
    assert pieces('{"a": 1}\n{"b": \n\n}\n{"c": 3}\n') == ['{"a": 1}', '{"b":', "}", '{"c": 3}']
