"""Concepts of the dictionary in the making, and the names that its sources give them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from spacy_ddi.linking.dictionary import CLASS, JOIN, SUBSTANCE, Name
from spacy_ddi.linking.name_keys import IONS, SALTS, acid_of, name_key

OWN, SYNONYM, OFFICIAL, BRAND, COMMON, SINGULAR = range(6)
"""Where a name comes from, the best first: of two meanings the better one counts."""

DISPUTED: Final = 0.8
"""Score of a name that a source of the next rank gives another meaning."""

SHORT_FORM: Final = 0.5
"""Score of a short form that our own list does not have: it may mean something else."""

MAX_SHORT_FORM: Final = 5

MAX_LENGTH, MAX_WORDS = 52, 6
FOREIGN: Final = re.compile(r"[ß-ʯ]|\bacid(?:um|e|o)\b|\b(?:component|unspecified)\b|\bwhole$")


@dataclass(eq=False)
class Concept:
    """An entry in the making."""

    name: str
    kind: str = SUBSTANCE
    mesh: str = ""
    drugbank: str = ""
    unii: str = ""
    chebi: list[str] = field(default_factory=list)
    parts: tuple[Concept, ...] = ()

    @property
    def id(self) -> str:
        """MeSH where it has the concept; else DrugBank; else UNII."""
        if self.parts:
            return JOIN.join(sorted({part.id for part in self.parts}))
        if self.mesh:
            return f"MESH:{self.mesh}"
        return f"DRUGBANK:{self.drugbank}" if self.drugbank else f"UNII:{self.unii}"


class Builder:
    """Concepts, and the names that each source gives them."""

    def __init__(self) -> None:
        self.concepts: list[Concept] = []
        self.names: dict[str, dict[int, dict[Concept, str]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        # What concepts became that others took in, by the keys of their names.
        self.merged: dict[str, Concept] = {}
        self.types: dict[str, str] = {}
        self.own_types: dict[str, str] = {}

    def new(self, concept: Concept) -> Concept:
        """Add a concept under its own name."""
        self.concepts.append(concept)
        self.name(concept, concept.name, SYNONYM if self.find(concept.name, [OWN]) else OWN)
        return concept

    def name(self, concept: Concept, text: str, rank: int, type: str = "") -> None:
        """Add a name of a concept, if it can stand in a text."""
        text = uninverted(text)
        key = name_key(text)
        if len(key) < 2 or (rank != OWN and not is_usable(text)):
            return
        self.names[key][rank].setdefault(concept, text)
        if type and rank <= BRAND:
            self.types.setdefault(key, type)

    def find(self, text: str, ranks: Iterable[int] = range(6)) -> Concept | None:
        """The one concept that a name has at the best rank where it has any."""
        known = self.names.get(name_key(text), {})
        for rank in ranks:
            if rank in known:
                return next(iter(known[rank])) if len(known[rank]) == 1 else None
        return None

    def free(self, text: str, ranks: Iterable[int]) -> Concept | None:
        """The substance of a name, if it has no DrugBank id yet."""
        found = self.find(text, ranks)
        return found if found and found.kind == SUBSTANCE and not found.drugbank else None

    def find_base(self, text: str) -> Concept | None:
        """The concept of a name, or of the name without its salts; 'fumarate' may be that of
        fumaric acid. A salt of a metal is not the metal."""
        words = text.split()
        count = len(without_salts(words))
        shortest = len(words) if is_metal(words[:count]) else count
        for length in range(len(words), shortest - 1, -1):
            plain = " ".join(words[:length])
            if found := self.find(plain) or self.find(acid_of(plain)):
                return found
        return None


def uninverted(text: str) -> str:
    """'Contraceptives, Oral' as it is written in a text."""
    parts = text.split(", ")
    if len(parts) != 2 or "-" in parts[1][:2] or text.endswith("Drug Combination"):
        return text
    return f"{parts[1]} {parts[0]}"


def is_usable(text: str) -> bool:
    """Whether a name can be expected in a text: no systematic name, no list of words."""
    letters = sum(sign.isalpha() for sign in text)
    return (
        len(text) <= MAX_LENGTH
        and len(text.split()) <= MAX_WORDS
        and letters >= 2
        and letters >= 0.6 * len(text.replace(" ", ""))
        and not set(text) & set(',;{}[]*^"')
        and text.count("(") <= 1
        and not FOREIGN.search(text.lower())
    )


def without_salts(words: list[str]) -> list[str]:
    """The words of a name without those at its end that tell a salt; the first word stays."""
    count = len(words)
    while count > 1 and words[count - 1].lower() in SALTS:
        count -= 1
    return words[:count]


def is_salt(words: list[str]) -> bool:
    """Whether a name leads to a drug once its salt is taken off, so that it need not be listed."""
    return len(words) > 1 and words[-1].lower() in SALTS and not is_metal(words[:-1])


def is_metal(words: list[str]) -> bool:
    """Whether a name without its salts is that of a metal or another plain ion."""
    return bool(words) and (words[-1].lower() in SALTS or words[-1].lower() in IONS)


def resolved(builder: Builder) -> Iterator[tuple[Concept, Name]]:
    """Each name with the one concept that it means. A name with several at its best rank is left
    out; one to which a source of the next rank gives another meaning gets a lower score."""
    for key, ranks in builder.names.items():
        best = min(ranks)
        ids = {concept.id for concept in ranks[best]}
        is_ours = key in builder.own_types
        if len(ids) > 1 or not (is_ours or any(map(is_usable, ranks[best].values()))):
            continue
        concept, text = next(iter(ranks[best].items()))
        others = {other.id for other in ranks.get(best + 1, {})} - ids if best != OWN else set()
        listed = "" if best == OWN else builder.types.get(key, "")
        kind = "group" if concept.kind == CLASS else builder.own_types.get(key) or listed or "drug"
        score = DISPUTED if others else 1.0
        is_curated = is_ours or kind == "brand" or (best == OWN and concept.mesh)
        if not is_curated and is_short_form(text, best):
            score = SHORT_FORM
        yield concept, Name(text, kind, concept.id, score)


def is_short_form(text: str, rank: int) -> bool:
    """Whether a name looks like an abbreviation, 'TMP' or 'pcn'. Most lists of synonyms are in one
    case, so that there all names of a few letters do.

    text (str): The name.
    rank (int): Where it comes from.
    RETURNS (bool): Whether it may be an abbreviation.
    """
    key = name_key(text)
    if len(key) > MAX_SHORT_FORM:
        return False
    has_vowel = bool(set(key) & set("aeiouy"))
    return text.isupper() or not has_vowel or (rank != OWN and len(key) < MAX_SHORT_FORM)
