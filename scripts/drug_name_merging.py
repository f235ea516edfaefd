"""Make one concept of those that are one drug: a drug and its salts or esters, and a drug that two
sources have under different names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from drug_name_concepts import OWN, SYNONYM, Builder, Concept, is_metal, without_salts
from drug_name_sources import UniiName

from spacy_ddi.linking.dictionary import SUBSTANCE
from spacy_ddi.linking.name_keys import SALTS, acid_of, name_key

ISOMER: Final = re.compile(r"^(?:lev|dex|es(?=[^tc])|ar(?=f)|ra?c|epi|\(|[dlrs]{1,2}-)", re.I)
"""How names of single isomers begin, and of mixtures: levocetirizine is not cetirizine."""

APART: Final = frozenset({"sultopride"})
"""Keys of names that a source gives a wrong drug: 'sultopride hydrochloride' to amisulpride."""


def merge_salts(builder: Builder) -> None:
    """Make one concept of a drug and its salts and esters: 'Salmeterol' and 'Salmeterol Xinafoate',
    'Mycophenolic Acid' and 'Mycophenolate mofetil'. Salts of metals stay: calcium carbonate is no
    other name of calcium.

    builder (Builder): Its concepts are changed.
    """
    merged: dict[Concept, Concept] = {}
    for concept in builder.concepts:
        words = concept.name.split()
        if concept.kind != SUBSTANCE or len(words) < 2 or words[-1].lower() not in SALTS:
            continue
        words = without_salts(words)
        plain = " ".join(words)
        base = builder.find(plain, [OWN, SYNONYM])
        base = base or builder.find(acid_of(plain), [OWN, SYNONYM])
        if base and not is_metal(words):
            _join(merged, concept, base)
    _merge(builder, merged)


def merge_same(
    builder: Builder, unii: Iterable[UniiName], chebi: Mapping[str, Mapping[str, Any]]
) -> None:
    """Make one concept of a drug that MeSH has under one name and another source under another:
    'Thyroxine' and 'Levothyroxine'. Which these are is said by MeSH's names of salts
    ('Levothyroxine Sodium' is a name of thyroxine) and by the FDA's and ChEBI's synonyms.

    builder (Builder): Its concepts are changed.
    unii (Iterable[UniiName]): The FDA's names.
    chebi (Mapping[str, Mapping[str, Any]]): ChEBI's entries.
    """
    of_salt = _bases_of_salts(builder)
    synonyms = defaultdict(set)
    for row in unii:
        synonyms[name_key(row.display)].add(row.name)
    merged: dict[Concept, Concept] = {}
    for concept in builder.concepts:
        key = name_key(concept.name)
        if concept.kind != SUBSTANCE or concept.mesh or key in APART:
            continue
        same = builder.find(concept.name, [OWN])
        found = {same} if same and same is not concept else of_salt.get(key, set()) - {concept}
        if not found and not ISOMER.match(concept.name):
            names = synonyms.get(key, set()) | set(_chebi_names(concept, chebi))
            owners = {builder.find(name, [OWN]) for name in names}
            found = {owner for owner in owners if owner and owner is not concept and owner.mesh}
        if len(found) == 1:
            _join(merged, concept, next(iter(found)))
    _merge(builder, merged)


def _bases_of_salts(builder: Builder) -> dict[str, set[Concept]]:
    """The concepts of MeSH that names with a salt lead to, by the key without the salt."""
    found = defaultdict(set)
    for ranks in builder.names.values():
        for concept, text in (ranks.get(OWN, {}) | ranks.get(SYNONYM, {})).items():
            words = text.lower().split()
            base = without_salts(words)
            is_listed = concept.mesh and words[-1] != "acid" and len(base) < len(words)
            if is_listed and not is_metal(base):
                found[name_key(" ".join(base))].add(concept)
    return found


def _chebi_names(concept: Concept, chebi: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for id_ in concept.chebi:
        if name := chebi.get(id_, {}).get("name"):
            yield name


def _join(merged: dict[Concept, Concept], concept: Concept, base: Concept) -> None:
    """Note that a concept is the same as another, unless that would lead in a circle."""
    while base in merged:
        base = merged[base]
    if base is not concept and base.kind == SUBSTANCE:
        merged[concept] = base


def _merge(builder: Builder, merged: dict[Concept, Concept]) -> None:
    """Move the names and identifiers of merged concepts to those that they are the same as."""
    for concept, direct in merged.items():
        base = direct
        while base in merged:
            base = merged[base]
        merged[concept] = base
        builder.merged[name_key(concept.name)] = base
        base.mesh = base.mesh or concept.mesh
        base.drugbank = base.drugbank or concept.drugbank
        base.unii = base.unii or concept.unii
        base.chebi = base.chebi or concept.chebi
    builder.concepts = [concept for concept in builder.concepts if concept not in merged]
    for ranks in builder.names.values():
        for rank, owners in ranks.items():
            ranks[rank] = {merged.get(concept, concept): text for concept, text in owners.items()}
    for concept in builder.concepts:
        concept.parts = tuple(merged.get(part, part) for part in concept.parts)
