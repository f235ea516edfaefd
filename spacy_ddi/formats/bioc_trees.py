"""BioC (Comeau et al., Database 2013): the document that a tree of passages, sentences, annotations
and relations is. A tree is what BioC JSON has; BioC XML is brought into the same shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.columns import YEAR_NAMES
from spacy_ddi.formats.text_document import Section, TextDocument

MAX_FILLED: Final = 1_000_000
"""Characters that may be missing between the passages of a document."""

KINDS: Final = ("type", "section_type")
LABELS: Final = ("type", "relation")
"""The infons that say what a passage and a relation are, the first that is there."""

ROLES: Final = (("head", "tail"), ("arg1", "arg2"), ("subject", "object"))
"""Roles, in small letters, that say which mention is the first, whatever the order of the nodes."""

_YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_NUMBER: Final = re.compile(r"\s*\d{1,12}\s*", re.ASCII)
_GAP: Final = r"(?:\[?(?:\.\.\.|…)\]?)?"
"""What some write between the ranges of an annotation: `Loop [...] diuretics`."""

Tree = Mapping[str, Any]


class _Passage(NamedTuple):
    """What a passage has of the text: the piece of it, or those of its sentences.

    tree (Mapping[str, Any]): The passage.
    infons (Dict[str, str]): Of the passage.
    pieces (List[Tuple[int, str]]): Offsets and texts.
    """

    tree: Tree
    infons: dict[str, str]
    pieces: list[tuple[int, str]]

    @property
    def is_blank(self) -> bool:
        """Whether it is only there for the white space between two others."""
        return not self.infons and any(text for _, text in self.pieces) and not self.text.strip()

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces)

    @property
    def start(self) -> int:
        return min(offset for offset, _ in self.pieces)

    @property
    def end(self) -> int:
        return max(offset + len(text) for offset, text in self.pieces)


def document_of(tree: Tree, file: str, place: str) -> TextDocument:
    """The document of a tree.

    tree (Mapping[str, Any]): A BioC document as JSON has it; offsets and lengths may be strings.
    file, place (str): See `TextDocument`.
    RETURNS (TextDocument): Its text has BioC's own offsets: what is missing between passages is
        filled with line ends.
    RAISES (ValueError): If it is no BioC, or if offsets don't fit the text.
    """
    if not isinstance(tree.get("passages"), list):
        raise ValueError("it has no passages")
    passages = [_passage(each) for each in _trees(tree, "passages")]
    text = _filled(piece for passage in passages for piece in passage.pieces)
    for passage in passages:
        _check_sentences(passage, text)
    annotations = _Annotations(text)
    annotations.read([tree, *(each.tree for each in passages)])
    infons = _infons(tree)
    years = (_year(each) for each in (infons, *(passage.infons for passage in passages)))
    return TextDocument(
        _string(tree, "id"),
        text,
        tuple(_sections(passages)),
        tuple(annotations.mentions),
        tuple(annotations.interactions),
        next((year for year in years if year), None),
        {key: value for key, value in infons.items() if key != "year"},
        file,
        place,
    )


class _Annotations:
    """Gathers annotations and relations of documents, passages and sentences.

    An id may be given once in each of these; the second of the document gets another one.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.mentions: list[Mention] = []
        self.interactions: list[Interaction] = []
        self.first: dict[str, str] = {}
        self.taken: set[str] = set()
        self.relations: set[str] = set()

    def read(self, trees: Iterable[Tree]) -> None:
        """Read all of them, sentences with their passages."""
        levels = [each for tree in trees for each in (tree, *_trees(tree, "sentences"))]
        ids = [self._read_annotations(level) for level in levels]
        self.relations = {
            _string(relation, "id") for level in levels for relation in _trees(level, "relations")
        }
        for level, own in zip(levels, ids, strict=True):
            for relation in _trees(level, "relations"):
                self._read_relation(relation, self.first | own)

    def _read_annotations(self, level: Tree) -> dict[str, str]:
        own: dict[str, str] = {}
        for annotation in _trees(level, "annotations"):
            given = _string(annotation, "id")
            if given and given in own:
                raise ValueError(f"two annotations have the id {given!r}")
            id_, number = given or "T1", 1
            while id_ in self.taken:
                number += 1
                id_ = f"{given}#{number}" if given else f"T{number}"
            self.taken.add(id_)
            own[given] = id_
            self.first.setdefault(given, id_)
            mention = Mention(id_, _infons(annotation).get("type", ""), self._ranges(annotation))
            self.mentions.append(mention)
        return own

    def _ranges(self, annotation: Tree) -> tuple[tuple[int, int], ...]:
        ranges = []
        for location in _trees(annotation, "locations"):
            start = _number(location, "offset")
            ranges.append((start, start + _number(location, "length")))
        ranges.sort()
        given = _packed(_string(annotation, "text"))
        if given and ranges:
            pieces = [self.text[start:end] for start, end in ranges]
            marked = _GAP.join(re.escape(_packed(piece)) for piece in pieces)
            whole = self.text[ranges[0][0] : ranges[-1][1]]
            if given != _packed(whole) and not re.fullmatch(marked, given):
                raise ValueError(
                    f"annotation {_string(annotation, 'id')!r} is {_string(annotation, 'text')!r}, "
                    f"but at its offsets stands {''.join(pieces)[:60]!r}"
                )
        return tuple(ranges)

    def _read_relation(self, relation: Tree, ids: Mapping[str, str]) -> None:
        """Relations of other than two mentions, and those of relations, are left out."""
        nodes = [
            (_string(node, "role"), _string(node, "refid")) for node in _trees(relation, "nodes")
        ]
        if len(nodes) != 2:
            return
        roles = tuple(role.lower() for role, _ in nodes)
        if roles[::-1] in ROLES:
            nodes.reverse()
        names = [name for _, name in nodes]
        for name in names:
            if name not in ids:
                if name in self.relations:
                    return
                raise ValueError(f"a relation is of {name!r}, and no annotation has this id")
        infons = _infons(relation)
        label = next((infons[each] for each in LABELS if each in infons), "")
        self.interactions.append(Interaction(ids[names[0]], ids[names[1]], label))


