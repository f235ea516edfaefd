"""The page with the graph: what Python writes, and in a browser what the script makes of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path

import pytest
from lxml import html

from spacy_ddi.picture.drug_graph import make_drug_graph
from spacy_ddi.picture.graph_page import render_graph
from tests.picture.made_up_pairs import pair

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or ""
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
    assert "3 interactions of 4 drugs" in page.text_content()
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


@pytest.mark.skipif(not BROWSER, reason="no Chromium in the PATH")
def test_browser_shows_names_apart_and_what_is_said(tmp_path: Path) -> None:
    rows = [pair(f"drug number {i}", f"drug number {i + j}") for i in range(40) for j in (1, 9)]
    path = tmp_path / "graph.html"
    search = "<script>addEventListener('load', () => setTimeout(() => { const to = (key) => "
    search += "document.getElementById('graph').dispatchEvent(new KeyboardEvent('keydown', {key}));"
    search += "to('ArrowRight'); document.body.dataset.first = document.querySelector('h2')."
    search += "textContent; document.querySelector('#panel li button').click(); }, 500))</script>"
    page = render_graph(make_drug_graph([pair(EVIL, "drug number 9", "int"), *rows]))
    path.write_text(page.replace("</body>", f"{search}</body>"), encoding="utf8")
    drawn = html.fromstring(dumped(path))
    assert "ready" in drawn.get("class")
    boxes = [
        (float(text.get("x")), float(text.get("y")), 7.0 * len(text.text))
        for text in drawn.xpath("//*[@id='names']/*[not(contains(@class, 'gone'))]")
    ]
    assert boxes
    for (x, y, width), (other_x, other_y, other_width) in combinations(boxes, 2):
        lines = abs(y - other_y) < 10
        assert not (lines and x < other_x + other_width * 0.7 and other_x < x + width * 0.7)
    # The first key goes to the drug with most partners; the click, to its first interaction.
    assert drawn.find("body").get("data-first") == "drug number 9"
    assert drawn.xpath("//aside//blockquote//mark/text()") == [EVIL, "drug number 9"]
    assert len(drawn.xpath("//*[@id='graph' and contains(@class, 'lit')]")) == 1


def dumped(path: Path) -> str:
    """The page after its script has run."""
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1400,1000",
        "--virtual-time-budget=4000",
        "--dump-dom",
        path.as_uri(),
    ]
    return subprocess.run(
        command, check=True, capture_output=True, timeout=120, encoding="utf8"
    ).stdout
