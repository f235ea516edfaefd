"""The relations on a Doc: `doc._.ddi_rels` and its views.

`doc._.ddi_rels` gives and takes plain dicts with token offsets (`RelationDict`). Stored are
characters (`stored_pairs.py`), so relations follow the words when tokens are merged or split.
`doc._.ddi` and `span._.ddi` are read-only views with Spans. The keys of gold annotation are in
`gold.py`.
"""

from __future__ import annotations

import reprlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import InitVar, dataclass, field
from numbers import Integral
from operator import index
from typing import Any, Final, NamedTuple, TypedDict, TypeVar

from spacy.tokens import Doc, Span

from spacy_ddi.errors import DDIError, Errors, require
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.read_only import ReadOnlyDict, ReadOnlyList
from spacy_ddi.relation_checks import checked_relations
from spacy_ddi.stored_pairs import (
    RELATIONS_KEY,
    TOKEN_OFFSETS,
    PlacePair,
    StoredPair,
    by_characters,
    containing_span,
    places_of,
    read_pairs,
    token_ranges,
)

_TYPES: Final = ("head_type", "tail_type")


class _RelationDict(TypedDict):
    head_start: int
    head_end: int
    tail_start: int
    tail_end: int
    label: str
    score: float


class RelationDict(_RelationDict, total=False):
    """One interaction: token offsets (end exclusive) of the two mentions, head first in the text;
    the interaction itself has no direction. `score` is the probability of `label` in [0, 1];
    `probs`, where asked for, that of every class, `none` included."""

    probs: dict[str, float]


class _Mention(NamedTuple):
    """A mention by its characters, with label and ids of the Span that marks it, if one does."""

    doc: Doc
    start_char: int
    end_char: int
    label: str
    kb_id: int
    span_id: int

    def span(self) -> Span:
        return containing_span(
            self.doc,
            (self.start_char, self.end_char),
            label=self.label,
            kb_id=self.kb_id,
            span_id=self.span_id,
        )


@dataclass(frozen=True)
class Relation:
    """One interaction. The fields are plain data, so that `dataclasses.asdict(relation)` and
    `pd.DataFrame(doc._.ddi)` work; `head` and `tail` are the mentions as Spans.

    head_text (str): The mention that comes first in the text.
    head_type (str): Its label in `doc.spans["ddi_mentions"]` or `doc.ents`, or else the one it had
        when the relation was set; empty without one.
    head_start_char, head_end_char (int): Its characters in `doc.text`, end exclusive.
    tail_text, tail_type, tail_start_char, tail_end_char: The same of the other mention.
    label (str): The type of interaction; empty for an interaction annotated without a type.
    score (float): Probability of the label, in [0, 1].
    sentence (str): The sentence of the head, without blanks at its ends; the whole text of a Doc
        without sentence boundaries.
    sentence_start_char (int): Where it begins in `doc.text`.
    """

    head_text: str
    head_type: str
    head_start_char: int
    head_end_char: int
    tail_text: str
    tail_type: str
    tail_start_char: int
    tail_end_char: int
    label: str
    score: float
    sentence: str = field(repr=False)
    sentence_start_char: int = field(repr=False)
    mentions: InitVar[tuple[_Mention, _Mention]]

    @property
    def place(self) -> PlacePair:
        """Character offsets (start, end) of head and tail, by which pairs are compared."""
        return (
            (self.head_start_char, self.head_end_char),
            (self.tail_start_char, self.tail_end_char),
        )

    def __post_init__(self, mentions: tuple[_Mention, _Mention]) -> None:
        object.__setattr__(self, "_mentions", mentions)

    @property
    def head(self) -> Span:
        """The tokens that hold the first mention now, with its label and ids. They hold more than
        its name where it was merged into a larger token."""
        return self._mentions[0].span()  # type: ignore[attr-defined]

    @property
    def tail(self) -> Span:
        """The tokens that hold the other mention now."""
        return self._mentions[1].span()  # type: ignore[attr-defined]

    def other(self, mention: Span) -> Span:
        """The mention that interacts with the given one.

        mention (Span): Head or tail of this relation.
        RETURNS (Span): The other of the two.
        RAISES (DDIError): If the mention takes no part in this relation.
        """
        characters = (mention.start_char, mention.end_char)
        head, tail = self.head, self.tail
        if characters in (self.place[0], (head.start_char, head.end_char)):
            return tail
        if characters in (self.place[1], (tail.start_char, tail.end_char)):
            return head
        raise DDIError(Errors.NOT_IN_RELATION.format(mention=mention, relation=self))


