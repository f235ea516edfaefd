"""The command that writes the molecules of drugs."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import ROOT

pytest.importorskip(
    "rdkit", reason="RDKit is not installed: pip install -c constraints.txt -e '.[benchmarks]'"
)

sys.path.insert(0, str(ROOT / "scripts"))
import molecules

sys.path.pop(0)


def test_a_molecule_is_its_largest_part_without_hydrogen() -> None:
    found = molecules.read_molecule("[Na+].CC(=O)Oc1ccccc1C(=O)[O-]")
    assert found is not None
    assert sorted(found["atoms"]) == [6] * 9 + [8] * 4
    kinds = [kind for *_, kind in found["bonds"]]
    assert [kinds.count(kind) for kind in range(4)] == [5, 2, 0, 6]
    assert all(0 <= end < 13 for bond in found["bonds"] for end in bond[:2])


@pytest.mark.parametrize("smiles", ["", "no molecule", "C("])
def test_what_is_no_molecule_is_none(smiles: str) -> None:
    molecules.RDLogger.DisableLog("rdApp.*")
    assert molecules.read_molecule(smiles) is None
