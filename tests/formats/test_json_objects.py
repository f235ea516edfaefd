"""Arrays of objects with a text."""

from __future__ import annotations

import json

import pytest

from spacy_ddi.formats.inputs import format_of
from spacy_ddi.formats.json_lines import to_dict
from spacy_ddi.formats.json_objects import read_json_objects
from spacy_ddi.formats.text_document import TextDocument
from tests.formats.reading import found_in, read
from tests.formats.samples import sample


def test_objects_of_an_array_are_documents(tmp_path):
    path = tmp_path / "a.json"
    objects = [{"id": 7, "Text": "Iron.", "year": 2001}, {"id": 8}, to_dict(sample()), 5]
    path.write_text(json.dumps(objects, indent=1), encoding="utf8")
    documents, errors = found_in(path)
    assert documents == [TextDocument("7", "Iron.", year=2001), sample()]
    assert [each.place for each in documents] == ["document 1", "document 3"]
    assert [error[:8] for error in errors] == ["[DDI134]", "[DDI125]"]
    assert f"{path}, document 2: it has no value" in errors[0]


@pytest.mark.parametrize(
    "content", ['{"abstract": "Iron."}', '{"text": "Iron."}\n{"text": "Tin."}']
)
def test_so_are_one_object_and_one_a_line(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content)
    assert format_of(path).name == "json"
    documents, errors = read(read_json_objects, path)
    assert (len(documents), errors) == (1 + content.count("\n"), [])
