"""What was not read in full is told."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from spacy.tokens import Doc

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.reading_note import install_reading_note
from spacy_ddi.component.reading_check import find_flags
from spacy_ddi.encoder.span_getter import configure_blinded_sents
from spacy_ddi.reading_flags import CUT_OFF, PAIRS_LEFT_OUT, READ_IN_PIECES, Flag, flags_of
from tests.helpers import make_doc

FINDER = CandidateFinder()


@pytest.fixture
def doc() -> Doc:
    install_reading_note()
    return make_doc(
        "AA meets BB . CC helps . AA , BB , CC and DD meet .",
        mentions=[(0, 1), (2, 3), (4, 5), (7, 8), (9, 10), (11, 12), (13, 14)],
        sent_starts=[i in (0, 4, 7) for i in range(16)],
    )


LAST = (25, 51)
"""The characters of the last sentence."""


def test_what_is_read_in_full_has_no_flag(doc: Doc) -> None:
    configure_blinded_sents(FINDER)([doc])
    assert find_flags(doc, FINDER(doc)) == []


def test_sentences_read_in_pieces_are_told(doc: Doc) -> None:
    configure_blinded_sents(FINDER, max_tokens=8)([doc])
    assert find_flags(doc, FINDER(doc)) == [Flag(READ_IN_PIECES, *LAST)]
    assert doc.text[slice(*LAST)] == "AA , BB , CC and DD meet ."


def test_sentences_that_are_not_read_are_not_in_pieces(doc: Doc) -> None:
    configure_blinded_sents(FINDER, max_tokens=2)([doc])
    assert [flag.start_char for flag in find_flags(doc, FINDER(doc))] == [0, LAST[0]]


@pytest.mark.filterwarnings(r"ignore:\[DDI903\]:UserWarning")
@pytest.mark.parametrize("noted", [True, False])
def test_sentences_with_too_many_pairs_are_told(doc: Doc, noted: bool, trained) -> None:
    component = trained.get_pipe("ddi_relation")
    component.candidates = finder = CandidateFinder(max_sentence_pairs=3)
    component.missing_parse = "chain"
    if noted:
        configure_blinded_sents(finder)([doc])
    with pytest.warns(UserWarning, match="DDI901"):
        component(doc)
    assert flags_of(doc) == [Flag(PAIRS_LEFT_OUT, *LAST)]


def test_sentences_whose_last_words_have_no_piece_are_told(doc: Doc) -> None:
    added = not Doc.has_extension("trf_data")
    Doc.set_extension("trf_data", default=None, force=not added)
    lengths = np.ones(len(doc), dtype=int)
    lengths[6] = lengths[7] = lengths[14] = 0  # a sentence that is not read, a mention, a word
    doc._.trf_data = SimpleNamespace(align=SimpleNamespace(lengths=lengths))
    assert find_flags(doc, FINDER(doc)) == []
    lengths[15] = 0
    assert find_flags(doc, FINDER(doc)) == [Flag(CUT_OFF, *LAST)]
    if added:
        Doc.remove_extension("trf_data")
