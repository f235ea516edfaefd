"""Copies of sentences without their layout."""

from __future__ import annotations

import textwrap

import pytest
from spacy.language import Language

from spacy_ddi.text.clean_copy import clean_copies

SENTENCES = [
    "Co-administration of fluconazole (a CYP2C9-inhibitor) increases drug-induced bleeding.",
    "Rifampin lowers cyclosporine levels, also in non-diabetic patients with 5-fluorouracil.",
]


def read(nlp: Language, text: str) -> list[list[tuple[str, str]]]:
    """Words and blanks of each copy."""
    copies = clean_copies(nlp(text))
    return [[(token.text, token.whitespace_) for token in copy.doc] for copy in copies]


@pytest.mark.parametrize(
    "text",
    [
        " ".join(SENTENCES),
        "\n".join(SENTENCES),
        "\r\n\r\n".join(SENTENCES),
        "\n".join(f"• {sentence}" for sentence in SENTENCES),
        "\n".join(f"{i}) {sentence}" for i, sentence in enumerate(SENTENCES)),
        "\n".join(f"> {sentence}" for sentence in SENTENCES),
        *(textwrap.fill(" ".join(SENTENCES), width) for width in range(40, 90)),
        "\ufeff" + " ".join(SENTENCES).replace(" ", " \u200b").replace("fluco", "fluco\u00ad"),
        " ".join(SENTENCES)
        .replace("fluco", "fluco-\n")
        .replace("fl", "ﬂ")
        .replace("n-d", "n\u2011d"),
        "  " + " ".join(SENTENCES).replace(" ", "  ") + "\n\n",
    ],
)
def test_a_sentence_reads_the_same_in_every_layout(blank: Language, text: str) -> None:
    alone = [read(blank, sentence)[0] for sentence in SENTENCES]
    assert read(blank, text) == alone


def test_tokens_are_those_of_the_doc(blank: Language) -> None:
    doc = blank("- Flucona-\nzole\n  rises.\n- It falls")
    copies = clean_copies(doc)
    assert [[doc[i].text for i in copy.tokens.tolist()] for copy in copies] == [
        ["Flucona-\nzole", "rises", "."],
        ["It", "falls"],
    ]
    assert [copy.doc[0].text for copy in copies] == ["Fluconazole", "It"]


def test_a_plain_sentence_is_not_copied(blank: Language) -> None:
    doc = blank(SENTENCES[0])
    [copy] = clean_copies(doc)
    assert copy.doc is doc
    assert copy.tokens.tolist() == list(range(len(doc)))


def test_boundaries_that_are_not_known_stay_so(blank: Language) -> None:
    doc = blank.make_doc("Take care\nTake")
    doc[1].is_sent_start = False
    [copy] = clean_copies(doc)
    assert [token.is_sent_start for token in copy.doc] == [True, False, None]


@pytest.mark.parametrize("text", ["", "\n", "•", " \u200b "])
def test_nothing_to_read(blank: Language, text: str) -> None:
    assert [copy for copy in clean_copies(blank(text)) if len(copy.doc) and text.isspace()] == []


def test_suspended_hyphen(blank: Language) -> None:
    assert read(blank, "the pre-\nand postoperative") == read(blank, "the pre- and postoperative")
