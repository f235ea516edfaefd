"""Dictionaries by config: the built one, a CSV file, a spaCy knowledge base.

A registered function gives a `DictionaryReader`, which reads only when the dictionary is needed: a
pipeline that has it stored can be loaded where the file is not.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from spacy.kb import InMemoryLookupKB
from spacy.vocab import Vocab

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.linking.dictionary import (
    CLASS,
    COMBINATION,
    SUBSTANCE,
    DrugDictionary,
    Entry,
    Name,
)

REQUIRED: Final = ("name", "id")
OPTIONAL: Final = (
    "preferred",
    "type",
    "kind",
    "drugbank",
    "mesh",
    "unii",
    "cas",
    "atc",
    "classes",
    "ingredients",
)
LISTS: Final = ("atc", "classes", "ingredients")
SEPARATOR: Final = "|"
TYPES: Final = ("drug", "brand", "group")
KINDS: Final = (SUBSTANCE, CLASS, COMBINATION)


@runtime_checkable
class DictionaryReader(Protocol):
    """Reads a dictionary. Must be picklable: a module-level function or a partial."""

    def __call__(self, vocab: Vocab, base: DrugDictionary | None) -> DrugDictionary:
        """Read a dictionary.

        vocab (Vocab): The shared vocabulary.
        base (Optional[DrugDictionary]): The dictionary that the component has, which may be
            changed.
        RETURNS (DrugDictionary): The one that it gets.
        """
        ...


def configure_drug_dictionary(path: str) -> DictionaryReader:
    """Registered as `spacy-ddi.DrugDictionary.v1` (@misc): the file that scripts/drug_names.py
    builds, in place of what the component has.

    path (str): The file.
    RETURNS (DictionaryReader): Its reader.
    """
    return partial(read_built, path=path)


def configure_drug_names_csv(path: str, replace: bool = False) -> DictionaryReader:
    """Registered as `spacy-ddi.DrugNamesCSV.v1` (@misc): names of your own from a CSV file, one a
    row, see `add_rows`.

    path (str): The file, UTF-8, with a head line.
    replace (bool): Whether they replace the dictionary that the component has; else they extend
        it, and win over its names.
    RETURNS (DictionaryReader): Its reader.
    """
    return partial(read_csv, path=path, replace=replace)


def configure_drug_knowledge_base(path: str, replace: bool = False) -> DictionaryReader:
    """Registered as `spacy-ddi.DrugKnowledgeBase.v1` (@misc): the aliases of a stored
    `spacy.kb.InMemoryLookupKB`, see `add_knowledge_base`.

    path (str): What its `to_disk` wrote.
    replace (bool): Whether they replace the dictionary that the component has.
    RETURNS (DictionaryReader): Its reader.
    """
    return partial(read_knowledge_base, path=path, replace=replace)


def read_built(vocab: Vocab, base: DrugDictionary | None, *, path: str) -> DrugDictionary:
    """Read a built dictionary; see `DictionaryReader`."""
    return DrugDictionary.from_disk(path)


def read_csv(
    vocab: Vocab, base: DrugDictionary | None, *, path: str, replace: bool
) -> DrugDictionary:
    """Read a CSV file; see `DictionaryReader`.

    RAISES (DDIError): If it can't be read, or a row is none.
    """
    dictionary = DrugDictionary() if replace or base is None else base
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as lines:
            add_rows(dictionary, csv.DictReader(lines), source=path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DDIError(
            Errors.BAD_NAMES.format(source=path, problem=error, columns=", ".join(OPTIONAL))
        ) from error
    return dictionary


def read_knowledge_base(
    vocab: Vocab, base: DrugDictionary | None, *, path: str, replace: bool
) -> DrugDictionary:
    """Read a stored knowledge base; see `DictionaryReader`.

    RAISES (DDIError): If it can't be read, or is empty.
    """
    knowledge_base = InMemoryLookupKB(vocab, entity_vector_length=1)
    try:
        knowledge_base.from_disk(path)
    except (OSError, ValueError) as error:
        raise DDIError(Errors.BAD_KNOWLEDGE_BASE.format(source=path, problem=error)) from error
    dictionary = DrugDictionary() if replace or base is None else base
    add_knowledge_base(dictionary, knowledge_base, source=path)
    return dictionary


def add_rows(
    dictionary: DrugDictionary, rows: Iterable[Mapping[str, Any]], *, source: str = "names"
) -> None:
    """Add names to a dictionary, one a row. Rows with the same identifier are names of one entry,
    described by the first of them, or by the entry that the dictionary has.

    dictionary (DrugDictionary): The dictionary, changed in place.
    rows (Iterable[Mapping[str, Any]]): The rows. `name` and `id` are needed. `preferred` is the
        name to show (else the first name), `type` is drug, brand or group, `kind` is substance,
        class or combination, then `drugbank`, `mesh`, `unii`, `cas`, and with '|' between several
        of them `atc`, `classes` and `ingredients` (main identifiers).
    source (str): Where they come from, for messages.
    RAISES (DDIError): If a row has no name or id, or a column that is not known.
    """
    entries: dict[str, Entry] = {}
    names: list[Name] = []
    for number, row in enumerate(rows, 2):
        values = _checked(row, f"{source}, line {number}")
        id_ = values["id"]
        if id_ not in entries:
            known = dictionary.entry(id_)
            describes = values.keys() & {*OPTIONAL} - {"type"}
            entries[id_] = known if known and not describes else _entry(values)
        default = "group" if entries[id_].kind == CLASS else "drug"
        names.append(Name(values["name"], values.get("type", default), id_))
    dictionary.add(entries.values(), names)


def add_knowledge_base(
    dictionary: DrugDictionary, knowledge_base: InMemoryLookupKB, *, source: str = "knowledge base"
) -> None:
    """Add the aliases of a spaCy knowledge base to a dictionary. An alias with several entities
    means the one of the highest prior probability, which is its score; if two have the same, it is
    left out.

    dictionary (DrugDictionary): The dictionary, changed in place.
    knowledge_base (InMemoryLookupKB): The knowledge base.
    source (str): Where it comes from, for messages.
    RAISES (DDIError): If it has no alias.
    """
    names = list(_aliases(knowledge_base))
    if not names:
        problem = "it has no alias that means one entity"
        raise DDIError(Errors.BAD_KNOWLEDGE_BASE.format(source=source, problem=problem))
    entries: dict[str, Entry] = {}
    for name in names:
        entries.setdefault(name.entry, dictionary.entry(name.entry) or Entry(name.entry, name.text))
    dictionary.add(entries.values(), names)


def _aliases(knowledge_base: InMemoryLookupKB) -> Iterator[Name]:
    for alias in knowledge_base.get_alias_strings():
        candidates = knowledge_base.get_alias_candidates(alias)
        ranked = sorted(candidates, key=lambda candidate: -candidate.prior_prob)
        priors = [candidate.prior_prob for candidate in ranked]
        if priors and priors[0] > 0 and priors[:1] != priors[1:2]:
            yield Name(alias, "drug", ranked[0].entity_, round(priors[0], 4))


def _checked(row: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A row without its empty columns, lists split."""
    values = {key: value for key, value in row.items() if value}
    problem = ""
    if unknown := [key for key in row if key not in (*REQUIRED, *OPTIONAL)]:
        problem = f"columns that are not known: {', '.join(map(str, unknown))}"
    elif missing := [key for key in REQUIRED if not values.get(key)]:
        problem = f"no {' and no '.join(missing)}"
    elif values.get("type", TYPES[0]) not in TYPES:
        problem = f"type is {values['type']!r}, and not one of {', '.join(TYPES)}"
    elif values.get("kind", SUBSTANCE) not in KINDS:
        problem = f"kind is {values['kind']!r}, and not one of {', '.join(KINDS)}"
    if problem:
        columns = ", ".join(OPTIONAL)
        raise DDIError(Errors.BAD_NAMES.format(source=where, problem=problem, columns=columns))
    for key in LISTS:
        if isinstance(values.get(key), str):
            values[key] = [part.strip() for part in values[key].split(SEPARATOR) if part.strip()]
    return values


def _entry(values: Mapping[str, Any]) -> Entry:
    is_class = values.get("type") == "group"
    kind = COMBINATION if values.get("ingredients") else CLASS if is_class else SUBSTANCE
    return Entry(
        values["id"],
        values.get("preferred", values["name"]),
        values.get("kind", kind),
        *(values.get(key, "") for key in ("drugbank", "mesh", "unii", "cas")),
        *(tuple(values.get(key, ())) for key in LISTS),
    )
