"""What is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spacy.lang.en import English
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.corpora.docs import sentence_to_doc
from spacy_ddi.corpora.documents import Interaction, Mention, Sentence
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.scoring.counts import (
    PairCounts,
    Tally,
    count_by_document,
    count_mentions,
    count_pairs,
)
from spacy_ddi.scoring.evaluation import summarize
from spacy_ddi.scoring.scorer import score_relations

LABELS = ("mechanism", "effect")


def drop_all(doc: Doc, mentions: Any, pairs: Any) -> Any:
    return np.zeros(len(pairs), dtype=bool)


def keep_first(doc: Doc, mentions: Any, pairs: Any) -> Any:
    return np.arange(len(pairs)) == 0


nothing = CandidateFinder(negative_filter=drop_all)
first_pair = CandidateFinder(negative_filter=keep_first)


def test_right_wrong_type_missed_and_spurious_pairs(make_example):
    gold = {(0, 1): "effect", (0, 2): "effect", (1, 2): "mechanism"}
    found = {(0, 1): "effect", (0, 2): "mechanism", (2, 3): "effect"}
    counts = count_pairs(make_example("AA BB CC DD", gold, found), LABELS)
    assert counts == PairCounts(
        n_pairs=6,
        n_true=3,
        n_true_typed=3,
        n_candidates=6,
        n_true_candidates=3,
        per_type={"mechanism": Tally(0, 1, 1), "effect": Tally(1, 1, 1)},
        detection=Tally(2, 1, 1),
    )


@pytest.mark.parametrize("found", ["effect", None])
def test_untyped_true_pair_counts_as_detected_only(make_example, found):
    predicted = {(0, 1): found} if found else {}
    counts = count_pairs(make_example("AA BB", {(0, 1): ""}, predicted), LABELS)
    assert (counts.n_true, counts.n_true_typed) == (1, 0)
    assert counts.detection == (Tally(1, 0, 0) if found else Tally(0, 0, 1))
    assert counts.per_type["effect"] == Tally(0, 1 if found else 0, 0)
    assert counts.per_type["mechanism"] == Tally()


def test_true_pair_that_was_filtered_out_is_a_false_negative(make_example):
    example = make_example("AA BB CC", {(0, 1): "effect"}, {})
    counts = count_pairs(example, LABELS, nothing)
    assert (counts.n_pairs, counts.n_candidates, counts.n_true_candidates) == (3, 0, 0)
    assert counts.detection == counts.per_type["effect"] == Tally(0, 0, 1)


def test_candidates_are_those_of_the_given_finder(make_example):
    gold = {(0, 1): "effect", (1, 2): "effect"}
    counts = count_pairs(make_example("AA BB CC", gold, {}), LABELS, first_pair)
    assert (counts.n_candidates, counts.n_true_candidates) == (1, 1)


def test_docs_of_different_tokens_are_compared_by_characters(make_example):
    reference = make_example("the AA-BB", {(0, 1): "effect"}, {}).reference
    predicted = Doc(
        reference.vocab, words=["the", "A", "A-", "BB"], spaces=[True, False, False, False]
    )
    predicted.spans[MENTIONS_KEY] = [predicted[1:2], predicted[1:3], predicted[3:4]]
    predicted._.ddi_rels = [make_relation((1, 3), (3, 4), "effect", 1.0)]
    wrong = count_pairs(Example(predicted, reference), LABELS)
    assert wrong.detection == Tally(0, 1, 1)

    other = Doc(reference.vocab, words=["the", "A", "A", "-", "BB"], spaces=[True, *[False] * 4])
    other.spans[MENTIONS_KEY] = [other[1:3], other[4:5]]
    other._.ddi_rels = [make_relation((1, 3), (4, 5), "effect", 1.0)]
    right = count_pairs(Example(other, reference), LABELS)
    assert right.detection == right.per_type["effect"] == Tally(1, 0, 0)
    assert right.n_true_candidates == 1


def test_pairs_of_the_reference_count_whatever_was_predicted(make_example):
    reference = make_example("AA BB CC", {(0, 2): "effect"}, {}).reference
    predicted = Doc(reference.vocab, words=["AA", "BB", "CC"], spaces=[True, True, False])
    counts = count_pairs(Example(predicted, reference), LABELS)
    assert (counts.n_pairs, counts.n_candidates) == (3, 0)
    assert counts.detection == Tally(0, 0, 1)


@pytest.mark.parametrize("reverse", [False, True])
def test_mentions_that_share_their_first_range_are_scored_as_one_each(reverse):
    """Two gold pairs that can't be told apart by their representation are still two pairs."""
    install_extensions()
    mentions = (
        Mention("e0", "group", ((0, 4), (17, 19))),
        Mention("e1", "group", ((0, 4), (12, 14))),
        Mention("e2", "drug", ((25, 29),)),
    )
    interactions = (Interaction("e0", "e2", "effect"), Interaction("e1", "e2", "effect"))
    text = "beta plinos ac or bl and rols"
    reference = sentence_to_doc(
        Sentence("D0.s0", text, mentions[:: -1 if reverse else 1], interactions),
        English().make_doc,
    )
    counts = count_pairs(Example(reference.copy(), reference), LABELS)
    assert (counts.n_pairs, counts.n_true) == (3, 2)


