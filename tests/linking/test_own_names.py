"""Dictionaries of one's own."""

from __future__ import annotations

import pytest
from spacy.kb import InMemoryLookupKB
from spacy.vocab import Vocab

from spacy_ddi.errors import DDIError
from spacy_ddi.linking.dictionary import DrugDictionary
from spacy_ddi.linking.own_names import (
    add_rows,
    configure_drug_knowledge_base,
    configure_drug_names_csv,
)


def test_all_columns(dictionary):
    row = {
        "name": "Foobrand",
        "id": "own:1",
        "preferred": "foobarol/plinozide",
        "type": "brand",
        "cas": "2-2",
        "atc": "C09AA03|C09BA03",
        "classes": "M:9",
        "ingredients": "own:2|M:1",
    }
    add_rows(dictionary, [row, {"name": "foo-brand plus", "id": "own:1"}])
    entry = dictionary.entry("own:1")
    assert (entry.name, entry.kind, entry.cas) == ("foobarol/plinozide", "combination", "2-2")
    assert entry.atc == ("C09AA03", "C09BA03")
    assert (entry.classes, entry.ingredients) == (("M:9",), ("own:2", "M:1"))
    assert dictionary.find("Foobrand").type == "brand"
    assert dictionary.find("foo brand plus").entry == "own:1"


def test_a_new_name_of_a_known_entry_leaves_the_entry(dictionary):
    before = dictionary.entry("M:1")
    add_rows(dictionary, [{"name": "Newbrand", "id": "M:1"}])
    assert dictionary.entry("M:1") == before


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("name,id\nFoo,\n", "line 2: no id"),
        ("name,id\nFoo,1\n,2\n", "line 3: no name"),
        ("name,id,color\nFoo,1,red\n", "not known: color"),
        ("name,id,type\nFoo,1,herb\n", "'herb', and not one of drug, brand, group"),
        ("name,id,kind\nFoo,1,herb\n", "'herb', and not one of substance"),
    ],
)
def test_a_row_that_is_none_is_named(tmp_path, rows, problem):
    path = tmp_path / "own.csv"
    path.write_text(rows, encoding="utf8")
    with pytest.raises(DDIError, match=f"DDI073.*{problem}"):
        configure_drug_names_csv(str(path))(Vocab(), None)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DDIError, match=r"DDI073.*own\.csv"):
        configure_drug_names_csv(str(tmp_path / "own.csv"))(Vocab(), None)
    with pytest.raises(DDIError, match=r"DDI074.*kb"):
        configure_drug_knowledge_base(str(tmp_path / "kb"))(Vocab(), None)


def test_own_names_replace_or_extend(dictionary, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("name,id,type\nfoobarols,own:1,group\n", encoding="utf8")
    alone = configure_drug_names_csv(str(path), replace=True)(Vocab(), dictionary)
    assert (len(alone), len(dictionary)) == (1, 5)
    assert alone.entry("own:1").kind == "class"
    assert len(configure_drug_names_csv(str(path))(Vocab(), dictionary)) == 6


def test_an_empty_knowledge_base_is_refused(tmp_path):
    InMemoryLookupKB(Vocab(), entity_vector_length=1).to_disk(tmp_path / "kb")
    with pytest.raises(DDIError, match="DDI074"):
        configure_drug_knowledge_base(str(tmp_path / "kb"))(Vocab(), DrugDictionary())


def test_another_name_and_its_type_leave_an_entry_as_it_is() -> None:
    dictionary = DrugDictionary()
    add_rows(dictionary, [{"name": "simvastatin", "id": "MESH:1", "drugbank": "DB1"}])
    add_rows(dictionary, [{"name": "Ourbrand", "id": "MESH:1", "type": "brand"}])
    entry = dictionary.entry("MESH:1")
    assert entry is not None
    assert (entry.name, entry.drugbank) == ("simvastatin", "DB1")
