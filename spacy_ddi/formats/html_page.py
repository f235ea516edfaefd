"""A page to look at: mentions coloured by type, and arcs over the words where drugs interact.

This file writes the sentences and, under each, its interactions as a list. `page_plan.js` and
`page.js` draw the arcs from that list, since only the browser knows where it wraps the lines;
`page.css` and `colours.css` colour them. All of them become part of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Final, NamedTuple

from spacy.tokens import Doc

from spacy_ddi.annotations import each_doc, sentences
from spacy_ddi.candidates.mentions import DEFAULT_SOURCE, MentionSource
from spacy_ddi.explaining.explanation import Explanation
from spacy_ddi.formats.explained_page import why_attribute, with_words, words_between
from spacy_ddi.formats.page_passages import Arc, Mark, PagePassage, page_passages
from spacy_ddi.formats.relation_records import count_of

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

Explain = Callable[[Doc], Sequence[Explanation]]
"""Gives the explanations of a Doc's interactions, e.g. `partial(explain_all, nlp=nlp)`."""


def render_page(
    docs: Doc | Iterable[Doc],
    *,
    title: str = "Drug-drug interactions",
    source: MentionSource = DEFAULT_SOURCE,
    explain: Explain | None = None,
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
    parts = (page_part(doc, source, explain) for doc in each_doc(docs, "render_page"))
    return page_of(parts, title=title)


class PagePart(NamedTuple):
    """What a page shows of a Doc.

    sections (Tuple[str, ...]): HTML of each passage with mentions.
    n_sentences, n_shown, n_mentions, n_relations (int): How many the Doc has, and of its sentences
        how many are shown.
    types, labels (FrozenSet[str]): Types of its mentions and of its interactions.
    heading (str): The document that it is of; empty for none.
    """

    sections: tuple[str, ...]
    n_sentences: int
    n_shown: int
    n_mentions: int
    n_relations: int
    types: frozenset[str]
    labels: frozenset[str]
    heading: str = ""


def page_part(
    doc: Doc, source: MentionSource = DEFAULT_SOURCE, explain: Explain | None = None
) -> PagePart:
    """What a page shows of a Doc, which is not needed any more then.

    doc (Doc): An annotated Doc.
    source (MentionSource): Where the component found the mentions.
    explain (Optional[Callable[[Doc], Sequence[Explanation]]]): See `render_page`.
    RETURNS (PagePart): Sentences and counts.
    """
    shown = list(page_passages(doc, source, explain(doc) if explain else ()))
    return PagePart(
        tuple(_render_passage(passage) for passage in shown),
        len(sentences(doc)),
        sum(passage.n_sentences for passage in shown),
        sum(len(passage.mentions) for passage in shown),
        sum(len(passage.relations) for passage in shown),
        frozenset(mention.label_ for passage in shown for mention in passage.mentions),
        frozenset(relation.label for passage in shown for relation in passage.relations),
    )


def page_of(parts: Iterable[PagePart], *, title: str = "Drug-drug interactions") -> str:
    """A page of what several Docs have.

    parts (Iterable[PagePart]): See `page_part`. Where another document begins, its heading stands.
    title (str): Title of the page.
    RETURNS (str): HTML; see `render_page`.
    """
    kept = list(parts)
    shown: list[str] = []
    heading = ""
    for part in kept:
        if part.sections and part.heading != heading:
            heading = part.heading
            shown.append(f"<h2>{_clean(heading)}</h2>")
        shown += part.sections
    summary = (
        f"{count_of(sum(part.n_relations for part in kept), 'interaction')} between "
        f"{count_of(sum(part.n_mentions for part in kept), 'drug mention')} in "
        f"{_shown_of(sum(p.n_shown for p in kept), sum(p.n_sentences for p in kept))}"
        if shown
        else "No drug mentions found."
    )
    types = frozenset[str]().union(*(part.types for part in kept))
    labels = frozenset[str]().union(*(part.labels for part in kept))
    has_hubs, has_reasons = (
        any(attribute in each for part in kept for each in part.sections)
        for attribute in (' data-hub="', ' data-why="')
    )
    css, js = [["colours.css", "page.css"], ["page_plan.js", "page.js"]]
    if has_reasons:
        css.append("page_why.css")
        js += ["page_reasons.js", "page_why.js"]
    return _PAGE.substitute(
        title=_clean(title),
        summary=summary,
        legend=_render_legend(types, labels, hubs=has_hubs) + _WHY_NOTE * has_reasons,
        sections="\n".join(shown),
        css="".join(map(package_text, css)),
        js="".join(map(package_text, js)),
    )


def _shown_of(n_shown: int, n_sentences: int) -> str:
    every = count_of(n_sentences, "sentence")
    return every if n_shown == n_sentences else f"{n_shown:,} of {every}: the others name no drug"


def package_text(name: str) -> str:
    """A text that lies beside this file.

    name (str): Its file name.
    RETURNS (str): The text.
    """
    return files("spacy_ddi.formats").joinpath(name).read_text(encoding="utf8")


def _clean(text: str) -> str:
    """Text as HTML; controls, which HTML forbids, become blanks."""
    return escape(_UNPRINTABLE.sub(" ", text))


def _render_passage(passage: PagePassage) -> str:
    """The text with its longest mentions marked, and the relations as a list."""
    marks = passage.marks()
    text = passage.span.doc.text
    places = [(mark.span.start_char, mark.span.end_char) for mark in marks]
    words = words_between(passage.explanations, places)
    parts = []
    position = passage.span.start_char
    for mark, (start, end) in zip(marks, places, strict=True):
        parts += [with_words(text, (position, start), words, _clean), _render_mark(mark)]
        position = end
    parts.append(with_words(text, (position, passage.span.end_char), words, _clean))
    shown = "".join(parts).strip()
    elements = sorted([*places, *words])
    reasons = [why_attribute(each, elements) for each in passage.explanations]
    listed = _render_list(passage.arcs(marks), reasons)
    return f'<section>\n<p dir="auto">{shown}</p>\n{listed}</section>'


def _render_mark(mark: Mark) -> str:
    note = f"<small>\N{NO-BREAK SPACE}{_clean(mark.kind)}</small>" if mark.kind else ""
    title = f' title="{_clean(f"{mark.drug.name}, {mark.drug.id}")}"' if mark.drug else ""
    kind = _clean(mark.kind.lower())
    return f'<mark data-type="{kind}"{title}>{_clean(mark.span.text)}{note}</mark>'


def _render_list(arcs: Sequence[Arc], reasons: Sequence[str]) -> str:
    """The relations as a list, each with an attribute that explains it if there are such."""
    if not arcs:
        return ""
    items = []
    for arc, reason in zip(arcs, reasons or [""] * len(arcs), strict=True):
        relation = arc.relation
        label = _clean(relation.label)
        group = "" if arc.hub is None else f' data-hub="{arc.hub}" data-group="{arc.group}"'
        items.append(
            f'<li data-head="{arc.head}" data-tail="{arc.tail}" data-label="{label}" '
            f'data-score="{relation.score:.2f}"{group}{reason}>'
            f"<b>{label or _UNTYPED}</b> {relation.score:.2f}: "
            f"<bdi>{_clean(relation.head.text)}</bdi> and <bdi>{_clean(relation.tail.text)}</bdi>"
            "</li>\n"
        )
    return f'<ul class="relations" aria-label="Interactions">\n{"".join(items)}</ul>\n'


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