def test_examples_are_gathered_by_document(make_example):
    examples = [
        make_example("AA BB", {(0, 1): "effect"}, {(0, 1): "effect"}, "D0"),
        make_example("AA BB", {}, {}, "D1"),
        make_example("AA BB CC", {(0, 1): "effect"}, {}, "D0"),
    ]
    documents = count_by_document(examples, LABELS)
    assert list(documents) == ["D0", "D1"]
    assert (documents["D0"].n_pairs, documents["D1"].n_pairs) == (4, 1)
    assert documents["D0"].per_type["effect"] == Tally(1, 0, 1)


def test_example_without_document_id_is_a_document_of_its_own(make_example):
    examples = [make_example("AA BB", {}, {}) for _ in range(3)]
    assert len(count_by_document(examples, LABELS)) == 3


def test_mentions_are_compared_by_place_and_type(make_example):
    example = make_example("AA BB CC and DD", {}, {})
    predicted = English().make_doc(example.reference.text)
    wanted = [(0, 2, "drug"), (3, 5, "brand"), (6, 12, "drug"), (13, 15, "drug")]
    predicted.set_ents([predicted.char_span(a, b, label=label) for a, b, label in wanted])
    assert count_mentions(Example(predicted, example.reference)) == Tally(2, 2, 2)


def test_mentions_are_found_by_the_given_source_on_both_sides(make_example):
    """Mentions in another span group, of which one has a label that is not asked for."""
    example = make_example("AA BB CC DD", {(0, 1): "effect"}, {})
    for doc, n_kept in ((example.predicted, 3), (example.reference, 4)):
        spans = list(doc.spans.pop(MENTIONS_KEY))[:n_kept]
        doc.spans["mine"] = [*spans, Span(doc, 0, 2, label="disease")]
        doc.spans[MENTIONS_KEY] = []
    finder = CandidateFinder(MentionSource("mine", ("drug",)))
    counts = count_pairs(example, LABELS, finder)
    assert (counts.n_pairs, counts.n_candidates, counts.n_true_candidates) == (6, 3, 1)
    [document] = count_by_document([example], LABELS, finder).values()
    assert (document.n_pairs, document.n_candidates) == (6, 3)
    assert count_mentions(example, finder.mentions) == Tally(3, 0, 1)
    figures = summarize([example], labels=LABELS, mentions="predicted", candidates=finder)
    assert (figures["n_pairs"], figures["n_candidates"]) == (6, 3)
    assert figures["ner_r"] == 3 / 4


def test_scorer_finds_mentions_by_the_given_source(make_example):
    example = make_example("AA BB CC", {(0, 1): "effect"}, {})
    for doc in (example.predicted, example.reference):
        doc.spans["mine"] = list(doc.spans.pop(MENTIONS_KEY))[:2]
    mine, other = (CandidateFinder(MentionSource(key)) for key in ("mine", "other"))
    scores = score_relations([example], labels=LABELS, candidates=mine)
    assert (scores["ddi_n_pairs"], scores["ddi_n_candidates"]) == (1, 1)
    scores = score_relations([example], labels=LABELS, candidates=other)
    assert (scores["ddi_n_pairs"], scores["ddi_n_candidates"]) == (3, 0)
