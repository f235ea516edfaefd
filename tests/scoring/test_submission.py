"""The task's submission lines."""

from __future__ import annotations

import pytest
from spacy.training import Example

from spacy_ddi.annotations import make_relation
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.scoring.submission import submission_lines


def test_one_line_a_pair_in_the_corpus_s_order(make_example):
    example = make_example("AA BB CC", {}, {(0, 2): "effect"})
    assert list(submission_lines([example])) == [
        "D0.s0|e0|e1|0|null",
        "D0.s0|e0|e2|1|effect",
        "D0.s0|e1|e2|0|null",
    ]


def test_same_strings_stay_apart(make_example):
    example = make_example("AA BB AA", {}, {(1, 2): "int"})
    assert [line.split("|", 3)[3] for line in submission_lines([example])] == [
        "0|null",
        "0|null",
        "1|int",
    ]


@pytest.mark.parametrize("text", ["AA alone", "none at all"])
def test_sentence_without_pairs_has_no_line(make_example, text):
    assert list(submission_lines([make_example(text, {}, {})])) == []


def test_order_of_ids_is_that_of_the_corpus_where_it_differs_from_the_text(make_example):
    example = make_example("AA BB", {}, {(0, 1): "advise"})
    spans = example.reference.spans[MENTIONS_KEY]
    example.reference.spans[MENTIONS_KEY] = list(reversed(spans))
    assert list(submission_lines([example])) == ["D0.s0|e1|e0|1|advise"]


def test_prediction_on_other_mentions_leaves_the_gold_pair_negative(make_example):
    example = make_example("AA and BB", {(0, 1): "effect"}, {})
    example.predicted._.ddi_rels = [make_relation((0, 2), (2, 3), "effect", 1.0)]
    assert list(submission_lines([Example(example.predicted, example.reference)])) == [
        "D0.s0|e0|e1|0|null"
    ]
