"""From a name in a text to a name of the dictionary: as it is, without what does not count, by its
parts, or with one letter wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from spacy_ddi.linking.dictionary import CLASS, COMBINATION, JOIN, DrugDictionary, Entry, Name
from spacy_ddi.linking.name_keys import name_key, name_variants

EXACT, NORMALISED, PARTS, ABBREVIATION, FUZZY = (
    "exact",
    "normalised",
    "parts",
    "abbreviation",
    "fuzzy",
)

SCORES: Final = {EXACT: 1.0, NORMALISED: 0.95, PARTS: 0.9, ABBREVIATION: 0.9, FUZZY: 0.7}
"""What a name's own score is multiplied with, by how it was found."""

MIN_FUZZY: Final = 8
"""Letters and digits of a name from which on one error is allowed."""

CACHE_SIZE: Final = 10_000
"""Names whose matches are kept: the same names come again and again."""

_PARTS: Final = re.compile(r"\s*/\s*|\s+and\s+|\s*\+\s*|\s+with\s+")


_LETTER_AFTER: Final = re.compile(r"\w[\s-]\w$")
"""A single letter after a name stands for another drug: 'Claritin-D' is no misspelt 'Claritin'."""


class Match(NamedTuple):
    """An entry, and how it was found."""

    entry: Entry
    score: float
    how: str
    matched: str


class Matcher:
    """Looks up names in a dictionary."""

    def __init__(self, dictionary: DrugDictionary, *, fuzzy: bool) -> None:
        """dictionary (DrugDictionary): The dictionary, which does not change any more.
        fuzzy (bool): Whether names of 8 letters and more may have one error.
        """
        self.dictionary = dictionary
        self.fuzzy = fuzzy
        self._near: dict[str, list[str]] | None = None
        self._cache: dict[tuple[str, bool], Match | None] = {}

    def __call__(self, name: str, *, is_class: bool = False) -> Match | None:
        """Look up a name.

        name (str): A mention.
        is_class (bool): Whether it is known to name a class of drugs: other forms of it then lead
            to classes only, since derivatives of a drug are not that drug.
        RETURNS (Optional[Match]): What it names; None if that is not known, or if it could be
            several things.
        """
        key = (name, is_class)
        if key not in self._cache:
            if len(self._cache) >= CACHE_SIZE:
                self._cache.clear()
            self._cache[key] = self._look_up(name, is_class)
        return self._cache[key]

    def _look_up(self, name: str, is_class: bool) -> Match | None:
        if found := self.dictionary.find(name):
            return self._match(found, EXACT)
        for variant in name_variants(name):
            if (found := self.dictionary.find(variant)) and self._fits(found, is_class):
                return self._match(found, NORMALISED)
        if parts := self._by_parts(name):
            return parts
        if self.fuzzy and (found := self.nearest(name)) and self._fits(found, is_class):
            return self._match(found, FUZZY)
        return None

    def _fits(self, name: Name, is_class: bool) -> bool:
        return not is_class or self._entry(name).kind == CLASS

    def _entry(self, name: Name) -> Entry:
        entry = self.dictionary.entry(name.entry)
        assert entry is not None  # a dictionary has no names without entries
        return entry

    def _match(self, name: Name, how: str) -> Match:
        return Match(self._entry(name), round(name.score * SCORES[how], 4), how, name.text)

    def _by_parts(self, name: str) -> Match | None:
        """A combination that is named by its ingredients: 'trimethoprim/sulfamethoxazole'."""
        texts = [part for part in _PARTS.split(name) if part]
        if len(texts) < 2:
            return None
        found = [self._part(text) for text in texts]
        parts = {name.entry: self._entry(name) for name in found if name}
        if None in found or len(parts) < 2:
            return None
        if any(part.kind == COMBINATION for part in parts.values()):
            return None
        ids = sorted(parts)
        known = self.dictionary.entry(JOIN.join(ids))
        title = "/".join(part.name for part in parts.values())
        entry = known or Entry(JOIN.join(ids), title, COMBINATION, ingredients=tuple(ids))
        return Match(entry, SCORES[PARTS], PARTS, name)

    def _part(self, text: str) -> Name | None:
        """A part of a combination, which may have its own dose and salt."""
        forms = (self.dictionary.find(form) for form in (text, *name_variants(text)))
        return next(filter(None, forms), None)

    def nearest(self, name: str) -> Name | None:
        """The known name that differs by one letter: too many, too few, exchanged, or swapped with
        its neighbour.

        name (str): A name of which no form is known.
        RETURNS (Optional[Name]): The known name; None if there is none, or if several are as near
            that name different entries, or if the name is short or has a digit or a single letter
            at its end, or if it is known to be something else: 'hypericum' is a plant.
        """
        if name_key(name) in self.dictionary.other_words or _LETTER_AFTER.search(name):
            return None
        names = [self.dictionary.at_key(known) for known in sorted(self._near_keys(name_key(name)))]
        return names[0] if len({near.entry for near in names}) == 1 else None

    def nearest_other(self, name: Name) -> Name | None:
        """What `nearest` would give if nothing were known of a name's entry: always wrong.

        name (Name): A known name.
        RETURNS (Optional[Name]): A name of another entry.
        """
        names = [self.dictionary.at_key(known) for known in self._near_keys(name_key(name.text))]
        others = [near for near in names if near.entry != name.entry]
        return others[0] if len({near.entry for near in others}) == 1 else None

    def _near_keys(self, key: str) -> set[str]:
        """The keys that one edit leads to. The first letter is seldom wrong, and often tells names
        apart: 'b-lactams' are not lactams."""
        if len(key) < MIN_FUZZY or not key.isalpha():
            return set()
        if self._near is None:
            self._near = defaultdict(list)
            for known in self.dictionary.keys:
                if len(known) >= MIN_FUZZY - 1:
                    for part in _ends(known):
                        self._near[part].append(known)
        return {
            known
            for part in _ends(key)
            for known in self._near.get(part, ())
            if known[0] == key[0] and is_one_edit(key, known)
        }


def is_one_edit(one: str, other: str) -> bool:
    """Whether two words differ by one letter that is added, left out or exchanged, or by two
    neighbours that are swapped (Damerau 1964).

    one, other (str): Two words.
    RETURNS (bool): Whether one edit leads from one to the other; False for equal words.
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, sign in enumerate(one) if sign != other[i]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    swapped = one[start : start + 2][::-1] == other[start : start + 2]
    return swapped and one[start + 2 :] == other[start + 2 :]


def _ends(key: str) -> Iterator[str]:
    """The first and the last letters of a word: one error leaves one of the two as it is."""
    yield "^" + key[: MIN_FUZZY // 2]
    yield key[-MIN_FUZZY // 2 :] + "$"
