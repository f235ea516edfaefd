"""What pages show of a Doc: its parts with mentions, what is marked in them, and the arcs between.

The HTML page and the service write it, each in its own way; both draw it by `page.js`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from spacy_ddi.annotations import Relation, relations_of_doc, sentences
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.explaining.explanation import Explanation
from spacy_ddi.formats.relation_records import mention_types
from spacy_ddi.linked_drugs import Drug, drugs_of


@dataclass(frozen=True)
class Mark:
    """A mention as it is shown.

    span (Span): Its tokens.
    kind (str): Its type; empty for the end of a relation that is no mention.
    drug (Optional[Drug]): What it names, if that is known.
    """

    span: Span
    kind: str
    drug: Drug | None


@dataclass(frozen=True)
class Arc:
    """A relation as it is drawn.

    relation (Relation): The relation.
    head, tail (int): The marks of its ends. A mention that is not shown lies in, or overlaps, one
        that is.
    hub (Optional[int]): The mark from which a line with several ends starts; None for a relation
        with a line to itself.
    group (Optional[int]): Number of that line in its passage.
    """

    relation: Relation
    head: int
    tail: int
    hub: int | None
    group: int | None


@dataclass
class PagePassage:
    """One sentence, or several that a relation or a mention joins.

    span (Span): Its tokens.
    n_sentences (int): How many sentences it is.
    mentions (List[Span]): The mentions in it; they may overlap.
    relations (List[Relation]): Those whose head is in it.
    explanations (List[Explanation]): One for each relation, or none at all.
    """

    span: Span
    n_sentences: int
    mentions: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)

    def marks(self) -> list[Mark]:
        """The longest mentions, in text order."""
        types = {(mention.start, mention.end): mention.label_ for mention in self.mentions}
        drugs = drugs_of(self.span.doc)
        ends = [end for relation in self.relations for end in (relation.head, relation.tail)]
        return [
            Mark(
                span,
                types.get((span.start, span.end), ""),
                drugs.get((span.start_char, span.end_char)),
            )
            for span in filter_spans([*self.mentions, *ends])
        ]

    def arcs(self, marks: Sequence[Mark]) -> list[Arc]:
        """The relations between the marks of `marks()`, in their order."""
        starts = [mark.span.start for mark in marks]
        pairs = [
            (_mark_of(r.head, marks, starts), _mark_of(r.tail, marks, starts))
            for r in self.relations
        ]
        hubs = _find_hubs(pairs, [relation.label for relation in self.relations])
        groups: dict[tuple[int, str], int] = {}
        arcs = []
        for relation, (head, tail), hub in zip(self.relations, pairs, hubs, strict=True):
            group = None
            if hub is not None:
                group = groups.setdefault((hub, relation.label), len(groups))
            arcs.append(Arc(relation, head, tail, hub, group))
        return arcs


def page_passages(
    doc: Doc, source: MentionSource, explanations: Sequence[Explanation] = ()
) -> Iterator[PagePassage]:
    """The parts of a Doc that hold mentions or relations.

    doc (Doc): The annotated Doc.
    source (MentionSource): Where the component found the mentions.
    explanations (Sequence[Explanation]): One for each relation of the Doc, or none at all.
    YIELDS (PagePassage): The parts, in text order.
    """
    mentions = [
        Span(doc, start, end, label)
        for (start, end), label in sorted(mention_types(doc, source).items())
    ]
    relations = relations_of_doc(doc)
    reach = [0] * len(doc)
    for start, end in [
        *((mention.start, mention.end) for mention in mentions),
        *((r.head.start, max(r.head.end, r.tail.end)) for r in relations),
    ]:
        reach[start] = max(reach[start], end)
    passages: list[PagePassage] = []
    furthest = 0
    for sentence in sentences(doc):
        if passages and sentence.start < furthest:
            passages[-1].span = doc[passages[-1].span.start : sentence.end]
            passages[-1].n_sentences += 1
        else:
            passages.append(PagePassage(sentence, 1))
        furthest = max([furthest, *reach[sentence.start : sentence.end]])
    starts = [passage.span.start for passage in passages]
    for mention in mentions:
        passages[bisect_right(starts, mention.start) - 1].mentions.append(mention)
    for number, relation in enumerate(relations):
        passage = passages[bisect_right(starts, relation.head.start) - 1]
        passage.relations.append(relation)
        passage.explanations += explanations[number : number + 1]
    return (passage for passage in passages if passage.mentions or passage.relations)


def _mark_of(mention: Span, marks: Sequence[Mark], starts: Sequence[int]) -> int:
    """Index of the mark that overlaps a mention, the first of several."""
    before = bisect_right(starts, mention.start) - 1
    return before if before >= 0 and marks[before].span.end > mention.start else before + 1


def _find_hubs(pairs: Sequence[tuple[int, int]], labels: Sequence[str]) -> list[int | None]:
    """Which relations are drawn as one line, because they share a label and a mention: the hub.

    The mention with the most relations of a label comes first; a relation belongs to one line.

    pairs (Sequence[Tuple[int, int]]): Indices of the two mentions of each relation.
    labels (Sequence[str]): The label of each relation.
    RETURNS (List[Optional[int]]): The hub of each relation; None for one with a line to itself.
    """
    hubs: list[int | None] = [None] * len(pairs)
    partners: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for i, ((head, tail), label) in enumerate(zip(pairs, labels, strict=True)):
        if head != tail:
            partners[head, label].setdefault(tail, i)
            partners[tail, label].setdefault(head, i)
    while partners:
        place = max(partners, key=lambda key: len(partners[key]))
        members = partners.pop(place)
        if len(members) < 2:
            break
        hub, label = place
        for other, i in members.items():
            hubs[i] = hub
            partners[other, label].pop(hub, None)
    return hubs
