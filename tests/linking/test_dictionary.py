"""The dictionary, and the file that holds it."""

from __future__ import annotations

import gzip

import pytest
import srsly

from spacy_ddi.errors import DDIError
from spacy_ddi.linking.dictionary import DrugDictionary, Name
from tests.linking.conftest import ENTRIES, NAMES


def test_a_stored_dictionary_is_the_same(dictionary, tmp_path):
    dictionary.to_disk(tmp_path / "drugs")
    loaded = DrugDictionary.from_disk(tmp_path / "drugs")
    assert list(loaded.names()) == list(dictionary.names()) == NAMES
    assert [loaded.entry(entry.id) for entry in ENTRIES] == ENTRIES
    assert loaded.about == "made up"
    assert loaded.to_bytes() == dictionary.to_bytes()


def test_names_by_type(dictionary):
    assert [name.text for name in dictionary.names("brand")] == ["Dexarol", "Bivexa"]
    assert len(dictionary) == 5


def test_a_loaded_dictionary_can_be_extended(dictionary):
    loaded = DrugDictionary.from_bytes(dictionary.to_bytes())
    loaded.add([], [Name("DEXAROL", "brand", "M:2"), Name("Newone", "brand", "M:2")])
    assert loaded.find("dexarol") == Name("DEXAROL", "brand", "M:2")
    assert "new-one" in loaded
    assert loaded.find("plinozide") == NAMES[0]
    assert len(DrugDictionary.from_bytes(loaded.to_bytes())) == 6


@pytest.mark.parametrize("name", [Name("Foo", "drug", "M:77"), Name("®", "drug", "M:1")])
def test_a_name_needs_letters_and_an_entry(dictionary, name):
    with pytest.raises(DDIError, match="DDI072"):
        dictionary.add([], [name])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,id",
        gzip.compress(b"\x80\x04K\x01."),
        gzip.compress(srsly.msgpack_dumps({"format": "other"})),
        gzip.compress(srsly.msgpack_dumps([1])),
    ],
    ids=["empty", "csv", "pickle", "other format", "list"],
)
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "drugs").write_bytes(content)
    with pytest.raises(DDIError, match=r"DDI071.*drugs"):
        DrugDictionary.from_disk(tmp_path / "drugs")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DDIError, match=r"DDI071.*nowhere"):
        DrugDictionary.from_disk(tmp_path / "nowhere")
