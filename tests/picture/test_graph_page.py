"""The page with the graph: what Python writes. For what the script makes of it see the tests in a
browser."""

from __future__ import annotations

import json
import re

import pytest
from lxml import html

from spacy_ddi.formats.html_page import package_text
from spacy_ddi.picture.drug_graph import make_drug_graph
from spacy_ddi.picture.graph_page import OWN_COLOURS, _own_text, render_graph
from tests.picture.made_up_pairs import pair

EVIL = "</script><script>alert(1)</script>&amp;\u2028"


def page_of(*rows: dict, note: str = "") -> tuple[html.HtmlElement, dict]:
    page = html.fromstring(render_graph(make_drug_graph(rows), note=note))
    (data,) = page.xpath("//script[@id='data']")
    return page, json.loads(data.text)


def test_lines_have_colour_and_width_and_stand_in_the_order_of_the_data() -> None:
    rows = [
        pair("x", "y", probability=0.999),
        pair("a", "b", "mechanism", probability=0.9),
        pair("x", "y", "advise", probability=0.5),
    ]
    page, data = page_of(*rows, note="Left out: much.")
    lines = page.xpath("//*[@id='lines']/path")
    assert [line["label"] for line in data["lines"]] == ["effect", "mechanism", "advise"]
    # The most evident is drawn last, so that it lies on top.
    assert [line.get("data-label") for line in lines] == ["advise", "mechanism", "effect"]
    widths = [float(line.get("stroke-width")) for line in lines]
    assert widths == sorted(widths)
    # Two lines between the same drugs are bent, each to its side.
    assert ["Q" in line.get("d") for line in lines] == [True, False, True]
    assert lines[0].get("d") != lines[2].get("d")
    assert data["note"] == "Left out: much."
    assert "3 lines between 4 drugs" in page.text_content()
    types = [" ".join(label.text_content().split()) for label in page.xpath("//fieldset/label")]
    assert types == ["mechanism 1", "effect 1", "advise 1"]


def test_a_sentence_comes_in_pieces_whose_second_and_fourth_are_the_drugs() -> None:
    row = pair("x", "y")
    _, data = page_of(row)
    (said,) = data["lines"][0]["evidence"]
    assert said["pieces"] == ["\N{PILL} ", "x", " with ", "y", "."]
    row["evidence"][0]["tail_start"] = 0
    _, data = page_of(row)
    assert data["lines"][0]["evidence"][0]["pieces"] == ["\N{PILL} x with y."]


def test_nothing_of_the_data_is_read_as_html() -> None:
    row = pair(EVIL, "y", EVIL)
    row["evidence"][0]["document"] = EVIL
    page, data = page_of(row)
    assert len(page.xpath("//script")) == 2
    assert [drug["name"] for drug in data["drugs"]] == [EVIL, "y"]
    assert data["lines"][0]["evidence"][0]["document"] == EVIL
    assert page.xpath("//circle/title/text()")[0] == EVIL
    assert page.xpath("//fieldset//input/@value") == [EVIL]


def test_the_page_needs_nothing_from_outside() -> None:
    text = render_graph(make_drug_graph([pair("x", "y")]))
    assert "default-src 'none'" in text
    assert re.findall(r"(?:src|href)=|url\(|@import|fetch\(", text) == []
    assert set(re.findall(r"https?://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}


def test_long_names_are_cut_beside_circles_only() -> None:
    name = "3-hydroxy-3-methylglutaryl-coenzyme-A-reductase-inhibitors"
    page, data = page_of(pair(name, "y"))
    assert page.xpath("//*[@id='names']/*/text()")[0].endswith("…")
    assert data["drugs"][0]["name"] == name


def test_types_of_ones_own_have_colours_the_most_frequent_first() -> None:
    own = [f"type {number:02}" for number in range(OWN_COLOURS + 2)]
    rows = [pair("x", f"y{i}{j}", label) for i, label in enumerate(own) for j in range(12 - i)]
    page, data = page_of(*rows, pair("x", "z"), pair("x", "w", ""))
    assert data["own"] == {label: number for number, label in enumerate(own[:OWN_COLOURS])}
    coloured = {
        label.get("data-label"): label.get("data-own") for label in page.xpath("//fieldset/label")
    }
    assert coloured == {
        **{label: str(number) for number, label in enumerate(own[:OWN_COLOURS])},
        **dict.fromkeys([*own[OWN_COLOURS:], "effect", ""]),
    }
    lines = page.xpath("//*[@id='lines']/path[@data-label='type 03']/@data-own")
    assert set(lines) == {"3"}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_of_ones_own_types_are_read_on_their_ground(mode: str) -> None:
    css = package_text("colours.css") + _own_text("graph.css")
    number = {"light": 0, "dark": 1}[mode]
    (ground,) = re.findall(r"--card: (#\w{6})", css)[number : number + 1]
    found = [
        re.findall(rf"--arc-own-{colour}: (#\w{{6}})", css)[number] for colour in range(OWN_COLOURS)
    ]
    assert len(set(found)) == OWN_COLOURS
    for colour in found:
        lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5  # as WCAG 2 asks of text


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
