"""What the project writes on a Doc, and the one shape it has everywhere.

`doc._.ddi_rels` holds plain dicts (`RelationDict`), so that it survives `to_bytes`, DocBin, pickle,
`n_process=2` and `to_json`. `doc._.ddi` and `span._.ddi` are read-only views of it with Spans.
The keys of gold annotation are in `spacy_ddi.gold`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from spacy.tokens import Doc, Span

from spacy_ddi.errors import DDIError, Errors

_OFFSETS: Final = ("head_start", "head_end", "tail_start", "tail_end")
_STORAGE_KEY: Final[Any] = ("._.", "ddi_rels", None, None)


class _RelationDict(TypedDict):
    head_start: int
    head_end: int
    tail_start: int
    tail_end: int
    label: str
    score: float


class RelationDict(_RelationDict, total=False):
    """One interaction, as stored: token offsets (end exclusive) of the two mentions, head first in
    the text; the interaction itself has no direction. `score` is the probability of `label` in
    [0, 1]; `probs`, where asked for, that of every class, `none` included."""

    probs: dict[str, float]


@dataclass(frozen=True)
class Relation:
    """One interaction with its mentions as Spans: a view of a `RelationDict`.

    head (Span): The mention that comes first in the text.
    tail (Span): The other mention.
    label (str): The type of interaction; empty for an interaction annotated without a type.
    score (float): Probability of the label, in [0, 1].
    """

    head: Span
    tail: Span
    label: str
    score: float

    def other(self, mention: Span) -> Span:
        """The mention that interacts with the given one.

        mention (Span): Head or tail of this relation.
        RETURNS (Span): The other of the two.
        RAISES (ValueError): If the mention takes no part in this relation.
        """
        place = (mention.start, mention.end)
        if place == (self.head.start, self.head.end):
            return self.tail
        if place == (self.tail.start, self.tail.end):
            return self.head
        raise DDIError(Errors.NOT_IN_RELATION.format(mention=mention, relation=self))


def make_relation(
    head: tuple[int, int], tail: tuple[int, int], label: str, score: float
) -> RelationDict:
    """One stored relation from two token ranges in either order.

    head, tail (Tuple[int, int]): Token offsets (start, end) of the mentions, end exclusive.
    label (str): The type of interaction.
    score (float): Probability of the label, in [0, 1].
    RETURNS (RelationDict): The relation, the earlier mention as its head.
    """
    first, second = sorted([head, tail])
    return {
        "head_start": int(first[0]),
        "head_end": int(first[1]),
        "tail_start": int(second[0]),
        "tail_end": int(second[1]),
        "label": label,
        "score": float(score),
    }


def get_relations(doc: Doc) -> list[RelationDict] | tuple[()]:
    """Getter of `doc._.ddi_rels`: a list, or `()` if nobody has looked for relations yet."""
    stored = doc.user_data.get(_STORAGE_KEY)
    return () if stored is None else list(stored)


def set_relations(doc: Doc, relations: Sequence[RelationDict]) -> None:
    """Setter of `doc._.ddi_rels`: checks the shape and replaces what was there.

    RAISES (ValueError): If an entry has not the shape of a `RelationDict`.
    """
    for relation in relations:
        if not _is_relation(relation, len(doc)):
            raise DDIError(Errors.BAD_RELATIONS.format(length=len(doc), found=relation))
    doc.user_data[_STORAGE_KEY] = list(relations)


def relations_of_doc(doc: Doc) -> tuple[Relation, ...]:
    """Getter of `doc._.ddi`: the relations with their mentions as Spans, in stored order."""
    return tuple(_view(doc, relation) for relation in get_relations(doc))


def relations_of_span(span: Span) -> tuple[Relation, ...]:
    """Getter of `span._.ddi`: the relations in which exactly this mention takes part."""
    place = (span.start, span.end)
    return tuple(
        relation
        for relation in relations_of_doc(span.doc)
        if place
        in ((relation.head.start, relation.head.end), (relation.tail.start, relation.tail.end))
    )


def install_extensions() -> None:
    """Register `doc._.ddi_rels`, `doc._.ddi` and `span._.ddi`; again is harmless.

    RAISES (ValueError): If one of the names is taken by somebody else.
    """
    wanted: list[tuple[type, str, dict[str, Any]]] = [
        (Doc, "ddi_rels", {"getter": get_relations, "setter": set_relations}),
        (Doc, "ddi", {"getter": relations_of_doc}),
        (Span, "ddi", {"getter": relations_of_span}),
    ]
    for owner, attribute, accessors in wanted:
        if not owner.has_extension(attribute):  # type: ignore[attr-defined]
            owner.set_extension(attribute, **accessors)  # type: ignore[attr-defined]
            continue
        getter = owner.get_extension(attribute)[2]  # type: ignore[attr-defined]
        if getter is not accessors["getter"]:
            raise DDIError(Errors.EXTENSION_CLASH.format(owner=owner.__name__, attribute=attribute))


def _is_relation(relation: Any, length: int) -> bool:
    if not isinstance(relation, dict):
        return False
    offsets: list[Any] = [relation.get(key) for key in _OFFSETS]
    if not all(type(offset) is int for offset in offsets):
        return False
    head_start, head_end, tail_start, tail_end = offsets
    return (
        0 <= head_start < head_end <= length
        and 0 <= tail_start < tail_end <= length
        and (head_start, head_end) <= (tail_start, tail_end)
        and type(relation.get("label")) is str
        and type(relation.get("score")) is float
        and math.isfinite(relation["score"])
    )


def _view(doc: Doc, relation: RelationDict) -> Relation:
    return Relation(
        head=doc[relation["head_start"] : relation["head_end"]],
        tail=doc[relation["tail_start"] : relation["tail_end"]],
        label=relation["label"],
        score=relation["score"],
    )
