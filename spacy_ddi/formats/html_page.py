"""A page to look at: mentions coloured by type, arcs labelled by interaction (displaCy)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from spacy import displacy
from spacy.displacy.render import DependencyRenderer
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from spacy_ddi.annotations import Relation, relations_of_doc, sentences
from spacy_ddi.candidates.mentions import DEFAULT_SOURCE, MentionSource
from spacy_ddi.formats.relation_records import count_of, mention_types

MENTION_COLOURS: Mapping[str, str] = {
    "drug": "#7cc4fa",
    "brand": "#ffd27d",
    "group": "#a8e0a0",
    "drug_n": "#f5a3b5",
}
OTHER_COLOUR = "#d5d9e0"
"""Colour of a mention whose type is none of the corpus's."""

_GAP = "…"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font-family: system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
        color: #1d2733; background: #fff; }}
h1 {{ font-size: 1.4rem; }}
.summary, footer {{ color: #5a6675; }}
section {{ border-top: 1px solid #e3e7ec; padding: 1rem 0; }}
.entities {{ line-height: 2.3; }}
.arcs {{ overflow-x: auto; }}
.arcs svg {{ height: auto; max-width: 100%; }}
footer {{ font-size: .85rem; border-top: 1px solid #e3e7ec; padding-top: 1rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="summary">{summary}</p>
{sections}
<footer>Found by a statistical model, not by an expert: not for clinical decisions.</footer>
</body>
</html>
"""


def render_page(
    docs: Iterable[Doc],
    *,
    title: str = "Drug-drug interactions",
    source: MentionSource = DEFAULT_SOURCE,
) -> str:
    """A page with every sentence that has mentions, and arcs where drugs interact.

    docs (Iterable[Doc]): Annotated Docs.
    title (str): Title of the page.
    source (MentionSource): Where the component found the mentions.
    RETURNS (str): HTML that needs nothing from outside.
    """
    sections = []
    n_mentions = n_relations = 0
    for doc in docs:
        relations = relations_of_doc(doc)
        places = mention_types(doc, source)
        for sentence in sentences(doc):
            mentions = [
                Span(doc, start, end, label)
                for (start, end), label in sorted(places.items())
                if sentence.start <= start < sentence.end
            ]
            inside = [r for r in relations if sentence.start <= r.head.start < sentence.end]
            if not mentions and not inside:
                continue
            n_mentions += len(mentions)
            n_relations += len(inside)
            sections.append(_render_sentence(sentence, mentions, inside))
    summary = (
        f"{count_of(n_relations, 'interaction')} between {count_of(n_mentions, 'drug mention')} "
        f"in {count_of(len(sections), 'sentence')}"
        if sections
        else "No drug mentions found."
    )
    return _PAGE.format(title=escape(title), summary=summary, sections="\n".join(sections))


def _render_sentence(sentence: Span, mentions: list[Span], relations: list[Relation]) -> str:
    ends = [end for relation in relations for end in (relation.head, relation.tail)]
    types = {(mention.start, mention.end): mention.label_ for mention in mentions}
    shown = filter_spans([*mentions, *ends])
    start = sentence.start_char
    coloured = displacy.render(
        {
            "text": re.sub(r"\s", " ", sentence.text),
            "ents": [
                {
                    "start": m.start_char - start,
                    "end": m.end_char - start,
                    "label": escape(m.label_),
                }
                for m in sorted(shown, key=lambda mention: mention.start)
            ],
            "title": None,
        },
        style="ent",
        manual=True,
        jupyter=False,
        options={
            "colors": {
                **{label.upper(): colour for label, colour in MENTION_COLOURS.items()},
                **MENTION_COLOURS,
            }
        },
    )
    arcs = f'<div class="arcs">{_render_arcs(relations, types)}</div>' if relations else ""
    return f"<section>{coloured}{arcs}</section>"


class _ArcRenderer(DependencyRenderer):
    """displaCy's arcs, without arrow heads (an interaction has no direction), and with the words in
    the colour of their tag."""

    def get_arrowhead(self, direction: str, x: int, y: int, end: int) -> str:
        return ""

    def render_word(self, text: str, tag: str, lemma: str | None, i: int) -> str:
        drawn: str = super().render_word(text, escape(tag), lemma, i)
        if not tag:
            return drawn
        colour = MENTION_COLOURS.get(tag, OTHER_COLOUR)
        x = self.offset_x + i * self.distance
        width = _box_width(max(len(text), len(tag)))
        box = (
            f'<rect x="{x - width / 2:.0f}" y="{self.offset_y + self.word_spacing - 22:.0f}" '
            f'width="{width:.0f}" height="60" rx="6" fill="{colour}"/>'
        )
        return box + drawn


def _box_width(n_characters: int) -> float:
    return 20 + 9.5 * n_characters


def _render_arcs(relations: list[Relation], types: dict[tuple[int, int], str]) -> str:
    """The mentions that interact, in text order, and the arcs between them."""
    ends = {(m.start, m.end): m for relation in relations for m in (relation.head, relation.tail)}
    places = sorted(ends)
    column = {place: 2 * i for i, place in enumerate(places)}
    words: list[dict[str, Any]] = []
    for place in places:
        if words:
            words.append({"text": _GAP, "tag": "", "lemma": None})
        words.append({"text": ends[place].text, "tag": types.get(place, "mention"), "lemma": None})
    arcs = [
        {
            "start": column[(relation.head.start, relation.head.end)],
            "end": column[(relation.tail.start, relation.tail.end)],
            "label": escape(f"{relation.label} {relation.score:.2f}"),
            "dir": "right",
        }
        for relation in relations
    ]
    widest = _box_width(max(len(word["text"]) for word in words))
    options = {
        "distance": max(100, round(0.55 * widest) + 20),
        "offset_x": round(widest / 2) + 10,
        "word_spacing": 40,
        "arrow_spacing": 0,
        "compact": False,
        "bg": "#ffffff",
        "font": "system-ui, sans-serif",
    }
    return str(_ArcRenderer(options=options).render([{"words": words, "arcs": arcs}]))
