"""A page to look at: mentions coloured by type, and arcs over the words where drugs interact.

This file writes the sentences and, under each, its interactions as a list. `page.js` draws the arcs
from that list, since only the browser knows where it wraps the lines; `page.css` colours them. Both
become part of the page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from spacy_ddi.annotations import Relation, each_doc, relations_of_doc, sentences
from spacy_ddi.candidates.mentions import DEFAULT_SOURCE, MentionSource
from spacy_ddi.explaining.explanation import Explanation
from spacy_ddi.formats.explained_page import why_attribute, with_words, words_between
from spacy_ddi.formats.relation_records import count_of, mention_types
from spacy_ddi.linked_drugs import Drug, drugs_of

MENTION_TYPES: Final[Mapping[str, str]] = {
    "drug": "generic name",
    "brand": "brand name",
    "group": "group of drugs",
    "drug_n": "not approved for humans",
}
"""What the legend says of the types that have a colour of their own; others share one."""

INTERACTION_TYPES: Final[Mapping[str, str]] = {
    "mechanism": "how one acts on the other in the body",
    "effect": "what the interaction leads to",
    "advise": "advice on using both",
    "int": "named without details",
}
"""What the legend says of the labels that have a colour of their own; others share one."""

_UNTYPED: Final = "untyped"
_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")

_PAGE: Final = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
$css</style>
</head>
<body>
<header>
<h1>$title</h1>
<p class="summary">$summary</p>
$legend</header>
<main>
$sections
</main>
<footer>Found by a statistical model, not by an expert: not for clinical decisions.</footer>
<script>
$js</script>
</body>
</html>
"""
)

_LISTS_SWITCH: Final = (
    '<label class="with-arcs"><input type="checkbox" id="lists">'
    "Also list the interactions under each sentence</label>\n"
)
_HUB_NOTE: Final = (
    '<p class="with-arcs">Where a line has several ends, the drug at its large dot interacts with '
    "the drug under each score.</p>\n"
)
_WHY_NOTE: Final = (
    '<p class="why-note">Click an interaction, or press Enter on it, to see why it was found.</p>\n'
)


@dataclass
class _Passage:
    """One sentence, or several that a relation or a mention joins."""

    span: Span
    n_sentences: int
    mentions: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)


def render_page(
    docs: Doc | Iterable[Doc],
    *,
    title: str = "Drug-drug interactions",
    source: MentionSource = DEFAULT_SOURCE,
    explain: Callable[[Doc], Sequence[Explanation]] | None = None,
) -> str:
    """A page with every sentence that has mentions, and arcs where drugs interact.

    docs (Union[Doc, Iterable[Doc]]): One annotated Doc, or several.
    title (str): Title of the page.
    source (MentionSource): Where the component found the mentions.
    explain (Optional[Callable[[Doc], Sequence[Explanation]]]): Gives the explanations of a Doc's
        interactions, e.g. `partial(explain_all, nlp=nlp)`; a click on an interaction shows its own.
        None for a page without.
    RETURNS (str): HTML that needs nothing from outside. Without script it shows lists, not arcs.
    RAISES (DDIError): If something else than Docs is given.
    """
    sections = []
    n_sentences = n_shown = n_mentions = n_relations = 0
    types: set[str] = set()
    labels: set[str] = set()
    for doc in each_doc(docs, "render_page"):
        n_sentences += len(sentences(doc))
        for passage in _passages(doc, source, explain(doc) if explain else ()):
            n_shown += passage.n_sentences
            n_mentions += len(passage.mentions)
            n_relations += len(passage.relations)
            types.update(mention.label_ for mention in passage.mentions)
            labels.update(relation.label for relation in passage.relations)
            sections.append(_render_passage(passage))
    summary = (
        f"{count_of(n_relations, 'interaction')} between {count_of(n_mentions, 'drug mention')} "
        f"in {_shown_of(n_shown, n_sentences)}"
        if sections
        else "No drug mentions found."
    )
    return _PAGE.substitute(
        title=_clean(title),
        summary=summary,
        legend=_render_legend(types, labels, hubs=any("data-hub" in part for part in sections))
        + (_WHY_NOTE if explain and labels else ""),
        sections="\n".join(sections),
        css=_package_text("page.css") + (_package_text("page_why.css") if explain else ""),
        js=_package_text("page.js") + (_package_text("page_why.js") if explain else ""),
    )


def _shown_of(n_shown: int, n_sentences: int) -> str:
    every = count_of(n_sentences, "sentence")
    return every if n_shown == n_sentences else f"{n_shown:,} of {every}: the others name no drug"


def _package_text(name: str) -> str:
    return files("spacy_ddi.formats").joinpath(name).read_text(encoding="utf8")


def _clean(text: str) -> str:
    """Text as HTML; controls, which HTML forbids, become blanks."""
    return escape(_UNPRINTABLE.sub(" ", text))


