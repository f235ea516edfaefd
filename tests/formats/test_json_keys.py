"""Formats in JSON, told apart by the keys of their first object."""

from __future__ import annotations

import json

import pytest

from spacy_ddi.formats.json_keys import json_format

PASSAGES = [{"offset": 0, "text": "Iron.", "annotations": [], "infons": {}}]
BIOC = {"source": "x", "infons": {}, "documents": [{"id": "1", "passages": PASSAGES}]}
TASK = {
    "id": 1,
    "annotations": [{"result": [{"id": "a", "type": "labels"}]}],
    "data": {"text": "Iron.", "documents": [], "passages": ["x"]},
}
PUBANNOTATION = {"sourcedb": "x", "text": 'A "data": { and "documents": [.', "denotations": []}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (BIOC, "bioc-json"),
        ([BIOC], "bioc-json"),
        ({"PubTator3": [BIOC["documents"]]}, "bioc-json"),
        ([{"bioctype": "BioCCollection", "data": {}}], "bioc-json"),
        (BIOC["documents"][0] | {"text": "x", "sourceid": "y", "data": {}}, "bioc-json"),
        ([TASK], "label-studio"),
        ([{"data": {"text": "x"}, "predictions": []}], "label-studio"),
        ([{"completions": [], "data": {"note": "x"}}], "label-studio"),
        (PUBANNOTATION, "pubannotation"),
        ([PUBANNOTATION | {"tracks": [{"annotations": [], "passages": []}]}], "pubannotation"),
        ({"data": {"text": "x"}}, None),
        ({"text": "x", "sections": [{"denotations": []}]}, None),
        ([{"text": 'x", "denotations": ['}], None),
        ([], None),
        ([[1]], None),
        ("text", None),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b" \r\n"])
def test_a_format_is_told_by_the_keys_of_the_first_object(value, name, indent, before):
    assert json_format(before + json.dumps(value, indent=indent).encode()) == name


def test_the_beginning_is_enough():
    content = json.dumps([TASK | {"annotations": [{"result": ["x"] * 50_000}]}]).encode()
    assert json_format(content[:65_536]) == "label-studio"
    content = json.dumps([PUBANNOTATION | {"text": 'say "' * 50_000}]).encode()
    assert json_format(content[:65_536]) == "pubannotation"


def test_a_list_after_the_first_object_is_not_looked_at():
    assert json_format(b'[{"x": 1}, {"documents": []}]') is None
    assert json_format(b'{"x": [{"y": 1}], "documents": []}') == "bioc-json"
