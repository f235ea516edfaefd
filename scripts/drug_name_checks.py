"""Count the names of a dictionary that should lead to one drug and don't: a name and the name with
a salt, a brand and the ingredient that the FDA's list gives for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import drug_name_sources as sources
import typer
from drug_name_concepts import is_metal, without_salts

from spacy_ddi.linking.dictionary import CLASS, DrugDictionary
from spacy_ddi.linking.matching import Match, Matcher


class Compared(NamedTuple):
    """Two names that should lead to one drug, and where they lead."""

    name: str
    plain: str
    found: str
    expected: str

    @property
    def differs(self) -> bool:
        return self.found != self.expected


def salts(dictionary: DrugDictionary) -> Iterator[Compared]:
    """Names that end with a salt, beside the name without it, where both are known. Salts of metals
    are left out.

    dictionary (DrugDictionary): The dictionary.
    YIELDS (Compared): The two names.
    """
    matcher = Matcher(dictionary, fuzzy=False)
    for name in dictionary.names():
        words = name.text.split()
        base = without_salts(words)
        plain = " ".join(base)
        if len(base) == len(words) or is_metal(base) or name.text.endswith("acid"):
            continue
        if found := _drug(matcher, plain):
            yield Compared(name.text, plain, name.entry, found.entry.id)


def brands(dictionary: DrugDictionary, rows: Iterable[sources.UniiName]) -> Iterator[Compared]:
    """Brands that are known, beside what they hold by the FDA's list, where that is known.

    dictionary (DrugDictionary): The dictionary.
    rows (Iterable[UniiName]): The FDA's names.
    YIELDS (Compared): The two names.
    """
    matcher = Matcher(dictionary, fuzzy=False)
    for row in rows:
        known = dictionary.find(row.name) if row.kind == "bn" else None
        if known and (found := _drug(matcher, row.display)):
            yield Compared(row.name, row.display, known.entry, found.entry.id)


def _drug(matcher: Matcher, name: str) -> Match | None:
    found = matcher(name)
    return found if found and found.entry.kind != CLASS else None


def main(
    wheels: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder with the wheels.")
    ],
    dictionary: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    show: Annotated[int, typer.Option(help="Names that differ, to print of each kind.")] = 0,
) -> None:
    """Count names that should lead to one drug and don't."""
    known = DrugDictionary.from_disk(dictionary)
    rows = sources.read_unii_names(wheels)
    for title, compared in (("salts", list(salts(known))), ("brands", list(brands(known, rows)))):
        different = [pair for pair in compared if pair.differs]
        typer.echo(f"{title}: {len(different):,} of {len(compared):,} differ")
        for pair in different[:show]:
            typer.echo("\t".join(pair))


if __name__ == "__main__":
    typer.run(main)
