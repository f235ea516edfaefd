"""Parts of the README that a command writes."""

from __future__ import annotations

import pytest

from benchmarks.readme import markdown_table, renew


def test_a_text_is_renewed_between_its_marks() -> None:
    text = "Before.\n<!-- speed: by x -->\nSTALE\n<!-- end of speed -->\nAfter.\n"
    new = renew(text, "speed: by x", "FRESH")
    assert new == "Before.\n<!-- speed: by x -->\n\nFRESH\n<!-- end of speed -->\nAfter.\n"
    assert renew(new, "speed: by x", "FRESH") == new
    with pytest.raises(ValueError, match="marks"):
        renew("Before. After.", "speed: by x", "FRESH")


def test_words_stand_left_and_figures_right() -> None:
    lines = markdown_table(["a", "b", "c"], [["x", "y", "1"]], n_words=2).splitlines()
    assert lines == ["| a | b | c |", "| --- | --- | ---: |", "| x | y | 1 |"]
