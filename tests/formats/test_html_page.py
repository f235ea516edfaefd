"""The page: what Python writes, and in a browser, where there is one, what the script draws."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest
from lxml import html
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.formats.html_page import INTERACTION_TYPES, MENTION_TYPES, render_page
from spacy_ddi.formats.relation_records import ANY_TYPE
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.linked_drugs import Drug, set_drugs

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or ""
CSS = files("spacy_ddi.formats").joinpath("colours.css").read_text(encoding="utf8")


@pytest.fixture
def one_pair() -> Doc:
    """Two mentions that a test may relate as it likes."""
    return make_doc("AA meets BB", [(0, 1), (2, 3)])


def make_doc(
    text: str, places: Sequence[tuple[int, int]], relations: Sequence[tuple[int, int, str]] = ()
) -> Doc:
    """One sentence of words between blanks; relations between the places of these indices."""
    install_extensions()
    words = text.split(" ")
    doc = Doc(Vocab(), words=words, sent_starts=[i == 0 for i in range(len(words))])
    doc.spans[MENTIONS_KEY] = [Span(doc, start, end, label="drug") for start, end in places]
    doc._.ddi_rels = [make_relation(places[i], places[j], label, 0.5) for i, j, label in relations]
    return doc


def marks_of(page: html.HtmlElement) -> list[str]:
    return [(mark.text or "").strip() for mark in page.iter("mark")]


def items_of(page: html.HtmlElement) -> list[str]:
    return [item.text_content().strip() for item in page.find_class("relations")[0].iter("li")]


def test_page_shows_sentences_with_mentions_and_their_interactions(doc):
    page = html.fromstring(render_page([doc], source=ANY_TYPE))
    assert len(page.findall(".//section")) == 2
    assert "Hello there" not in page.text_content()
    assert (
        "2 interactions between 4 drug mentions in 2 of 4 sentences: the others name no drug"
        in page.text_content()
    )
    assert marks_of(page) == ["Dexarol", "plinozide", "NNXTI", "dexarol"]
    lists = [ul.text_content().strip() for ul in page.find_class("relations")]
    assert lists == ["mechanism 0.88: Dexarol and plinozide", "untyped 1.00: NNXTI and dexarol"]


def test_type_of_a_mention_is_readable_without_colour(doc):
    page = html.fromstring(render_page([doc], source=ANY_TYPE))
    notes = [note.text.strip() for note in page.iter("small")]
    assert notes == ["brand", "drug", "vitamin", "drug_n"]


def test_a_mention_says_which_drug_it_is(one_pair):
    set_drugs(one_pair, [(one_pair[0:1], Drug("MESH:1", "<Plinozide>"))])
    first, second = html.fromstring(render_page([one_pair])).iter("mark")
    assert (first.get("title"), second.get("title")) == ("<Plinozide>, MESH:1", None)


def test_text_and_title_are_escaped(doc):
    page = render_page([doc], source=ANY_TYPE, title="A <i>title</i> & {more} $css")
    assert "A &lt;i&gt;title&lt;/i&gt; &amp; {more} $css" in page
    assert "<b>plinozide" not in page
    assert "&lt;b&gt;<mark" in page


def test_labels_types_and_names_are_escaped(one_pair):
    """They come from a model, or a text, that somebody else made."""
    doc = Doc(one_pair.vocab, words=["</p><u>", '"><u>'])
    doc.spans[MENTIONS_KEY] = [Span(doc, 0, 1, label='"><u>'), Span(doc, 1, 2, label="<u>")]
    doc._.ddi_rels = [make_relation((0, 1), (1, 2), '"><script>', 1.0)]
    page = render_page([doc], source=ANY_TYPE)
    assert page.count("<script>") == 1
    assert "<u>" not in page
    item = html.fromstring(page).find_class("relations")[0].find("li")
    assert item.get("data-label") == item.find("b").text == '"><script>'


def test_legend_explains_what_occurs_and_nothing_else(doc):
    legend = html.fromstring(render_page([doc], source=ANY_TYPE)).find_class("legend")[0]
    types, labels = ([item.text_content() for item in ul.iter("li")] for ul in legend.iter("ul"))
    assert types == [
        "drug generic name",
        "brand brand name",
        "drug_n not approved for humans",
        "vitamin",
    ]
    assert labels == ["mechanism how one acts on the other in the body", "untyped"]


def test_legend_of_a_page_without_interactions_has_no_arcs(one_pair):
    page = html.fromstring(render_page([one_pair]))
    assert len(page.findall(".//section")) == 1
    assert page.find_class("relations") == []
    assert page.find_class("arc-name") == []
    assert page.find_class("with-arcs") == []


def test_page_needs_nothing_from_outside(doc):
    page = render_page([doc], source=ANY_TYPE)
    assert re.findall(r"<(?:link|img|iframe)\b|\bsrc=|@import|url\(|\bimport\b", page) == []
    assert set(re.findall(r'https?://[^"\s]+', page)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("words", [[], ["nothing", "here"]])
def test_page_of_a_text_without_mentions_says_so(words):
    doc = Doc(Vocab(), words=words, sent_starts=[i == 0 for i in range(len(words))])
    page = html.fromstring(render_page([doc], source=ANY_TYPE))
    assert "No drug mentions found." in page.text_content()
    assert page.findall(".//section") == []
    assert page.find_class("legend") == []


def test_longest_of_nested_mentions_is_shown_and_takes_the_arcs_of_the_others():
    doc = make_doc("MAO inhibitors and BB", [(0, 2), (0, 1), (1, 2), (3, 4)], [(2, 3, "int")])
    page = html.fromstring(render_page([doc], source=ANY_TYPE))
    assert marks_of(page) == ["MAO inhibitors", "BB"]
    assert items_of(page) == ["int 0.50: inhibitors and BB"]
    item = page.find_class("relations")[0].find("li")
    assert (item.get("data-head"), item.get("data-tail")) == ("0", "1")


def test_overlapping_mentions_can_interact(one_pair):
    one_pair._.ddi_rels = [make_relation((0, 1), (0, 3), "int", 1.0)]
    page = html.fromstring(render_page([one_pair]))
    assert marks_of(page) == ["AA meets BB"]
    assert items_of(page) == ["int 1.00: AA and AA meets BB"]


def test_interactions_that_share_label_and_mention_are_grouped():
    """A with B, C and D is one line with three ends; B with C stands alone, and so does D."""
    relations = [(0, 1, "int"), (0, 2, "int"), (0, 3, "int"), (1, 2, "int"), (0, 4, "effect")]
    page = html.fromstring(render_page([make_doc("A B C D E", word_places(5), relations)]))
    items = list(page.find_class("relations")[0].iter("li"))
    assert [item.get("data-hub") for item in items] == ["0", "0", "0", None, None]
    assert [item.get("data-group") for item in items] == ["0", "0", "0", None, None]
    assert "several ends" in page.find_class("legend")[0].text_content()


def test_every_interaction_of_a_full_graph_is_in_one_group_or_alone():
    relations = [(i, j, "int") for i, j in combinations(range(4), 2)]
    page = html.fromstring(render_page([make_doc("A B C D", word_places(4), relations)]))
    items = list(page.find_class("relations")[0].iter("li"))
    assert [item.get("data-hub") for item in items] == ["0", "0", "0", "1", "1", None]


def word_places(number: int) -> list[tuple[int, int]]:
    return [(i, i + 1) for i in range(number)]


def test_sentences_that_a_relation_joins_are_shown_as_one(one_pair):
    words = ["AA", "helps", ".", "It", "rains", ".", "BB", "harms", ".", "CC", "."]
    doc = Doc(one_pair.vocab, words=words, sent_starts=[i in (0, 3, 6, 9) for i in range(11)])
    doc.spans[MENTIONS_KEY] = [Span(doc, i, i + 1, label="drug") for i in (0, 6, 9)]
    doc._.ddi_rels = [make_relation((0, 1), (6, 7), "int", 1.0)]
    page = html.fromstring(render_page([doc], source=ANY_TYPE))
    assert len(page.findall(".//section")) == 2
    assert items_of(page) == ["int 1.00: AA and BB"]
    assert "between 3 drug mentions in 4 sentences<" in html.tostring(page, encoding="unicode")


def test_line_ends_and_controls_become_blanks(one_pair):
    doc = Doc(one_pair.vocab, words=["AA\nBB", "\x00\x0b", "CC"])
    doc.spans[MENTIONS_KEY] = [Span(doc, 0, 1, label="drug")]
    assert "AA BB<small>" in render_page([doc], source=ANY_TYPE)
    assert re.search(r"[\x00\x0b]", render_page([doc], source=ANY_TYPE)) is None


def test_doc_without_sentence_boundaries_counts_as_one_sentence():
    """As it does for the candidate pairs."""
    doc = Doc(Vocab(), words=["AA", "meets", "BB"])
    doc.set_ents([Span(doc, 0, 1, label="drug"), Span(doc, 2, 3, label="drug")])
    assert len(html.fromstring(render_page([doc], source=ANY_TYPE)).findall(".//section")) == 1


def test_summary_of_one_of_each_is_in_the_singular(one_pair):
    one_pair._.ddi_rels = [make_relation((0, 1), (2, 3), "int", 1.0)]
    assert "1 interaction between 2 drug mentions in 1 sentence<" in render_page([one_pair])


def test_several_docs_make_one_page(doc, one_pair):
    page = html.fromstring(render_page([doc, one_pair], source=ANY_TYPE))
    assert len(page.findall(".//section")) == 3
    assert (
        "between 6 drug mentions in 3 of 5 sentences: the others name no drug"
        in page.text_content()
    )


def colours_of(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT, DARK = map(colours_of, re.findall(r":root \{(.*?)\}", CSS, re.DOTALL))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(colours):
    """Contrast of WCAG 2.2, level AA."""
    assert {f"mention-{kind}" for kind in [*MENTION_TYPES, "other"]} <= set(colours)
    assert {f"arc-{label}" for label in [*INTERACTION_TYPES, "other"]} <= set(colours)
    texts = ["ink", "soft", *(name for name in colours if name.startswith("arc-"))]
    pairs = [(text, behind) for text in texts for behind in ("card", "page")]
    pairs += [("mention-ink", name) for name in colours if re.match("mention-(?!ink)", name)]
    low = [pair for pair in pairs if contrast(*(colours[name] for name in pair)) < 4.5]
    assert low == []


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


TEN = make_doc(
    "Use of ketoconazole , erythromycin or grapefruit juice raises levels of simvastatin and "
    "atorvastatin , while rifampicin lowers them ; patients on digoxin need no clarithromycin .",
    [(2, 3), (4, 5), (6, 8), (11, 12), (13, 14), (16, 17), (22, 23), (25, 26)],
    [
        *((i, j, "mechanism") for i in range(3) for j in (3, 4)),
        (3, 5, "effect"),
        (4, 5, "int"),
        (6, 7, "advise"),
        (0, 6, ""),
    ],
)


@pytest.mark.skipif(not BROWSER, reason="no Chromium in the PATH")
@pytest.mark.parametrize("width", [1000, 400])
def test_browser_draws_ten_arcs_whose_labels_lie_apart(width, tmp_path):
    page = drawn([TEN], width, tmp_path)
    arcs = [arc.get("data-relations") for arc in page.xpath("//g[path[@class='line']]")]
    assert sorted(arcs, key=int) == [str(i) for i in range(10)]
    tags = [tag.find("text").text for tag in page.find_class("tag")]
    assert {"int 0.50", "effect 0.50", "untyped 0.50", "mechanism"} <= set(tags)
    boxes = [
        [float(tag.find("rect").get(name)) for name in ("x", "y", "width", "height")]
        for tag in page.find_class("tag")
    ]
    overlaps = [
        (one, other)
        for one, other in combinations(boxes, 2)
        if all(one[i] < other[i] + other[i + 2] and other[i] < one[i] + one[i + 2] for i in (0, 1))
    ]
    assert overlaps == []
    assert all(box[0] > -25 and box[0] + box[2] < width for box in boxes)


@pytest.mark.skipif(not BROWSER, reason="no Chromium in the PATH")
def test_browser_lists_what_is_too_much_to_draw(tmp_path):
    relations = [(i, j, "int") for i, j in combinations(range(12), 2)]
    page = drawn([make_doc(" ".join("ABCDEFGHIJKL"), word_places(12), relations)], 400, tmp_path)
    assert page.find_class("line") == []
    assert page.find(".//section").get("class") == "list"


def drawn(docs: Sequence[Doc], width: int, folder: Path) -> html.HtmlElement:
    """The page after its script has run in a window, or a body, of this width in pixels."""
    written = render_page(docs).replace("<body>", f'<body style="width: {width}px">')
    (folder / "page.html").write_text(written, encoding="utf8")
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1100,800",
            "--dump-dom",
            (folder / "page.html").as_uri(),
        ],
        capture_output=True,
        encoding="utf8",
        check=True,
        timeout=60,
    )
    page = html.fromstring(done.stdout)
    assert page.get("class") == "arcs-drawn"
    return page
