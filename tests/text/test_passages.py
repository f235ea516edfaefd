"""Long texts in passages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_ddi.text.passages import MAX_CHARACTERS, passages

TEXTS = st.text(alphabet="ab .!\n\t", max_size=200) | st.text(max_size=60)


@given(TEXTS, st.integers(min_value=1, max_value=50))
def test_passages_joined_are_the_text_and_none_is_too_long(text, longest):
    cut = list(passages(text, longest))
    assert "".join(passage for _, passage in cut) == text
    assert all(len(passage) <= longest for _, passage in cut)
    assert all(text.startswith(passage, offset) for offset, passage in cut)
    assert text == "" or all(passage for _, passage in cut)


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=9), min_size=1), st.integers(11, 30))
def test_words_that_fit_are_never_cut(words, longest):
    cut = [passage for _, passage in passages(" ".join(words), longest)]
    assert " ".join(cut).split() == words


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a b. c\n\nd e. f\ng h. i", "a b. c\n\n"),
        ("a b. c d e. f\ng h. i j", "a b. c d e. f\n"),
        ("a b. c d e. f g h. i j", "a b. c d e. "),
        ("a b c d e f g h i j k", "a b c d e f g "),
        ("abcdefghijklmnopqrstu", "abcdefghijklmno"),
    ],
    ids=["blank line", "line", "sentence", "word", "anywhere"],
)
def test_text_is_cut_where_it_hurts_least(text, first):
    offset, passage = next(passages(text, 15))
    assert (offset, passage) == (0, first)


@pytest.mark.parametrize("length", [0, 1, MAX_CHARACTERS])
def test_text_that_fits_is_one_passage(length):
    assert list(passages("x" * length)) == [(0, "x" * length)]


@pytest.mark.parametrize("longest", [0, -1])
def test_passages_without_length_are_refused(longest):
    """They would never end."""
    with pytest.raises(ValueError, match="max_characters"):
        next(passages("some text", longest))
