"""Tokens of formats that are written with some."""

from __future__ import annotations

import time

from spacy_ddi.formats.english_tokenizer import english_doc
from spacy_ddi.text.characters import LONGEST_WORD


def test_tokens_are_those_of_spacy_for_english():
    assert [token.text for token in english_doc("Don't mix it.")] == ["Do", "n't", "mix", "it", "."]


def test_words_without_end_take_no_time():
    text = "Iron " + '{"a":' * LONGEST_WORD + " tin."
    start = time.perf_counter()
    doc = english_doc(text)
    assert doc.text == text
    assert time.perf_counter() - start < 5
