"""Words that are one letter from a name of a drug and are known to be something else, so that fuzzy
matching leaves them alone: plants, diseases, and drugs that the dictionary does not have."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import drug_name_sources as sources

from spacy_ddi.linking.dictionary import DrugDictionary
from spacy_ddi.linking.matching import MIN_FUZZY, Matcher, is_one_edit
from spacy_ddi.linking.name_keys import name_key

ORGANISM: Final = re.compile(
    r"\b(?:whole|root|leaf|flower|flowering|seed|fruit|bark|top|oil|pollen|rhizome|stem|herb|wood|"
    r"bulb|nut|resin|peel|live|cell|venom)\b",
    re.I,
)
"""What the FDA's names of parts of plants and animals have: 'HYPERICUM PERFORATUM WHOLE'."""


def other_words(dictionary: DrugDictionary, folder: Path) -> frozenset[str]:
    """The words of MeSH and the FDA's list, one letter from a name, that mean something else.

    dictionary (DrugDictionary): The dictionary, with all its names.
    folder (Path): The folder with the wheels.
    RETURNS (FrozenSet[str]): Their keys.
    """
    near = NearKeys(dictionary.keys)
    matcher = Matcher(dictionary, fuzzy=False)
    found = set()
    for word, title in known_words(folder):
        key = name_key(word)
        if len(key) < MIN_FUZZY or not key.isalpha() or key in found or key in dictionary:
            continue
        if not (keys := near(key)):
            continue
        # Other spellings of a drug's own name are no other words.
        own = matcher(title)
        if own is None or all(dictionary.at_key(each).entry != own.entry.id for each in keys):
            found.add(key)
    return frozenset(found)


def known_words(folder: Path) -> Iterator[tuple[str, str]]:
    """Single words, each with the title of what it names."""
    for source in (sources.MESH_HEADINGS, sources.MESH_SUPPLEMENT):
        for heading in sources.read_mesh(folder, source):
            for name in (heading.label, *heading.names):
                if name.isalpha():
                    yield name, heading.label
    for row in sources.read_unii_names(folder):
        if row.name.isalpha():
            yield row.name, row.display
        elif ORGANISM.search(row.display) and (word := row.name.partition(" ")[0]).isalpha():
            yield word, row.display


class NearKeys:
    """The known keys that are one edit from a word, by the words that one letter less leaves."""

    def __init__(self, keys: Iterable[str]) -> None:
        """keys (Iterable[str]): The known keys."""
        self._known: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            if len(key) >= MIN_FUZZY - 1 and key.isalpha():
                for part in shortened(key):
                    self._known[part].append(key)

    def __call__(self, word: str) -> set[str]:
        """Find the keys.

        word (str): The key of a word.
        RETURNS (Set[str]): Those that begin with the same letter and differ by one edit.
        """
        return {
            key
            for part in shortened(word)
            for key in self._known.get(part, ())
            if key[0] == word[0] and is_one_edit(key, word)
        }


def shortened(word: str) -> set[str]:
    """A word, and the word without each of its letters."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
