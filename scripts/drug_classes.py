"""Classes of drugs by the names of drugs, for the rows of Table 1 that read them: those of the drug
dictionary (MeSH, pharmacological actions, ChEBI's roles), which `scripts/drug_names.py` writes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final

import srsly
import typer
from known_mentions import named_things, shares

from spacy_ddi.linking.dictionary import CLASS, SUBSTANCE, DrugDictionary

MIN_MEMBERS: Final = 5
"""Substances that a class has at least. A class of few tells which drug it is."""

MAX_SHARE: Final = 0.1
"""Share of the substances with a class that one has at most. 'Therapeutic Uses' tells nothing."""


def main(
    dictionary: Annotated[Path, typer.Argument(exists=True, help="What drug_names.py wrote.")],
    output: Annotated[Path, typer.Argument(help="A .json.gz file.")],
    count: Annotated[
        Path | None, typer.Option(exists=True, help="Count the mentions of a .spacy file too.")
    ] = None,
) -> None:
    """Write the classes of all drugs that have one."""
    known = DrugDictionary.from_disk(dictionary)
    table = classes_by_name(known)
    output.parent.mkdir(parents=True, exist_ok=True)
    srsly.write_gzip_json(output, table)
    found = f"{len(table['labels']):,} classes, {len(table['names']):,} names"
    typer.echo(f"{found}: {output}")
    if count:
        for line in shares(table["names"], count):
            typer.echo(line)
        typer.echo(share_alone(known, table, count))


def share_alone(known: DrugDictionary, table: dict[str, Any], path: Path) -> str:
    """How often classes tell which drug it is: no other has the same ones.

    known (DrugDictionary): The dictionary.
    table (Dict[str, Any]): What `classes_by_name` made of it.
    path (Path): Gold Docs, .spacy.
    RETURNS (str): A line.
    """
    entries = {(number, known.at_key(key).entry) for key, number in table["names"].items()}
    having = Counter(number for number, _ in entries)
    found = [number for _, number in named_things(table["names"], path) if number is not None]
    alone = sum(having[number] == 1 for number in found)
    return (
        f"with classes that one drug or class alone has: {100 * alone / len(found):.1f} % of these"
    )


def classes_by_name(known: DrugDictionary) -> dict[str, Any]:
    """The classes that each name of a dictionary stands for: of a drug the classes that it is in,
    and those above them; of a class itself, too; of a combination those of its ingredients.

    known (DrugDictionary): The dictionary.
    RETURNS (Dict[str, Any]): `labels`, the names of the classes; `classes`, lists of their numbers;
        `names`, the number of a list by the key of a name.
    """
    entry_of = {key: known.at_key(key).entry for key in known.keys}
    above = {id_: classes_above(known, id_) for id_ in set(entry_of.values())}
    substances = [
        classes
        for id_, classes in above.items()
        if classes and (entry := known.entry(id_)) and entry.kind == SUBSTANCE
    ]
    members = Counter(class_ for classes in substances for class_ in classes)
    most = MAX_SHARE * len(substances)
    used = sorted(each for each, count in members.items() if MIN_MEMBERS <= count <= most)
    number = {class_: i for i, class_ in enumerate(used)}
    lists: dict[tuple[int, ...], int] = {}
    names = {}
    for key, id_ in entry_of.items():
        found = tuple(number[class_] for class_ in sorted(above[id_]) if class_ in number)
        if found:
            names[key] = lists.setdefault(found, len(lists))
    labels = [entry.name for class_ in used if (entry := known.entry(class_))]
    return {"labels": labels, "classes": [list(each) for each in lists], "names": names}


def classes_above(known: DrugDictionary, id_: str) -> set[str]:
    """The classes of an entry, of its ingredients and of its classes; itself, if it is one.

    known (DrugDictionary): The dictionary.
    id_ (str): The identifier of the entry.
    RETURNS (Set[str]): Their identifiers.
    """
    seen: set[str] = set()
    found = set()
    waiting = [id_]
    while waiting:
        each = waiting.pop()
        entry = known.entry(each)
        if entry is None or each in seen:
            continue
        seen.add(each)
        waiting += [*entry.classes, *entry.ingredients]
        if entry.kind == CLASS:
            found.add(each)
    return found


if __name__ == "__main__":
    typer.run(main)
