"""PubAnnotation JSON (Kim and Wang, LAW 2012): a text, its denotations and relations of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.json_keys import json_format
from spacy_ddi.formats.json_streams import Piece, read_json_documents
from spacy_ddi.formats.json_values import write_json_list
from spacy_ddi.formats.text_document import Section, TextDocument

FRAGMENT: Final = "_FRAGMENT"
CHAINED: Final = "_lexicallyChainedTo"
"""Type and relation of the first ranges of a mention that has several, in the chain model."""

_OTHER: Final = ("project", "source_url", "sourcedb", "target")
"""Keys that are kept as metadata."""


def read_pubannotation(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read PubAnnotation JSON; see `Reader`. A document is in memory at a time.

    path (Path): The file: a document, a list of them, or one a line.
    on_error (Callable[[CorpusError], None]): Gets the error of a document.
    columns (Columns): There are none.
    YIELDS (TextDocument): The documents. The id is sourceid, with divid if there is one, or else
        the file's name.
    """

    def parse(tree: dict[str, Any], piece: Piece) -> TextDocument:
        return _document(tree, path, piece.place)

    yield from read_json_documents(path, parse, on_error=on_error)


def write_pubannotation(documents: Iterable[TextDocument], path: Path) -> None:
    """Write a list of PubAnnotation documents, one a line; see `Writer`. Several ranges are a list
    (the bag model).

    documents (Iterable[TextDocument]): The documents.
    path (Path): The file.
    """
    write_json_list(map(_to_dict, documents), path)


def _document(tree: dict[str, Any], path: Path, place: str) -> TextDocument:
    text = tree.get("text")
    if not isinstance(text, str):
        raise ValueError("it has no text")
    # A document with annotations of several projects has a track for each.
    tracks = [tree, *_dicts(tree, "tracks")]
    mentions: dict[str, Mention] = {}
    interactions: list[Interaction] = []
    for number, track in enumerate(tracks):
        prefix = f"{number}-" if number else ""
        found = _denotations(track, prefix)
        interactions += _relations(track, prefix, found)
        mentions |= found
    id_ = "-".join(str(tree[key]) for key in ("sourceid", "divid") if _is_given(tree.get(key)))
    known = {key: str(tree[key]) for key in _OTHER if _is_given(tree.get(key))}
    year = tree.get("year")
    return TextDocument(
        id_ or (path.name if place == "document 1" else f"{path.name}, {place}"),
        text,
        tuple(_sections(tree)),
        tuple(mentions.values()),
        tuple(interactions),
        year if isinstance(year, int) and 1800 <= year < 2100 else None,
        known,
        str(path),
        place,
    )


def _is_given(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _denotations(track: dict[str, Any], prefix: str) -> dict[str, Mention]:
    mentions: dict[str, Mention] = {}
    n_without = 0
    for denotation in _dicts(track, "denotations"):
        id_ = denotation.get("id")
        if not _is_given(id_):
            n_without += 1
            id_ = f"-{n_without}"
        id_ = f"{prefix}{id_}"
        if id_ in mentions:
            raise ValueError(f"two denotations have the id {id_!r}")
        mentions[id_] = Mention(id_, _string(denotation, "obj"), _ranges(denotation))
    return mentions


def _ranges(denotation: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    span = denotation.get("span")
    spans = span if isinstance(span, list) else [span]
    ranges: list[tuple[int, int]] = []
    for each in spans:
        begin, end = (
            (each.get("begin"), each.get("end")) if isinstance(each, dict) else (None, None)
        )
        if type(begin) is not int or type(end) is not int:
            raise ValueError(f"the span of {_string(denotation, 'id')!r} has no begin and end")
        ranges.append((begin, end))
    return tuple(sorted(ranges))


def _relations(
    track: dict[str, Any], prefix: str, mentions: dict[str, Mention]
) -> Iterator[Interaction]:
    """Interactions; what a chain links becomes one mention. Relations of other things than
    denotations are left out."""
    relations = _dicts(track, "relations")
    other = {
        prefix + _string(each, "id")
        for key in ("relations", "blocks", "attributes", "modifications")
        for each in _dicts(track, key)
    }
    merged: dict[str, str] = {}
    kept: list[Interaction] = []
    for relation in relations:
        ends = tuple(prefix + _string(relation, key) for key in ("subj", "obj"))
        for end in ends:
            if end not in mentions and end not in other:
                raise ValueError(f"a relation is of {end!r}, and no denotation has this id")
        if all(end in mentions for end in ends):
            label = _string(relation, "pred")
            if label == CHAINED:
                merged[ends[1]] = ends[0]
            else:
                kept.append(Interaction(ends[0], ends[1], label))
    for fragment in merged:
        whole = _whole(fragment, merged)
        ranges = mentions[whole].ranges + mentions[fragment].ranges
        mentions[whole] = Mention(whole, mentions[whole].type, tuple(sorted(ranges)))
    for fragment in merged:
        del mentions[fragment]
    for each in kept:
        yield Interaction(_whole(each.head, merged), _whole(each.tail, merged), each.label)


def _whole(id_: str, merged: dict[str, str]) -> str:
    """The mention that a fragment is part of."""
    for _ in range(len(merged) + 1):
        if id_ not in merged:
            return id_
        id_ = merged[id_]
    raise ValueError(f"the chain of {id_!r} has no end")


def _sections(tree: dict[str, Any]) -> Iterator[Section]:
    divisions = [(_ranges(each), each) for each in _dicts(tree, "divisions")]
    for ranges, division in sorted(divisions, key=lambda each: each[0]):
        for start, end in ranges:
            yield Section(start, end, _string(division, "label"), _string(division, "title"))


def _to_dict(document: TextDocument) -> dict[str, Any]:
    tree: dict[str, Any] = {
        key: document.metadata[key] for key in _OTHER if key in document.metadata
    }
    tree |= {"sourceid": document.id, "text": document.text}
    if document.year:
        tree["year"] = document.year
    if document.sections:
        tree["divisions"] = [
            {"span": {"begin": each.start, "end": each.end}, "label": each.kind}
            | ({"title": each.title} if each.title else {})
            for each in document.sections
        ]
    denotations = []
    for mention in document.mentions:
        spans = [{"begin": start, "end": end} for start, end in mention.ranges]
        span = spans if len(spans) > 1 else spans[0]
        denotations.append({"id": mention.id, "span": span, "obj": mention.type})
    tree["denotations"] = denotations
    taken = {mention.id for mention in document.mentions}
    names = (f"R{number}" for number in range(1, 2 + len(taken) + len(document.interactions)))
    free = (name for name in names if name not in taken)
    tree["relations"] = [
        {"id": name, "subj": each.head, "pred": each.label, "obj": each.tail}
        for each, name in zip(document.interactions, free, strict=False)
    ]
    return tree


def _dicts(tree: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = tree.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError(f"{key!r} is no list of objects")
    return value


def _string(tree: dict[str, Any], key: str) -> str:
    value = tree.get(key)
    return "" if value is None else str(value)


def _recognizes(head: bytes) -> bool:
    return json_format(head) == "pubannotation"


PUBANNOTATION = Format(
    "pubannotation", (".json",), _recognizes, read_pubannotation, write_pubannotation
)
