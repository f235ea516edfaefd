"""Which tokens are layout."""

from __future__ import annotations

import time

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.text.layout import layout_tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fluconazole increases warfarin.", []),
        (
            "Sodium\nvalproate  and\ttea\u00a0\u200bor\r\n",
            ["\n", " ", "\t", "\u00a0", "\u200b", "\r\n"],
        ),
        ("\ufeffTake care", ["\ufeff"]),
        ("• Take care\n- Take\n*\tTake\n·Take", ["•", "\n", "-", "\n", "*", "\t", "\n", "·"]),
        ("1. Take care\n(2) Take", ["1", ".", "\n", "(", "2", ")"]),
        ("a) Take care\nb) Take", ["a", ")", "\n", "b", ")"]),
        ("3.1 Interactions\n\n[1] Take", ["3.1", "\n\n", "[", "1", "]"]),
        ("> Take care\n> Take", [">", "\n", ">"]),
        ("| a | b |\n|---|---|\n", ["|", "|", "|", "\n", "|", "---", "|", "---", "|", "\n"]),
        ("Levels rise • Levels fall", ["•"]),
        # None of these begins an item.
        ("(S)-warfarin and 2.5 mg", []),
        ("2.5 mg of warfarin", []),
        ("A. niger grows", []),
        ("-5 mg | x", []),
    ],
)
def test_layout(blank: Language, text: str, expected: list[str]) -> None:
    doc = blank(text)
    found = layout_tokens(doc)
    assert [token.text for token in doc if found[token.i]] == expected
    assert found.dtype == bool
    assert found.shape == (len(doc),)


def test_a_mark_within_a_sentence_is_read(blank: Language) -> None:
    """Wrapping may bring it to the start of a line."""
    doc = blank.make_doc("It is a\n- rare - case")
    assert layout_tokens(doc).sum() == 2, "a sentence may begin there"
    for token in doc[1:]:
        token.is_sent_start = False
    assert layout_tokens(doc).sum() == 1


def test_words_only_where_the_vocabulary_is_another() -> None:
    """A Doc that was read from a file need not come from our tokenizer."""
    doc = Doc(spacy.blank("en").vocab, words=["a", "\u200b", "b"])
    assert layout_tokens(doc).tolist() == [False, True, False]


def test_retokenizing_is_noticed(blank: Language) -> None:
    doc = blank("Sodium\nvalproate or tea")
    assert layout_tokens(doc).tolist() == [False, True, False, False, False]
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[:3])
    assert not layout_tokens(doc).any()


def test_what_is_found_is_the_callers_own(blank: Language) -> None:
    doc = blank("a\nb")
    layout_tokens(doc)[:] = True
    assert layout_tokens(doc).sum() == 1


def test_nothing(blank: Language) -> None:
    assert layout_tokens(blank("")).shape == (0,)


def test_a_plain_line_takes_microseconds(blank: Language) -> None:
    doc = blank("Concomitant use of fluconazole increases the plasma concentration of warfarin.")
    start = time.perf_counter()
    for _ in range(1000):
        layout_tokens(doc)
    assert time.perf_counter() - start < 0.5
