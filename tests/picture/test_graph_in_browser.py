"""The page with the graph in a real browser, with few lines and with many."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from spacy_ddi.picture.drug_graph import make_drug_graph
from spacy_ddi.picture.graph_page import render_graph
from tests.picture.made_up_pairs import pair
from tests.web.browser import CHROMIUM, Browser

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium in the PATH")

EVIL = "</script><script>alert(1)</script>&amp;\u2028"
LABELS = ("effect", "mechanism", "advise", "int", "own type")
LINES = "#lines path:not(.reach)"
PRESS = (
    "document.getElementById('graph').dispatchEvent("
    "new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}}))"
)
NAMES = """[...document.querySelectorAll('#names > :not(.gone)')].map(name => {
    const box = name.getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
})"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser"), width=1400) as opened:
        yield opened


def rows_of(n: int) -> list[dict[str, Any]]:
    """Interactions of drugs, some of which have many; the first row is the most evident."""
    chance = random.Random(n)
    pairs: set[tuple[str, str]] = set()
    while len(pairs) < n:
        one, other = (int(chance.paretovariate(0.8)) % max(n // 4, 20) for _ in range(2))
        if one != other:
            pairs.add((f"drug {min(one, other)}", f"drug {max(one, other)}"))
    found = sorted(pairs)
    chance.shuffle(found)
    return [
        pair(one, other, chance.choice(LABELS), probability=1 - 0.9 * number / n)
        for number, (one, other) in enumerate(found)
    ]


@pytest.mark.parametrize("n", [20, 2000])
def test_few_lines_and_many_are_seen_and_answer(browser: Browser, tmp_path: Path, n: int) -> None:
    path = tmp_path / "graph.html"
    graph = make_drug_graph(rows_of(n))
    path.write_text(render_graph(graph), encoding="utf8")
    browser.open(path.as_uri())
    browser.wait_for("document.documentElement.classList.contains('ready')")
    assert browser(f"document.querySelectorAll('{LINES}').length") == n
    # All of the graph is in the window, and names stand apart.
    left, top, right, bottom, width, height = browser(
        "(() => { const box = document.getElementById('world').getBoundingClientRect();"
        "return [box.left, box.top, box.right, box.bottom, innerWidth, innerHeight]; })()"
    )
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    names = browser(NAMES)
    assert len(names) >= min(n / 4, 20)
    for one, other in combinations(names, 2):
        apart_by = (other[0] - one[2], one[0] - other[2], other[1] - one[3], one[1] - other[3])
        assert max(apart_by) > -6
    # The first key goes to the drug with most partners, a click to one of its lines.
    seconds = browser(
        f"(() => {{ const begin = performance.now(); {PRESS.format(key='ArrowRight')};"
        "return new Promise(done => requestAnimationFrame(() => setTimeout(() =>"
        "done((performance.now() - begin) / 1000)))); })()"
    )
    assert seconds < 2, "it does not react at once"
    hub = browser("document.querySelector('#panel h2').textContent")
    partners = dict(graph.nodes(data="partners"))
    assert partners[f"name:{hub}"] == max(partners.values())
    browser("document.querySelector('#panel li button').click()")
    marks = browser("[...document.querySelectorAll('#panel mark')].map(each => each.textContent)")
    assert hub in marks
    assert browser("document.querySelectorAll('#graph.lit').length") == 1
    # Types can be hidden, those of one's own, too.
    browser("document.querySelector('.types input[value=\"own type\"]').click()")
    of_type = browser(f"document.querySelectorAll('{LINES}[data-label=\"own type\"]').length")
    assert browser(f"document.querySelectorAll('{LINES}.gone').length") == of_type > 0
    colours = browser(
        "['own type', 'effect'].map(label => getComputedStyle(document.querySelector("
        '`.types label[data-label="${label}"] i`)).backgroundColor)'
    )
    assert len(set(colours)) == 2


def test_percentages_have_the_digits_of_the_table(browser: Browser, tmp_path: Path) -> None:
    probabilities = [0.99995, 0.9986, 0.98838, 0.5]
    rows = [pair("a", f"drug {p}", probability=p) for p in probabilities]
    path = tmp_path / "graph.html"
    path.write_text(render_graph(make_drug_graph(rows)), encoding="utf8")
    browser.open(path.as_uri())
    browser.wait_for("document.documentElement.classList.contains('ready')")
    said = browser(
        "[...document.querySelectorAll('#panel li')].map(each => each.textContent)"
        ".filter(text => text.includes('%')).map(text => text.match(/(> )?[0-9.]+ %/)[0])"
    )
    assert said == ["> 99.99 %", "99.86 %", "98.84 %", "50.00 %"]


def test_nothing_of_the_data_is_run(browser: Browser, tmp_path: Path) -> None:
    rows = [pair(EVIL, "drug 1", "int"), pair("drug 1", "drug 2")]
    path = tmp_path / "graph.html"
    path.write_text(render_graph(make_drug_graph(rows)), encoding="utf8")
    browser.open(path.as_uri())
    browser.wait_for("document.documentElement.classList.contains('ready')")
    browser(PRESS.format(key="ArrowRight"))
    browser("document.querySelector('#panel li button').click()")
    marks = browser("[...document.querySelectorAll('#panel mark')].map(each => each.textContent)")
    assert marks == [EVIL, "drug 1"]
    assert browser("document.querySelectorAll('script').length") == 2


BOXES = """((...chosen) => chosen.map(each => {
    const box = document.querySelector(each).getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
}))"""
TOUCHED = """(() => {
    const names = [...document.querySelectorAll('#names > *')];
    const circles = [...document.querySelectorAll('circle')].map(each => {
        const box = each.getBoundingClientRect();
        return [(box.left + box.right) / 2, (box.top + box.bottom) / 2, 0.4 * box.width];
    });
    const touches = (box, [x, y, radius]) =>
        box.left - 3.5 < x + radius && x - radius < box.right + 3.5
        && Math.abs((box.top + box.bottom) / 2 - y) < radius + 5;
    return names.flatMap((name, i) => {
        if (name.matches('.gone, .major')) return [];
        const box = name.getBoundingClientRect();
        const found = circles.some((circle, j) => i !== j && touches(box, circle));
        return found ? [name.textContent] : [];
    });
})()"""


@pytest.mark.parametrize(("width", "n"), [(420, 20), (420, 500), (800, 500), (1300, 500)])
def test_buttons_key_and_graph_stand_apart(
    browser: Browser, tmp_path: Path, width: int, n: int
) -> None:
    """And names keep clear of the head and of circles; important ones may cover circles."""
    path = tmp_path / "graph.html"
    path.write_text(render_graph(make_drug_graph(rows_of(n))), encoding="utf8")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.call("Emulation.setDeviceMetricsOverride", **size)
    browser.open(path.as_uri())
    browser.wait_for("document.documentElement.classList.contains('ready')")
    browser.wait_for("document.getElementById('world').hasAttribute('transform')")
    stage, buttons, key, world = browser(f"{BOXES}('#stage', '.zoom', '.key', '#world')")
    assert not overlap(buttons, key)
    assert not overlap(world, buttons)
    assert not overlap(world, key)
    names = browser(NAMES)
    assert all(stage[1] <= name[1] and name[3] <= stage[3] for name in names)
    assert browser(TOUCHED) == []


def overlap(one: list[float], other: list[float]) -> bool:
    return max(other[0] - one[2], one[0] - other[2], other[1] - one[3], one[1] - other[3]) < 0
