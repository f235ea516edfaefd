"""Which pairs are proposed."""

from __future__ import annotations

import pickle
from itertools import combinations

import numpy as np
from hypothesis import given
from spacy.tokens import Doc
from spacy.util import registry

from spacy_ddi.candidates.generators import MAX_BETWEEN, CandidateGenerator, sentence_pairs
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.candidates.sentences import sentence_index
from tests.helpers import docs, make_doc, sentence_candidates


@given(docs())
def test_pairs_are_those_within_a_sentence(doc: Doc) -> None:
    mentions = MentionSource()(doc)
    sentence = np.cumsum([bool(token.is_sent_start) for token in doc])
    expected = {
        (i, j)
        for i, j in combinations(range(len(mentions)), 2)
        if sentence[mentions[i].start] == sentence[mentions[j].start]
    }
    found = sentence_pairs(doc, mentions, sentence_index(doc))
    assert {tuple(pair) for pair in found.tolist()} == expected
    assert len(found) == len(expected)


@given(docs())
def test_head_comes_first_in_the_text(doc: Doc) -> None:
    candidates = sentence_candidates(doc)
    starts = candidates.ranges[:, 0]
    assert (starts[candidates.pairs[:, 0]] <= starts[candidates.pairs[:, 1]]).all()


def test_doc_without_boundaries_is_one_sentence() -> None:
    doc = make_doc(["a", ".", "b"], mentions=[(0, 1), (2, 3)])
    assert sentence_candidates(doc).pairs.tolist() == [[0, 1]]


def test_two_sentences_share_no_pair() -> None:
    doc = make_doc(["a", ".", "b"], mentions=[(0, 1), (2, 3)], sent_starts=[True, False, True])
    assert sentence_candidates(doc).pairs.shape == (0, 2)


def test_less_than_two_mentions_give_no_pair() -> None:
    for doc in (make_doc([]), make_doc(["a"]), make_doc(["a"], mentions=[(0, 1)])):
        pairs = sentence_candidates(doc).pairs
        assert pairs.shape == (0, 2)
        assert pairs.dtype == np.int64


def test_mentions_far_apart_in_a_giant_list_are_not_paired() -> None:
    n = MAX_BETWEEN + 50
    doc = make_doc(["x"] * n, mentions=[(i, i + 1) for i in range(n)])
    pairs = sentence_pairs(doc, MentionSource()(doc), sentence_index(doc))
    assert (pairs[:, 1] - pairs[:, 0]).max() == MAX_BETWEEN
    assert len(pairs) == sum(min(MAX_BETWEEN, n - 1 - i) for i in range(n))
    assert len({tuple(pair) for pair in pairs.tolist()}) == len(pairs)


def test_registered_generator_survives_pickle() -> None:
    generator = registry.misc.get("spacy-ddi.sentence_pairs.v1")()
    assert isinstance(generator, CandidateGenerator)
    again = pickle.loads(pickle.dumps(generator))
    doc = make_doc(["a", "b"], mentions=[(0, 1), (1, 2)])
    assert again(doc, MentionSource()(doc), sentence_index(doc)).tolist() == [[0, 1]]
