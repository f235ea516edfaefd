"""The command that writes the classes of drugs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import srsly

from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.linking.dictionary import CLASS, COMBINATION, DrugDictionary, Entry, Name
from tests.conftest import ROOT
from tests.helpers import make_doc

sys.path.insert(0, str(ROOT / "scripts"))
import drug_classes
import known_mentions

sys.path.pop(0)

ENTRIES = [
    Entry("1", "plinozide", classes=("8",)),
    Entry("2", "tarvoxine", classes=("7",)),
    Entry("1+2", "plinozide/tarvoxine", COMBINATION, ingredients=("1", "2")),
    Entry("3", "loner", classes=("6",)),
    Entry("6", "Rare Agents", CLASS),
    Entry("7", "Voxines", CLASS, classes=("9",)),
    Entry("8", "Zides", CLASS, classes=("9", "8")),
    Entry("9", "Agents", CLASS, classes=("8",)),
]
NAMES = [
    Name("Plinozide", "drug", "1"),
    Name("Dexarol", "brand", "1"),
    Name("Tarvoxine", "drug", "2"),
    Name("Bivexa", "brand", "1+2"),
    Name("Loner", "drug", "3"),
    Name("voxines", "group", "7"),
]


def test_names_lead_to_classes_and_those_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drug_classes, "MIN_MEMBERS", 1)
    monkeypatch.setattr(drug_classes, "MAX_SHARE", 1.0)
    table = drug_classes.classes_by_name(DrugDictionary(ENTRIES, NAMES))
    found = {
        name: {table["labels"][i] for i in table["classes"][number]}
        for name, number in table["names"].items()
    }
    assert found == {
        "plinozide": {"Zides", "Agents"},
        "dexarol": {"Zides", "Agents"},
        "tarvoxine": {"Voxines", "Agents", "Zides"},
        "bivexa": {"Voxines", "Agents", "Zides"},
        "loner": {"Rare Agents"},
        "voxines": {"Voxines", "Agents", "Zides"},
    }
    assert len(table["classes"]) == 3


def test_classes_of_few_and_of_nearly_all_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drug_classes, "MIN_MEMBERS", 2)
    monkeypatch.setattr(drug_classes, "MAX_SHARE", 2 / 3)
    known = DrugDictionary(ENTRIES, NAMES)
    table = drug_classes.classes_by_name(known)
    assert set(table["labels"]) == {"Zides", "Agents"}
    assert "loner" not in table["names"]
    monkeypatch.setattr(drug_classes, "MAX_SHARE", 0.6)
    assert drug_classes.classes_by_name(known) == {"labels": [], "classes": [], "names": {}}


def test_the_command_writes_them_and_counts_mentions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drug_classes, "MIN_MEMBERS", 1)
    monkeypatch.setattr(drug_classes, "MAX_SHARE", 1.0)
    DrugDictionary(ENTRIES, NAMES).to_disk(tmp_path / "drugs")
    doc = make_doc("Dexarol and placebo", mentions=[(0, 1), (2, 3)], label="brand")
    groups = make_doc("voxine agents", mentions=[(0, 2)], label="group")
    write_docbin([doc, groups], tmp_path / "corpus.spacy")
    drug_classes.main(tmp_path / "drugs", tmp_path / "out" / "c.json.gz", tmp_path / "corpus.spacy")
    stored = srsly.read_gzip_json(tmp_path / "out" / "c.json.gz")
    assert stored == drug_classes.classes_by_name(DrugDictionary(ENTRIES, NAMES))
    assert capsys.readouterr().out.splitlines()[1:] == [
        "brand: 1 of 2 mentions (50.0 %)",
        "group: 1 of 1 mentions (100.0 %)",
        "all: 2 of 3 mentions (66.7 %)",
        # Dexarol's are plinozide's; but voxines have those of tarvoxine and of Bivexa.
        "with classes that one drug or class alone has: 50.0 % of these",
    ]
    assert list(known_mentions.shares({}, tmp_path / "corpus.spacy"))[-1].startswith("all: 0 of 3")
