"""Mentions and candidate pairs from one object."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from spacy.tokens import Doc, Span
from spacy.util import registry

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.mentions import DRUG_TYPES, MentionSource
from tests.helpers import make_doc


def drop_first(doc: Doc, mentions: Sequence[Span], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """A negative filter."""
    return np.arange(len(pairs)) > 0


def test_negative_filter_drops_pairs_but_no_mentions() -> None:
    doc = make_doc(["a", "b", "c"], mentions=[(0, 1), (1, 2), (2, 3)])
    candidates = CandidateFinder(negative_filter=drop_first)(doc)
    assert candidates.pairs.tolist() == [[0, 2], [1, 2]]
    assert [mention.text for mention in candidates.mentions] == ["a", "b", "c"]
    assert candidates.ranges.tolist() == [[0, 1], [1, 2], [2, 3]]
    assert candidates.sentences.tolist() == [0, 0, 0]


def test_registered_finder_takes_the_drugs_of_the_corpus_and_survives_pickle() -> None:
    finder = registry.misc.get("spacy-ddi.CandidateFinder.v1")()
    assert finder.mentions == MentionSource("ddi_mentions", DRUG_TYPES)
    assert pickle.loads(pickle.dumps(finder)) == finder


def test_sentence_with_too_many_pairs_keeps_the_nearest_and_says_so() -> None:
    """Only that sentence: five mentions of one, two of another."""
    doc = make_doc(
        "a b c d e f g",
        mentions=[(i, i + 1) for i in range(7)],
        sent_starts=[True, False, False, False, False, True, False],
    )
    with pytest.warns(UserWarning, match=r"\[DDI903\].*10 pairs.*'a b c d e.*the 4 "):
        candidates = CandidateFinder(max_sentence_pairs=4)(doc)
    assert candidates.pairs.tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [5, 6]]


def test_long_sentences_have_a_lower_limit() -> None:
    """Pairs times tokens are bounded: 400 tokens may have half as many pairs."""
    doc = make_doc(["x"] * 400, mentions=[(i, i + 1) for i in range(20)])
    with pytest.warns(UserWarning, match=r"400 tokens has 190 pairs.*the 50 "):
        assert len(CandidateFinder(max_sentence_pairs=100)(doc).pairs) == 50


def test_limit_is_of_a_sentence_not_of_a_doc() -> None:
    doc = make_doc("a b c d", mentions=[(i, i + 1) for i in range(4)], sent_starts=[1, 0, 1, 0])
    assert CandidateFinder(max_sentence_pairs=1)(doc).pairs.tolist() == [[0, 1], [2, 3]]


def test_limit_of_no_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[DDI012\].*max_sentence_pairs = 0"):
        registry.misc.get("spacy-ddi.CandidateFinder.v1")(max_sentence_pairs=0)
