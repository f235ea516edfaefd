"""What the page holds of explanations."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import html
from spacy.tokens import Doc

from spacy_ddi.explaining.explanation import Explanation, PathEdge, Word
from spacy_ddi.formats.explained_page import with_words, words_between
from spacy_ddi.formats.html_page import render_page
from tests.formats.test_html_page import DARK, LIGHT, contrast, make_doc

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or ""
TEXT = "AA <raises> levels of BB"


@pytest.fixture
def doc() -> Doc:
    return make_doc(TEXT, [(0, 1), (4, 5)], [(0, 1, "mechanism")])


def explain(doc: Doc) -> list[Explanation]:
    """One explanation for each relation, whatever it is."""
    weights = [None, 0.6, 0.1, -0.04, None]
    looks = [0.0, 0.75, 0.0, 0.25, 0.0]
    words = tuple(
        Word(token.text, token.idx, token.idx + len(token), weight, None, look)
        for token, weight, look in zip(doc, weights, looks, strict=True)
    )
    path = (PathEdge(0, 1, "nsubj"), PathEdge(2, 1, "dobj"), PathEdge(3, 2, "prep"))
    path = (*path, PathEdge(4, 3, "pobj"))
    probs = {"none": 0.3, "mechanism": 0.7}
    return [Explanation(relation.label, probs, words, path) for relation in doc._.ddi]


def test_words_are_elements_and_interactions_tell_of_them(doc: Doc) -> None:
    page = html.fromstring(render_page(doc, explain=explain))
    (paragraph,) = page.findall(".//section/p")
    elements = [(each.tag, each.get("class")) for each in paragraph.iterchildren()]
    assert elements == [("mark", None), *[("span", "word")] * 3, ("mark", None)]
    assert [word.text for word in paragraph.find_class("word")] == ["<raises>", "levels", "of"]
    item = page.find_class("relations")[0].find("li")
    assert json.loads(item.get("data-why")) == {
        "weights": {"1": 0.6, "2": 0.1, "3": -0.04},
        "looks": {"1": 0.75, "3": 0.25},
        "path": [[0, 1, "nsubj"], [2, 1, "dobj"], [3, 2, "prep"], [4, 3, "pobj"]],
        "probs": {"none": 0.3, "mechanism": 0.7},
    }
    assert "press Enter" in page.find_class("why-note")[0].text_content()


def test_text_reads_as_it_does_without_explanations(doc: Doc) -> None:
    plain, explained = (
        html.fromstring(page).find(".//section/p").text_content()
        for page in (render_page(doc), render_page(doc, explain=explain))
    )
    assert plain == explained


def test_page_without_explanations_has_nothing_of_them(doc: Doc) -> None:
    page = render_page(doc)
    assert "data-why" not in page
    assert "why-note" not in page
    assert ".word" not in page


def test_words_in_marks_are_no_elements_of_their_own() -> None:
    words = tuple(Word("x", start, start + 2, 0.1, None, None) for start in (0, 3, 6, 9))
    explanation = Explanation("int", {}, words, ())
    assert words_between([explanation, explanation], [(2, 7)]) == [(0, 2), (9, 11)]
    assert words_between([explanation], []) == [(0, 2), (3, 5), (6, 8), (9, 11)]


def test_words_outside_of_the_part_are_left_to_others() -> None:
    html_of = with_words("ab <c> de", (3, 9), [(0, 2), (3, 6), (7, 9)], str.upper)
    assert html_of == '<span class="word"><C></span> <span class="word">DE</span>'


SHADES = re.findall(
    r"--(?:for|against): (\d+) (\d+) (\d+)",
    files("spacy_ddi.formats").joinpath("page_why.css").read_text(encoding="utf8"),
)


@pytest.mark.parametrize(
    ("colours", "shade"),
    [(colours, shade) for i, colours in enumerate([LIGHT, DARK]) for shade in SHADES[2 * i :][:2]],
)
def test_shaded_words_stand_out(colours: dict[str, str], shade: tuple[str, ...]) -> None:
    """Contrast of WCAG 2.2, level AA, at the heaviest word."""
    card = [int(colours["card"][i : i + 2], 16) for i in (1, 3, 5)]
    mixed = [round(0.7 * int(own) + 0.3 * behind) for own, behind in zip(shade, card, strict=True)]
    assert contrast(colours["ink"], "#{:02x}{:02x}{:02x}".format(*mixed)) >= 4.5


CLICK = """
<script>
"use strict";
const item = document.querySelector(".relations li");
const press = (key, target) => {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
};
const seen = [];
const look = () => seen.push(document.querySelector(".why")?.textContent ?? "closed");
item.click(); look();
item.click(); look();
document.querySelector(".tag").dispatchEvent(new MouseEvent("click", { bubbles: true })); look();
press("Escape", item); look();
press("Enter", item); look();
seen.push([...document.querySelectorAll("p > [data-shade]")].map(
  (word) => `${word.textContent} ${word.dataset.shade}`).join());
seen.push(document.querySelectorAll("p > .on-path").length);
document.title = JSON.stringify(seen);
</script>
"""


@pytest.mark.skipif(not BROWSER, reason="no chromium in this environment")
def test_click_and_keyboard_show_why(doc: Doc, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    content = render_page(doc, explain=explain).replace("</body>", f"{CLICK}</body>")
    page.write_text(content, encoding="utf8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/user"]
    command = [BROWSER, *options, "--virtual-time-budget=2000", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    clicked, again, by_arc, escaped, entered, shades, on_path = json.loads(
        html.fromstring(shown).findtext(".//title") or ""
    )
    assert again == escaped == "closed"
    assert clicked == by_arc == entered
    for expected in (
        "<raises> \u22120.60",
        "of +0.04",
        "nsubj \u2192",
        "\u2190 prep",
        "0.30",
        "likelier without it",
        "Attention<raises> 0.75",
    ):
        assert expected in clicked
    assert shades == "<raises> for,levels for,of against"
    assert on_path == 5
