"""The page."""

from __future__ import annotations

import re

import pytest
from lxml import html
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.formats.html_page import MENTION_COLOURS, render_page


@pytest.fixture
def one_pair() -> Doc:
    """Two mentions that a test may relate as it likes."""
    install_extensions()
    doc = Doc(Vocab(), words=["AA", "meets", "BB"], sent_starts=[True, False, False])
    doc.set_ents([Span(doc, 0, 1, label="drug"), Span(doc, 2, 3, label="drug")])
    return doc


def test_page_shows_sentences_with_mentions_and_arcs(doc):
    page = html.fromstring(render_page([doc]))
    assert len(page.findall(".//section")) == 2
    assert "Hello there" not in page.text_content()
    assert "2 interactions between 4 drug mentions in 2 sentences" in page.text_content()
    marks = [mark.text.strip() for mark in page.iter("mark")]
    assert marks == ["Dexarol", "plinozide", "NNXTI", "dexarol"]
    labels = [label.text.strip() for label in page.iter("textpath")]
    assert labels == ["mechanism 0.88", "1.00"]


def test_text_and_title_are_escaped(doc):
    page = render_page([doc], title="A <i>title</i> & {more}")
    assert "A &lt;i&gt;title&lt;/i&gt; &amp; {more}" in page
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def test_labels_are_escaped(one_pair):
    """Labels come from a model that somebody else may have made."""
    one_pair.set_ents([Span(one_pair, 0, 1, label="<u>"), Span(one_pair, 2, 3, label="drug")])
    one_pair._.ddi_rels = [make_relation((0, 1), (2, 3), "<script>", 1.0)]
    page = render_page([one_pair])
    assert "<script>" not in page
    assert "<u>" not in page


def test_mentions_are_coloured_by_type(doc):
    page = render_page([doc])
    assert MENTION_COLOURS["brand"] in page
    assert MENTION_COLOURS["drug_n"] in page
    assert MENTION_COLOURS["group"] not in page


def test_page_needs_nothing_from_outside(doc):
    page = render_page([doc])
    assert re.findall(r"<(?:script|link|img)\b", page) == []
    assert set(re.findall(r'https?://[^"\s]+', page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


@pytest.mark.parametrize("words", [[], ["nothing", "here"]])
def test_page_of_a_text_without_mentions_says_so(words):
    doc = Doc(Vocab(), words=words, sent_starts=[i == 0 for i in range(len(words))])
    page = html.fromstring(render_page([doc]))
    assert "No drug mentions found." in page.text_content()
    assert page.findall(".//section") == []


def test_mentions_without_relation_have_no_arc(one_pair):
    page = html.fromstring(render_page([one_pair]))
    assert len(page.findall(".//section")) == 1
    assert page.findall(".//svg") == []


def test_mention_of_two_relations_is_drawn_once(one_pair):
    doc = Doc(one_pair.vocab, words=["AA", "BB", "CC"], sent_starts=[True, False, False])
    doc._.ddi_rels = [make_relation((0, 1), (i, i + 1), "int", 1.0) for i in (1, 2)]
    page = html.fromstring(render_page([doc]))
    words = [word.text for word in page.find_class("displacy-word")]
    assert [word for word in words if word != "…"] == ["AA", "BB", "CC"]
    assert len(page.find_class("displacy-arrow")) == 2


def test_overlapping_mentions_can_interact(one_pair):
    one_pair._.ddi_rels = [make_relation((0, 1), (0, 3), "int", 1.0)]
    page = html.fromstring(render_page([one_pair]))
    assert "AA meets BB" in [word.text for word in page.find_class("displacy-word")]


def test_doc_without_sentence_boundaries_counts_as_one_sentence():
    """As it does for the candidate pairs."""
    doc = Doc(Vocab(), words=["AA", "meets", "BB"])
    doc.set_ents([Span(doc, 0, 1, label="drug"), Span(doc, 2, 3, label="drug")])
    assert len(html.fromstring(render_page([doc])).findall(".//section")) == 1


def test_summary_of_one_of_each_is_in_the_singular(one_pair):
    one_pair._.ddi_rels = [make_relation((0, 1), (2, 3), "int", 1.0)]
    assert "1 interaction between 2 drug mentions in 1 sentence<" in render_page([one_pair])


def test_several_docs_make_one_page(doc, one_pair):
    page = html.fromstring(render_page([doc, one_pair]))
    assert len(page.findall(".//section")) == 3
    assert "between 6 drug mentions in 3 sentences" in page.text_content()