def _passage(tree: Tree) -> _Passage:
    offset = _number(tree, "offset")
    pieces = [(offset, _string(tree, "text"))]
    if not pieces[0][1]:
        # A passage without text of its own has that of its sentences.
        for sentence in _trees(tree, "sentences"):
            pieces.append((_number(sentence, "offset"), _string(sentence, "text")))
            if pieces[-1][0] < offset:
                raise ValueError(
                    f"a sentence at offset {pieces[-1][0]} is in the passage at offset {offset}"
                )
    return _Passage(tree, _infons(tree), pieces)


def _filled(pieces: Iterable[tuple[int, str]]) -> str:
    """Pieces at their offsets, and line ends where there is none."""
    parts: list[str] = []
    end = n_filled = 0
    for offset, text in sorted(pieces, key=lambda piece: (piece[0], len(piece[1]))):
        if offset < end:
            if not text:
                continue
            raise ValueError(
                f"the text at offset {offset} begins before the one before it ends, at {end}"
            )
        n_filled += offset - end
        if n_filled > MAX_FILLED:
            raise ValueError(
                f"at offset {offset}, more than {MAX_FILLED:,} characters are missing before it"
            )
        parts += ("\n" * (offset - end), text)
        end = offset + len(text)
    return "".join(parts)


def _check_sentences(passage: _Passage, text: str) -> None:
    for sentence in _trees(passage.tree, "sentences"):
        own, offset = _string(sentence, "text"), _number(sentence, "offset")
        if own and not text.startswith(own, offset):
            raise ValueError(
                f"the sentence at offset {offset} is {own[:40]!r}, but the text of its passage has "
                f"{text[offset : offset + min(len(own), 40)]!r} there"
            )


def _sections(passages: Iterable[_Passage]) -> Iterator[Section]:
    end = 0
    for passage in sorted(passages, key=lambda each: (each.start, each.end)):
        if passage.is_blank or (passage.start == passage.end and passage.start < end):
            continue
        infons, end = passage.infons, passage.end
        kind = next((infons[each] for each in KINDS if each in infons), "")
        yield Section(passage.start, passage.end, kind, infons.get("title", ""))


def _year(infons: Mapping[str, str]) -> int | None:
    found = (_YEAR.search(infons.get(name, "")) for name in YEAR_NAMES)
    return next((int(each[0]) for each in found if each), None)


def _trees(tree: Tree, key: str) -> list[Tree]:
    value = tree.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError(f"{key!r} is no list of objects")
    return value


def _string(tree: Tree, key: str) -> str:
    value = tree.get(key)
    if value is None:
        return ""
    if isinstance(value, int) and key != "text":
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"{key!r} is no text, but {str(value)[:40]}")
    return value


def _number(tree: Tree, key: str) -> int:
    value = tree.get(key)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**12:
        raise ValueError(f"{key!r} is no number of characters, but {str(value)[:40]!r}")
    return value


def _infons(tree: Tree) -> dict[str, str]:
    infons = tree.get("infons")
    if infons is None:
        return {}
    if not isinstance(infons, dict):
        raise ValueError("'infons' is no object")
    # PubTator has infons that are objects.
    return {
        key: str(value) for key, value in infons.items() if isinstance(value, str | int | float)
    }


def _packed(text: str) -> str:
    return "".join(text.split()).casefold()
