"""What an encoder notes on a Doc."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from spacy.tokens import Doc, DocBin, Span

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.reading_note import (
    MentionsChangedError,
    install_reading_note,
    noted_candidates,
    noted_ranges,
    notes_for,
    read_note,
    write_note,
)
from spacy_ddi.gold import MENTIONS_KEY
from tests.helpers import make_doc

install_reading_note()


class CountedFilter:
    """A negative filter that counts its calls."""

    calls = 0

    def __call__(
        self, doc: Doc, mentions: Sequence[Span], pairs: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        self.calls += 1
        return np.ones(len(pairs), dtype=bool)


def noted_doc(finder: CandidateFinder, *, is_blinded: bool = True) -> Doc:
    doc = make_doc("a w b w c", mentions=[(0, 1), (2, 3), (4, 5)])
    write_note(doc, finder(doc), finder, is_blinded=is_blinded)
    return doc


def test_candidates_are_searched_for_once() -> None:
    counted = CountedFilter()
    finder = CandidateFinder(negative_filter=counted)
    doc = noted_doc(finder)
    candidates = noted_candidates(doc, finder)
    assert counted.calls == 1
    assert candidates.pairs.tolist() == finder(doc).pairs.tolist()
    assert [mention.text for mention in candidates.mentions] == ["a", "b", "c"]
    assert candidates.sentences.tolist() == [0] * 5


def test_another_finder_searches_anew() -> None:
    doc = noted_doc(CandidateFinder())
    assert noted_candidates(doc, CandidateFinder(max_sentence_pairs=99)).pairs.shape == (3, 2)
    with pytest.warns(UserWarning, match="DDI903"):
        assert noted_candidates(doc, CandidateFinder(max_sentence_pairs=2)).pairs.shape == (2, 2)


def test_mentions_that_are_new_or_gone_are_told() -> None:
    doc = noted_doc(CandidateFinder())
    doc.spans[MENTIONS_KEY] = [doc[0:1], doc[2:4]]
    with pytest.raises(MentionsChangedError) as error:
        noted_candidates(doc, CandidateFinder())
    assert (error.value.new, error.value.gone) == (["b w"], ["b", "c"])


def test_an_encoder_that_reads_names_does_not_mind_other_mentions() -> None:
    doc = noted_doc(CandidateFinder(), is_blinded=False)
    doc.spans[MENTIONS_KEY] = [doc[0:1], doc[2:4]]
    assert noted_candidates(doc, CandidateFinder()).ranges.tolist() == [[0, 1], [2, 4]]


def test_note_is_plain_data() -> None:
    doc = noted_doc(CandidateFinder())
    stored = DocBin(docs=[doc], store_user_data=True).to_bytes()
    (again,) = DocBin().from_bytes(stored).get_docs(doc.vocab)
    assert noted_ranges(again).tolist() == [[0, 1], [2, 3], [4, 5]]


def test_notes_of_a_block_go_and_others_stay() -> None:
    finder = CandidateFinder()
    noted, bare = noted_doc(finder), make_doc("a w b", mentions=[(0, 1), (2, 3)])
    before = read_note(noted)
    with notes_for([noted, bare], [finder(noted), finder(bare)], finder):
        assert noted_ranges(bare).tolist() == [[0, 1], [2, 3]]
    assert read_note(noted) is before
    assert read_note(bare) is None
    assert not bare.user_data