def make_relation(
    head: tuple[int, int], tail: tuple[int, int], label: str, score: float
) -> RelationDict:
    """One relation from two token ranges in either order.

    head, tail (Tuple[int, int]): Token offsets (start, end) of the mentions, end exclusive.
    label (str): The type of interaction.
    score (float): Probability of the label, in [0, 1].
    RETURNS (RelationDict): The relation, the earlier mention as its head.
    RAISES (DDIError): If a range is not two whole numbers.
    """
    for name, place in (("head", head), ("tail", tail)):
        is_range = isinstance(place, Sequence) and len(place) == 2
        require(
            is_range and all(isinstance(offset, Integral) for offset in place),
            "make_relation",
            name,
            place,
            "token offsets, e.g. (span.start, span.end)",
        )
    first, second = sorted([head, tail])
    return {
        "head_start": index(first[0]),
        "head_end": index(first[1]),
        "tail_start": index(second[0]),
        "tail_end": index(second[1]),
        "label": label,
        "score": float(score),
    }


_F = TypeVar("_F", bound=Callable[..., Any])
_OURS: Final = "is_spacy_ddi_accessor"


def _accessor(function: _F) -> _F:
    """Mark a getter, so that a reloaded or second copy of this module recognizes it."""
    setattr(function, _OURS, True)
    return function


@_accessor
def get_relations(doc: Doc) -> list[RelationDict] | tuple[()]:
    """Getter of `doc._.ddi_rels`: a list that can't be changed in place, its offsets those of the
    current tokens; or `()` if nobody has looked for relations yet.

    RAISES (DDIError): If both mentions of a relation were merged into one token.
    """
    stored = read_pairs(doc, RELATIONS_KEY)
    return () if stored is None else ReadOnlyList(_by_tokens(doc, pair) for pair in stored)


def set_relations(doc: Doc, relations: Sequence[RelationDict]) -> None:
    """Setter of `doc._.ddi_rels`: checks the relations and replaces what was there. The empty tuple
    means, as it does when read, that nobody has looked.

    RAISES (DDIError): If an entry is no relation, or two are about one pair of mentions.
    """
    if isinstance(relations, tuple) and not relations:
        doc.user_data.pop(RELATIONS_KEY, None)
        return
    checked = checked_relations(doc, relations)
    mentions = _mentions_by_place(doc)
    doc.user_data[RELATIONS_KEY] = stored = [by_characters(doc, relation) for relation in checked]
    for pair in stored:
        # After a merge of tokens, spaCy may refuse to say what the span group held.
        for key, place in zip(_TYPES, places_of(pair), strict=True):
            pair[key] = mentions[place].label_ if place in mentions else ""


@_accessor
def relations_of_doc(doc: Doc) -> tuple[Relation, ...]:
    """Getter of `doc._.ddi`: the relations with their mentions as Spans, in stored order.

    RAISES (DDIError): If both mentions of a relation were merged into one token.
    """
    stored = read_pairs(doc, RELATIONS_KEY)
    if not stored:
        return ()
    for pair in stored:
        token_ranges(doc, pair)
    return _views(doc, stored)


@_accessor
def relations_of_span(span: Span) -> tuple[Relation, ...]:
    """Getter of `span._.ddi`: the relations in which exactly this mention takes part.

    RAISES (DDIError): If it and the other mention of a relation were merged into one token.
    """
    doc = span.doc
    found = []
    for pair in read_pairs(doc, RELATIONS_KEY) or ():
        places = places_of(pair)
        inside = any(span.start_char <= start and end <= span.end_char for start, end in places)
        if inside and (
            (span.start, span.end) in token_ranges(doc, pair)
            or (span.start_char, span.end_char) in places
        ):
            found.append(pair)
    return _views(doc, found) if found else ()


def sentences(doc: Doc) -> list[Span]:
    """The sentences of a Doc; one without boundaries is one sentence.

    doc (Doc): The Doc.
    RETURNS (List[Span]): The sentences.
    """
    return list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]


