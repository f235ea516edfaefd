"""What a filter removes."""

from __future__ import annotations

import pytest

from spacy_ddi.candidates.negative_filter import configure_negative_filter
from spacy_ddi.scoring.filter_counts import FilterCounts, count_filtered


def test_shares_of_counts():
    counts = FilterCounts(pairs=20, true=8, kept=10, kept_true=6)
    assert (counts.removed_true, counts.removed_false) == (2, 8)
    assert counts.recall == 0.75
    assert FilterCounts(0, 0, 0, 0).recall == 0.0


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        # Of AA, BB, AA the first and the last are the same drug; CC, DD, EE are coordinated.
        ((False, False), FilterCounts(6, 2, 6, 2)),
        ((True, False), FilterCounts(6, 2, 5, 2)),
        ((False, True), FilterCounts(6, 2, 3, 1)),
        ((True, True), FilterCounts(6, 2, 2, 1)),
    ],
)
def test_pairs_that_the_rules_remove(make_example, rules, expected):
    docs = [
        make_example("AA with BB beside AA", {(0, 1): "effect"}, {}).reference,
        make_example("CC, DD and EE", {(0, 1): "int"}, {}).reference,
    ]
    assert count_filtered(docs, configure_negative_filter(*rules)) == expected


def test_no_filter_keeps_every_pair(make_example):
    docs = [make_example("CC, DD and CC", {(0, 2): "int"}, {}).reference]
    assert count_filtered(docs, None) == FilterCounts(3, 1, 3, 1)
