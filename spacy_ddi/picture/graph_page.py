"""A page with the graph of drugs that works without a network: an SVG, its data, and a script.

This file draws circles and lines and stores what is said of them as JSON. `graph.js` shows names
where there is room for them and answers to mouse and keyboard; `graph.css` colours all of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, Final

import networkx as nx

from spacy_ddi.formats.html_page import INTERACTION_TYPES, package_text
from spacy_ddi.formats.relation_records import count_of
from spacy_ddi.picture.drug_graph import interactions_of
from spacy_ddi.picture.graph_layout import Layout, lay_out

MOST_WEIGHT: Final = 6.0
"""Lines grow no wider from there."""

OWN_COLOURS: Final = 8
"""Colours in `graph.css` for types that are not those of the DDI corpus."""

BEND: Final = 22.0
"""How far apart the lines of several types between two drugs are bent."""

_SAID: Final = (
    "label",
    "documents",
    "sentences",
    "mean_score",
    "max_score",
    "probability",
    "first_year",
    "last_year",
)

LONGEST: Final = 32
"""Characters of a name that are written beside its circle."""

_PAGE: Final = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>$title</title>
<style>
$css</style>
</head>
<body>
<header>
<div><h1>$title</h1>
<p class="summary">$summary</p></div>
<div class="tools scripted">
<input id="search" type="search" list="drugs" placeholder="Find a drug" aria-label="Find a drug" \
autocomplete="off">
<datalist id="drugs"></datalist>
<span id="missing" role="status"></span>
</div>
<fieldset class="types"><legend>Types of interactions</legend>
$types
</fieldset>
</header>
<main>
<div id="stage">
<svg id="graph" viewBox="0 0 $width $height" tabindex="0" role="application" \
aria-label="Graph of $summary. Arrow keys go from drug to drug, Escape goes back, plus and \
minus zoom, 0 shows all.">
<g id="world">
<g id="lines">
$lines
</g>
<g id="drugs-drawn">
$circles
</g>
</g>
<g id="names">
$names
</g>
</svg>
<div id="foot">
<div class="zoom scripted">
<button id="closer" type="button" aria-label="Zoom in">+</button>
<button id="farther" type="button" aria-label="Zoom out">\N{MINUS SIGN}</button>
<button id="whole" type="button" aria-label="Show all">All</button>
</div>
<div class="key" aria-hidden="true">
$key
</div>
</div>
</div>
<aside id="panel" aria-live="polite" tabindex="-1">
<noscript>Without JavaScript this page shows the graph only, and no sentences.</noscript>
</aside>
</main>
<script type="application/json" id="data">$data</script>
<script>
$js</script>
</body>
</html>
"""
)


def render_graph(
    graph: nx.MultiGraph[str], *, title: str = "Drug-drug interactions", note: str = ""
) -> str:
    """A page with the graph of drugs.

    graph (MultiGraph): See `make_drug_graph`.
    title (str): Title of the page.
    note (str): What the graph does not show.
    RETURNS (str): HTML that needs nothing from outside.
    """
    layout = lay_out(graph)
    labels = _labels_of(graph)
    own = _own_colours(labels)
    summary = f"{count_of(graph.number_of_edges(), 'line')} between {count_of(len(graph), 'drug')}"
    return _PAGE.substitute(
        title=escape(title),
        summary=summary,
        types="\n".join(_types(labels, own)),
        width=layout.width,
        height=layout.height,
        lines="\n".join(reversed(list(_lines(graph, layout, own)))),
        circles="\n".join(_circles(graph, layout, own)),
        names="\n".join(_names(graph, layout)),
        key=_key(_thinness(graph)),
        data=_as_json({**_data(graph, layout), "own": own, "note": note}),
        css=package_text("colours.css") + _own_text("graph.css"),
        js=_own_text("graph_boxes.js") + _own_text("graph.js"),
    )


def _labels_of(graph: nx.MultiGraph[str]) -> Counter[str]:
    return Counter(row["label"] for _, _, row in graph.edges(data="row"))


def _own_colours(labels: Mapping[str, int]) -> dict[str, int]:
    """The colour of each type that the DDI corpus does not have, as far as there are some."""
    own = [label for label in labels if label and label not in INTERACTION_TYPES]
    most_frequent = sorted(own, key=lambda label: (-labels[label], label))
    return {label: number for number, label in enumerate(most_frequent[:OWN_COLOURS])}


def _typed(label: str, own: Mapping[str, int]) -> str:
    """Attributes that colour an element."""
    colour = f' data-own="{own[label]}"' if label in own else ""
    return f'data-label="{escape(label)}"{colour}'


def _types(labels: Mapping[str, int], own: Mapping[str, int]) -> Iterator[str]:
    """What the colours mean, and a switch for each."""
    order = [*INTERACTION_TYPES, *sorted(labels)]
    for label in sorted(labels, key=order.index):
        meaning = escape(INTERACTION_TYPES.get(label, ""))
        yield (
            f'<label title="{meaning}" {_typed(label, own)}>'
            f'<input class="scripted" type="checkbox" checked value="{escape(label)}">'
            f"<i></i>{escape(label) or 'untyped'} <small>{labels[label]:,}</small></label>"
        )