def _passages(
    doc: Doc, source: MentionSource, explanations: Sequence[Explanation] = ()
) -> Iterator[_Passage]:
    """The parts of a Doc that hold mentions or relations, in text order."""
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
    passages: list[_Passage] = []
    furthest = 0
    for sentence in sentences(doc):
        if passages and sentence.start < furthest:
            passages[-1].span = doc[passages[-1].span.start : sentence.end]
            passages[-1].n_sentences += 1
        else:
            passages.append(_Passage(sentence, 1))
        furthest = max([furthest, *reach[sentence.start : sentence.end]])
    starts = [passage.span.start for passage in passages]
    for mention in mentions:
        passages[bisect_right(starts, mention.start) - 1].mentions.append(mention)
    for i, relation in enumerate(relations):
        passage = passages[bisect_right(starts, relation.head.start) - 1]
        passage.relations.append(relation)
        passage.explanations += explanations[i : i + 1]
    return (passage for passage in passages if passage.mentions or passage.relations)


def _render_passage(passage: _Passage) -> str:
    """The text with its longest mentions marked, and the relations as a list."""
    types = {(mention.start, mention.end): mention.label_ for mention in passage.mentions}
    ends = [end for relation in passage.relations for end in (relation.head, relation.tail)]
    marked = filter_spans([*passage.mentions, *ends])
    text = passage.span.doc.text
    drugs = drugs_of(passage.span.doc)
    places = [(mark.start_char, mark.end_char) for mark in marked]
    words = words_between(passage.explanations, places)
    parts = []
    position = passage.span.start_char
    for mark in marked:
        kind = types.get((mark.start, mark.end), "")
        drug = drugs.get((mark.start_char, mark.end_char))
        parts.append(with_words(text, (position, mark.start_char), words, _clean))
        parts.append(_render_mark(mark.text, kind, drug))
        position = mark.end_char
    parts.append(with_words(text, (position, passage.span.end_char), words, _clean))
    shown = "".join(parts).strip()
    why = [why_attribute(each, sorted([*places, *words])) for each in passage.explanations]
    listed = _render_list(passage.relations, marked, why)
    return f'<section>\n<p dir="auto">{shown}</p>\n{listed}</section>'


def _render_mark(text: str, kind: str, drug: Drug | None) -> str:
    note = f"<small>\N{NO-BREAK SPACE}{_clean(kind)}</small>" if kind else ""
    title = f' title="{_clean(f"{drug.name}, {drug.id}")}"' if drug else ""
    return f'<mark data-type="{_clean(kind.lower())}"{title}>{_clean(text)}{note}</mark>'


def _render_list(relations: Sequence[Relation], marked: Sequence[Span], why: Sequence[str]) -> str:
    """The relations as a list, each with an attribute that explains it if there are such."""
    if not relations:
        return ""
    starts = [mark.start for mark in marked]
    # A mention that is not shown lies in, or overlaps, one that is.
    pairs = [
        (_mark_of(r.head, marked, starts), _mark_of(r.tail, marked, starts)) for r in relations
    ]
    hubs = _find_hubs(pairs, [relation.label for relation in relations])
    groups: dict[tuple[int, str], int] = {}
    items = []
    attributes = why or [""] * len(relations)
    for relation, (head, tail), hub, reason in zip(relations, pairs, hubs, attributes, strict=True):
        label = _clean(relation.label)
        group = ""
        if hub is not None:
            number = groups.setdefault((hub, relation.label), len(groups))
            group = f' data-hub="{hub}" data-group="{number}"'
        items.append(
            f'<li data-head="{head}" data-tail="{tail}" data-label="{label}" '
            f'data-score="{relation.score:.2f}"{group}{reason}>'
            f"<b>{label or _UNTYPED}</b> {relation.score:.2f}: "
            f"<bdi>{_clean(relation.head.text)}</bdi> and <bdi>{_clean(relation.tail.text)}</bdi>"
            "</li>\n"
        )
    return f'<ul class="relations" aria-label="Interactions">\n{"".join(items)}</ul>\n'


def _mark_of(mention: Span, marked: Sequence[Span], starts: Sequence[int]) -> int:
    """Index of the shown mention that overlaps this one, the first of several."""
    before = bisect_right(starts, mention.start) - 1
    return before if before >= 0 and marked[before].end > mention.start else before + 1


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


def _render_legend(types: Iterable[str], labels: Iterable[str], *, hubs: bool) -> str:
    """What the colours mean, of those that occur; nothing for a page without mentions."""
    mentions = [
        f'<li><span class="type" data-type="{_clean(kind.lower())}"><b>{_clean(kind)}</b></span>'
        f"{_explained(kind.lower(), MENTION_TYPES)}</li>"
        for kind in _in_order(types, MENTION_TYPES)
        if kind
    ]
    arcs = [
        f'<li><b class="arc-name" data-label="{_clean(label)}">{_clean(label) or _UNTYPED}</b>'
        f"{_explained(label, INTERACTION_TYPES)}</li>"
        for label in _in_order(labels, INTERACTION_TYPES)
    ]
    parts = [
        f'<ul aria-label="{name}">{"".join(items)}</ul>\n'
        for name, items in [("Types of mentions", mentions), ("Types of interactions", arcs)]
        if items
    ]
    if arcs:
        parts += [_HUB_NOTE] * hubs + [_LISTS_SWITCH]
    return f'<div class="legend">\n{"".join(parts)}</div>\n' if parts else ""


def _in_order(names: Iterable[str], known: Mapping[str, str]) -> list[str]:
    order = list(known)
    return sorted(
        names,
        key=lambda name: (
            order.index(name.lower()) if name.lower() in known else len(order),
            name,
        ),
    )


def _explained(name: str, known: Mapping[str, str]) -> str:
    return f" {known[name]}" if name in known else ""
