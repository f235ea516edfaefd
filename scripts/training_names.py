"""Write the names of a drug dictionary that a recognizer is trained with, and keep a tenth aside.

The names are exchanged for those of annotated sentences (`spacy-ddi.vary_names.v1`); those kept
aside measure how a recognizer does on names that no sentence had (`benchmarks.name_swap`), though
it may know them from the dictionary (`spacy-ddi.KnownNames.v1`).
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import spacy
import typer

from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.gold import gold_mentions_of
from spacy_ddi.linking.dictionary import DrugDictionary, Entry, Name

WORD: Final = re.compile(r"[A-Za-z]{4,19}")
"""Names of drugs and brands: codes and names of chemistry are no good examples of them."""

KEPT_ASIDE: Final = 10
"""One name in so many is kept aside."""


def main(
    dictionary: Annotated[Path, typer.Argument(exists=True, help="What drug_names.py wrote.")],
    corpus: Annotated[Path, typer.Argument(exists=True, help="The .spacy file for training.")],
    output: Annotated[Path, typer.Argument(help="The TSV file to write.")],
    aside: Annotated[Path, typer.Argument(help="The TSV file with the names that are kept aside.")],
) -> None:
    """Write both files."""
    known = DrugDictionary.from_disk(dictionary)
    common = common_words(corpus)
    rows = sorted(
        {
            (as_written(name.text, name.type), name.type)
            for name in known.names()
            if is_useful(name, known.entry(name.entry), common)
        }
    )
    for path, is_kept in ((output, False), (aside, True)):
        write(path, (row for row in rows if is_kept_aside(row[0]) == is_kept))
    typer.echo(f"{len(rows):,} names: {output}, {aside}")


def common_words(corpus: Path) -> set[str]:
    """Words that stand outside of mentions.

    corpus (Path): A .spacy file with mentions.
    RETURNS (Set[str]): The words, in lower case.
    """
    words: set[str] = set()
    for doc in read_docbin(corpus, spacy.blank("en").vocab):
        mentioned = {token.i for mention in gold_mentions_of(doc) for token in mention}
        words |= {token.lower_ for token in doc if token.i not in mentioned}
    return words


def is_useful(name: Name, entry: Entry | None, common: set[str]) -> bool:
    """Whether a name looks like those of its type, and is no other word.

    name (Name): The name.
    entry (Optional[Entry]): What it names. Of a drug only its own name is taken, and only if
        DrugBank has it: among its other names are brands, and among others what is no drug.
    common (Set[str]): Words that are no names, in lower case.
    RETURNS (bool): Whether it is written.
    """
    text = name.text
    is_own = entry is not None and entry.drugbank and entry.name.lower() == text.lower()
    is_name = WORD.fullmatch(text) is not None and text.lower() not in common
    return is_name and (name.type == "brand" or (name.type == "drug" and bool(is_own)))


def as_written(name: str, kind: str) -> str:
    """A name as texts write it: generic names small, brands with a capital.

    name (str): The name.
    kind (str): Its type.
    RETURNS (str): The name.
    """
    if kind == "drug":
        return name.lower()
    return name.capitalize() if kind == "brand" and name in (name.lower(), name.upper()) else name


def is_kept_aside(name: str) -> bool:
    """Whether a name is kept aside: always the same, and in whatever case.

    name (str): The name.
    RETURNS (bool): True for one name in `KEPT_ASIDE`.
    """
    return int(hashlib.sha256(name.lower().encode()).hexdigest(), 16) % KEPT_ASIDE == 0


def write(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """Write names and types.

    path (Path): The TSV file.
    rows (Iterable[Tuple[str, str]]): Name and type.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("name", "type"))
        writer.writerows(rows)


if __name__ == "__main__":
    typer.run(main)