def _thinness(graph: nx.MultiGraph[str]) -> float:
    """Lines of a graph with many are thinner, in (0, 1]."""
    return min(1.0, (150 / graph.number_of_edges()) ** 0.25)


def _width(weight: float, thinness: float) -> float:
    return round((0.9 + 0.95 * min(weight, MOST_WEIGHT)) * thinness, 2)


def _lines(graph: nx.MultiGraph[str], layout: Layout, own: Mapping[str, int]) -> Iterator[str]:
    """The lines in the order of the rows."""
    thinness = _thinness(graph)
    together: Counter[tuple[str, str]] = Counter()
    for _, weight, row in interactions_of(graph):
        pair = (row["drug"], row["other"])
        (x, y), (to_x, to_y) = (layout.places[drug] for drug in pair)
        shift = BEND * (together[pair] - (graph.number_of_edges(*pair) - 1) / 2)
        together[pair] += 1
        length = max(((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5, 1e-3)
        bend_x = (x + to_x) / 2 - shift * (to_y - y) / length
        bend_y = (y + to_y) / 2 + shift * (to_x - x) / length
        way = f"Q{bend_x:.1f} {bend_y:.1f} {to_x} {to_y}" if shift else f"L{to_x} {to_y}"
        yield (
            f'<path {_typed(row["label"], own)} d="M{x} {y}{way}" '
            f'stroke-width="{_width(weight, thinness)}"/>'
        )


def _circles(graph: nx.MultiGraph[str], layout: Layout, own: Mapping[str, int]) -> Iterator[str]:
    """The drugs, each in the colour of its most frequent type."""
    for drug, name in graph.nodes(data="name"):
        (x, y), radius = layout.places[drug], layout.radii[drug]
        labels = Counter(row["label"] for _, _, row in graph.edges(drug, data="row"))
        label = min(labels, key=lambda each: (-labels[each], each))
        yield (
            f'<circle {_typed(label, own)} cx="{x}" cy="{y}" r="{radius}">'
            f"<title>{escape(name)}</title></circle>"
        )


def _names(graph: nx.MultiGraph[str], layout: Layout) -> Iterator[str]:
    for drug, name in graph.nodes(data="name"):
        (x, y), radius = layout.places[drug], layout.radii[drug]
        short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
        yield f'<text x="{x + radius + 4:.1f}" y="{y + 4:.1f}">{escape(short)}</text>'


def _key(thinness: float) -> str:
    """What the widths of lines mean."""
    lines = "".join(
        f'<span><svg width="26" height="8"><path d="M0 4H26" '
        f'stroke-width="{_width(weight, thinness)}"/></svg>{name}</span>'
        for weight, name in [(0.3, "50 %"), (1, "90 %"), (2, "99 %"), (4, "99.99 %")]
    )
    return (
        f"<p>Width: how surely one statement at least is true {lines}</p>"
        "<p>Circle: the more partners, the larger; in the colour of its most frequent type "
        '<span class="scripted">Zoom in for more names</span></p>'
    )


def _data(graph: nx.MultiGraph[str], layout: Layout) -> dict[str, Any]:
    """What the script shows of drugs and lines, in the order in which they are drawn."""
    numbers = {drug: number for number, drug in enumerate(graph)}
    drugs = [
        {
            "name": data["name"],
            "id": "" if drug.startswith("name:") else drug,
            "partners": data["partners"],
            "place": layout.places[drug],
            "radius": layout.radii[drug],
        }
        for drug, data in graph.nodes(data=True)
    ]
    lines = [
        {
            "ends": [numbers[row["drug"]], numbers[row["other"]]],
            **{key: row[key] for key in _SAID},
            "evidence": [_pieces(said) for said in row["evidence"]],
        }
        for _, _, row in interactions_of(graph)
    ]
    return {
        "drugs": drugs,
        "lines": lines,
        "size": [layout.width, layout.height],
        "meanings": dict(INTERACTION_TYPES),
    }


def _pieces(said: Mapping[str, Any]) -> dict[str, Any]:
    """A sentence in pieces: every second one is a drug. A script counts other characters."""
    sentence, start = said["sentence"], said["sentence_start"]
    cuts = [said[end] - start for end in ("head_start", "head_end", "tail_start", "tail_end")]
    if [0, *cuts, len(sentence)] != sorted([0, *cuts, len(sentence)]):
        cuts = []
    pieces = [sentence[a:b] for a, b in zip([0, *cuts], [*cuts, len(sentence)], strict=True)]
    return {"pieces": pieces, "score": said["score"], "document": said["document"]}


def _as_json(data: Mapping[str, Any]) -> str:
    """JSON that stands in a page: nothing in it ends the script's element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _own_text(name: str) -> str:
    return files("spacy_ddi.picture").joinpath(name).read_text(encoding="utf8")
