"""Molecules of drugs, for the row of Table 1 that reads them: atoms and bonds, by RDKit, out of the
SMILES that drug-named-entity-recognition (MIT) carries, by the names of their drugs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import drug_name_sources as sources
import srsly
import typer
from known_mentions import shares
from rdkit import Chem, RDLogger

from spacy_ddi.linking.name_keys import name_key

BONDS: Final = {
    Chem.BondType.SINGLE: 0,
    Chem.BondType.DOUBLE: 1,
    Chem.BondType.TRIPLE: 2,
    Chem.BondType.AROMATIC: 3,
}

Molecule = dict[str, list[Any]]


def main(
    folder: Annotated[Path, typer.Argument(exists=True, help="The folder with the wheel.")],
    output: Annotated[Path, typer.Argument(help="A .json.gz file.")],
    count: Annotated[
        Path | None, typer.Option(exists=True, help="Count the mentions of a .spacy file too.")
    ] = None,
) -> None:
    """Write the molecules of all drugs that have one."""
    RDLogger.DisableLog("rdApp.*")  # what can't be read is counted
    known = sources.read_drugbank_names(folder)
    smiles = {
        drug: data["smiles"]
        for drug, data in known["drug_canonical_to_data"].items()
        if data.get("smiles")
    }
    read = {text: read_molecule(text) for text in sorted(set(smiles.values()))}
    usable = [text for text, molecule in read.items() if molecule is not None]
    place = {text: i for i, text in enumerate(usable)}
    names: dict[str, int] = {}
    # A drug's own name first: it may be a synonym of another.
    own = {drug: [drug] for drug in smiles}
    for name, drugs in [*own.items(), *known["drug_variant_to_canonical"].items()]:
        molecules = {place[smiles[drug]] for drug in drugs if smiles.get(drug) in place}
        if len(molecules) == 1 and (key := name_key(name)):
            names.setdefault(key, *molecules)
    output.parent.mkdir(parents=True, exist_ok=True)
    srsly.write_gzip_json(output, {"names": names, "molecules": [read[text] for text in usable]})
    found = f"{len(usable):,} molecules of {len(read):,} SMILES, {len(names):,} names"
    typer.echo(f"{found}: {output}")
    for line in shares(names, count) if count else ():
        typer.echo(line)


def read_molecule(smiles: str) -> Molecule | None:
    """The largest part of what a SMILES describes: a drug without its counter-ions and water.

    smiles (str): The SMILES.
    RETURNS (Optional[Dict]): `atoms`, their atomic numbers, without hydrogen; `bonds`, of each two
        atoms and the kind. None if RDKit can't read it, or there is a bond of another kind.
    """
    whole = Chem.MolFromSmiles(smiles)
    if whole is None or not whole.GetNumAtoms():
        return None
    part = max(Chem.GetMolFrags(whole, asMols=True), key=lambda mol: mol.GetNumHeavyAtoms())
    bonds = list(part.GetBonds())
    if any(bond.GetBondType() not in BONDS for bond in bonds):
        return None
    return {
        "atoms": [atom.GetAtomicNum() for atom in part.GetAtoms()],
        "bonds": [
            [bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), BONDS[bond.GetBondType()]]
            for bond in bonds
        ],
    }


if __name__ == "__main__":
    typer.run(main)
