"""The dictionary of drugs: entries, and the names that lead to them.

A stored dictionary is one file of plain data (msgpack, compressed by gzip): columns of the entries,
columns of the names, and what it was made from.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import srsly

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.linking.name_keys import name_key

FORMAT: Final = "spacy-ddi.drugs.1"

SUBSTANCE, CLASS, COMBINATION = "substance", "class", "combination"

JOIN: Final = "+"
"""Between the identifiers of the ingredients of a combination."""


class Entry(NamedTuple):
    """A substance, a class of drugs, or a combination.

    id (str): The main identifier, with its prefix: 'MESH:D014859'; of a combination those of its
        ingredients in alphabetical order, joined by '+'.
    name (str): The name to show.
    kind (str): "substance", "class" or "combination".
    drugbank, mesh, unii, cas (str): Its other identifiers, each without a prefix; empty where not
        known. ATC codes are known from own dictionaries only.
    atc (Tuple[str, ...]): ATC codes.
    classes (Tuple[str, ...]): Main identifiers of the classes that it belongs to.
    ingredients (Tuple[str, ...]): Main identifiers of what a combination holds.
    """

    id: str
    name: str
    kind: str = SUBSTANCE
    drugbank: str = ""
    mesh: str = ""
    unii: str = ""
    cas: str = ""
    atc: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()


class Name(NamedTuple):
    """One name of an entry.

    text (str): The name as it is written.
    type (str): The type of mention that it is: "drug", "brand" or "group".
    entry (str): The main identifier of what it names.
    score (float): How sure it is that the name means this entry, in (0, 1]; less than 1 where
        sources differ.
    """

    text: str
    type: str
    entry: str
    score: float = 1.0


class DrugDictionary:
    """Entries, and names that lead to them. Of names that differ in case, accents, blanks, hyphens
    or spelling alone, the one that was added last counts."""

    def __init__(
        self,
        entries: Iterable[Entry] = (),
        names: Iterable[Name] = (),
        about: str = "",
        other_words: Iterable[str] = (),
    ) -> None:
        """entries (Iterable[Entry]): The entries.
        names (Iterable[Name]): Their names.
        about (str): What the dictionary was made from, and under which licences.
        other_words (Iterable[str]): Keys of words that look like a name with one wrong letter, and
            are known to be something else.
        """
        self.about = about
        self.other_words = frozenset(other_words)
        self._entries: dict[str, Entry] = {}
        # Names as columns, by their keys: as objects they would take most of the time of loading.
        self._rows: dict[str, int] = {}
        self._columns: tuple[list[Any], ...] = ([], [], [], [])
        self.add(entries, names)

    def __len__(self) -> int:
        """The number of names."""
        return len(self._rows)

    def __contains__(self, name: str) -> bool:
        """Whether a name is known."""
        return name_key(name) in self._rows

    @property
    def keys(self) -> Iterable[str]:
        """The keys of all names, see `name_key`."""
        return self._rows.keys()

    def add(self, entries: Iterable[Entry], names: Iterable[Name]) -> None:
        """Add entries and names; both replace what was known under the same identifier or name.

        entries (Iterable[Entry]): The entries.
        names (Iterable[Name]): Names of these, or of entries that are known.
        RAISES (DDIError): If a name belongs to an entry that is not known, or has no letter.
        """
        for entry in entries:
            self._entries[entry.id] = entry
        for name in names:
            key = name_key(name.text)
            if not key or name.entry not in self._entries:
                raise DDIError(Errors.NAME_WITHOUT_ENTRY.format(name=name.text, id=name.entry))
            row = self._rows.setdefault(key, len(self._rows))
            for column, value in zip(self._columns, name, strict=True):
                column[row : row + 1] = [value]

    def find(self, name: str) -> Name | None:
        """Look up a name.

        name (str): A name as it stands in a text.
        RETURNS (Optional[Name]): The name that is known; None if there is none.
        """
        key = name_key(name)
        return self.at_key(key) if key in self._rows else None

    def at_key(self, key: str) -> Name:
        """The name with a key that is known.

        key (str): One of `keys`.
        RETURNS (Name): The name.
        """
        row = self._rows[key]
        text, type_, entry, score = (column[row] for column in self._columns)
        return Name(text or key, type_, entry, score)

    def entry(self, id: str) -> Entry | None:
        """An entry by its main identifier.

        id (str): The identifier, e.g. of an entity's `kb_id_`.
        RETURNS (Optional[Entry]): The entry; None if there is none.
        """
        return self._entries.get(id)

    def names(self, type: str | None = None) -> Iterator[Name]:
        """The names, as they are written.

        type (Optional[str]): Only those of this type: "drug", "brand" or "group".
        YIELDS (Name): The names.
        """
        for key in self._rows:
            name = self.at_key(key)
            if type is None or name.type == type:
                yield name

    def to_bytes(self) -> bytes:
        """Serialize the dictionary; the same dictionary gives the same bytes.

        RETURNS (bytes): Plain data, compressed.
        """
        number = {id_: i for i, id_ in enumerate(self._entries)}
        texts, types, ids, scores = self._columns
        data = {
            "format": FORMAT,
            "about": self.about,
            "entries": [list(column) for column in zip(*self._entries.values(), strict=True)],
            "keys": list(self._rows),
            # Many keys are the name itself.
            "texts": [
                "" if text == key else text for key, text in zip(self._rows, texts, strict=True)
            ],
            "types": types,
            "of": [number[id_] for id_ in ids],
            "scores": scores,
            "other_words": sorted(self.other_words),
        }
        return gzip.compress(srsly.msgpack_dumps(data), compresslevel=9, mtime=0)

    @classmethod
    def from_bytes(cls, content: bytes, source: str = "the stored dictionary") -> DrugDictionary:
        """Load a dictionary.

        content (bytes): What `to_bytes` gave.
        source (str): Where it comes from, for messages.
        RETURNS (DrugDictionary): The dictionary.
        RAISES (DDIError): If it is none.
        """
        try:
            data: dict[str, Any] = srsly.msgpack_loads(gzip.decompress(content))
            if data["format"] != FORMAT:
                raise ValueError(f"its format is {data['format']!r}")
            # Files made before version 0.6 have no other words.
            loaded = cls(about=data["about"], other_words=data.get("other_words", ()))
            entries = [
                Entry(*row[:7], *map(tuple, row[7:])) for row in zip(*data["entries"], strict=True)
            ]
            ids = [entry.id for entry in entries]
            loaded._entries = dict(zip(ids, entries, strict=True))
            keys = data["keys"]
            loaded._rows = dict(zip(keys, range(len(keys)), strict=True))
            ids_of_names = [ids[i] for i in data["of"]]
            loaded._columns = (data["texts"], data["types"], ids_of_names, data["scores"])
            if any(len(column) != len(keys) for column in loaded._columns):
                raise ValueError("its columns differ in length")
        except (OSError, EOFError, ValueError, TypeError, KeyError, IndexError) as error:
            raise DDIError(Errors.NO_DICTIONARY_FILE.format(path=source, problem=error)) from error
        return loaded

    def to_disk(self, path: str | Path) -> None:
        """Write the dictionary to a file.

        path (Union[str, Path]): The file.
        """
        Path(path).write_bytes(self.to_bytes())

    @classmethod
    def from_disk(cls, path: str | Path) -> DrugDictionary:
        """Read a dictionary from a file.

        path (Union[str, Path]): The file.
        RETURNS (DrugDictionary): The dictionary.
        RAISES (DDIError): If the file can't be read, or is no dictionary.
        """
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise DDIError(Errors.NO_DICTIONARY_FILE.format(path=path, problem=error)) from error
        return cls.from_bytes(content, str(path))
