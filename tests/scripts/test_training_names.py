"""Names of a dictionary that a recognizer is trained with."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Span

from spacy_ddi.annotations import set_relations
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.name_variants import read_names
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.linking.dictionary import DrugDictionary, Entry, Name
from tests.conftest import ROOT

MORE = [f"Brand{letter}xol" for letter in "abcdefghijklmnopqrstuvwxyz"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("names")
    entries = [
        Entry("M:1", "Plinozide", drugbank="DB1"),
        Entry("M:2", "Proton", mesh="2"),
        Entry("M:3", "Levelid", drugbank="DB3"),
    ]
    names = [
        Name("Plinozide", "drug", "M:1"),
        Name("plinozidum", "drug", "M:1"),  # not the entry's own name
        Name("proton", "drug", "M:2"),  # not in DrugBank
        Name("levelid", "drug", "M:3"),  # an ordinary word of the corpus below
        Name("PL-12", "brand", "M:1"),
        Name("plinozides", "group", "M:1"),
        Name("DEXAROL", "brand", "M:1"),
        *(Name(name, "brand", "M:1") for name in MORE),
    ]
    DrugDictionary(entries, names).to_disk(folder / "drugs.msgpack.gz")
    doc = spacy.blank("en").make_doc("The levelid of plinozide")
    doc.spans[MENTIONS_KEY] = [Span(doc, 3, 4, "drug")]
    set_relations(doc, [])
    write_docbin([doc], folder / "train.spacy")
    script: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "training_names.py"))
    paths = (folder / "names.tsv", folder / "new" / "aside.tsv")
    script["main"](folder / "drugs.msgpack.gz", folder / "train.spacy", *paths)
    return paths


def read(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8") as file:
        return [(row["name"], row["type"]) for row in csv.DictReader(file, delimiter="\t")]


def test_names_look_like_those_of_their_type(written: tuple[Path, Path]) -> None:
    rows = {row for path in written for row in read(path)}
    brands = {("Dexarol", "brand"), *((name, "brand") for name in MORE)}
    assert rows == {("plinozide", "drug"), *brands}


def test_some_are_kept_aside_and_none_is_in_both_files(written: tuple[Path, Path]) -> None:
    names, aside = map(read, written)
    assert not set(names) & set(aside)
    assert 0 < len(aside) < len(names)


def test_the_file_is_what_variants_are_made_with(written: tuple[Path, Path]) -> None:
    assert set(read_names(written[0], None).by_type) == {"drug", "brand"}