def each_doc(docs: Doc | Iterable[Doc], where: str) -> Iterator[Doc]:
    """One Doc, or several, one after another; anything else, such as a text, is refused.

    docs (Union[Doc, Iterable[Doc]]): What a function of the package was given.
    where (str): The function.
    YIELDS (Doc): The Docs.
    RAISES (DDIError): If something else than a Doc is among them.
    """
    several: Any = [docs] if isinstance(docs, Doc | str) or not isinstance(docs, Iterable) else docs
    for doc in several:
        if not isinstance(doc, Doc):
            raise DDIError(
                Errors.OTHER_TYPE.format(
                    where=where,
                    wanted="Docs",
                    found=f"{type(doc).__name__} {reprlib.repr(doc)}",
                    example="nlp(text), or nlp.pipe(texts) for several",
                )
            )
        yield doc


def install_extensions() -> None:
    """Register `doc._.ddi_rels`, `doc._.ddi` and `span._.ddi`; again is harmless.

    RAISES (DDIError): If one of the names is taken by other code.
    """
    wanted: list[tuple[type, str, dict[str, Any]]] = [
        (Doc, "ddi_rels", {"getter": get_relations, "setter": set_relations}),
        (Doc, "ddi", {"getter": relations_of_doc}),
        (Span, "ddi", {"getter": relations_of_span}),
    ]
    for owner, attribute, accessors in wanted:
        if owner.has_extension(attribute):  # type: ignore[attr-defined]
            getter = owner.get_extension(attribute)[2]  # type: ignore[attr-defined]
            if getter is accessors["getter"]:
                continue
            if not hasattr(getter, _OURS):
                raise DDIError(
                    Errors.EXTENSION_CLASH.format(owner=owner.__name__, attribute=attribute)
                )
        owner.set_extension(attribute, force=True, **accessors)  # type: ignore[attr-defined]


def _by_tokens(doc: Doc, pair: StoredPair) -> ReadOnlyDict:
    # A nested mention can come to stand first when what surrounds it is merged.
    head, tail = sorted(token_ranges(doc, pair))
    relation = dict(zip(TOKEN_OFFSETS, (*head, *tail), strict=True))
    known: dict[str, Any] = {"label": pair["label"], "score": pair["score"]}
    if "probs" in pair:
        known["probs"] = ReadOnlyDict(pair["probs"])
    return ReadOnlyDict(relation | known)


def _mentions_by_place(doc: Doc) -> dict[tuple[int, int], Span]:
    """The mentions of the group, and the entities, by the characters for which they were set."""
    spans: dict[tuple[int, int], Span] = {}
    group = doc.spans.get(MENTIONS_KEY, ())
    for i in range(len(group)):
        # spaCy refuses to give a span that a merge of tokens has left outside of the Doc.
        with suppress(IndexError):
            span = group[i]
            spans.setdefault((span.start_char, span.end_char), span)
    for entity in doc.ents:
        spans.setdefault((entity.start_char, entity.end_char), entity)
    return spans


def _views(doc: Doc, pairs: Sequence[StoredPair]) -> tuple[Relation, ...]:
    text = doc.text
    spans = _mentions_by_place(doc)
    sents = sentences(doc)
    ends = [sent.end_char for sent in sents]
    stripped: dict[int, tuple[str, int]] = {}

    def mention(place: tuple[int, int], stored_type: str) -> _Mention:
        marked = spans.get(place)
        if marked is None:
            # A component that merged tokens may have widened the entity to them.
            span = containing_span(doc, place)
            marked = spans.get((span.start_char, span.end_char), span)
        return _Mention(doc, *place, marked.label_ or stored_type, marked.kb_id, marked.id)

    def sentence(start_char: int) -> tuple[str, int]:
        i = bisect_right(ends, start_char)
        if i not in stripped:
            found = sents[i].text
            blanks = len(found) - len(found.lstrip())
            stripped[i] = (found.strip(), sents[i].start_char + blanks)
        return stripped[i]

    def view(pair: StoredPair) -> Relation:
        (head_start, head_end), (tail_start, tail_end) = places = places_of(pair)
        head, tail = (
            mention(place, pair.get(key, "")) for place, key in zip(places, _TYPES, strict=True)
        )
        return Relation(
            text[head_start:head_end],
            head.label,
            head_start,
            head_end,
            text[tail_start:tail_end],
            tail.label,
            tail_start,
            tail_end,
            pair["label"],
            pair["score"],
            *sentence(head_start),
            mentions=(head, tail),
        )

    return tuple(view(pair) for pair in pairs)
