"""Flags on a Doc."""

from __future__ import annotations

import pytest
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from spacy_ddi.derived_docs import concatenate_docs, span_as_doc
from spacy_ddi.reading_flags import CUT_OFF, FLAGS_KEY, MEANINGS, Flag, flags_of, set_flags

FLAG = Flag(CUT_OFF, 0, 7)


@pytest.fixture
def doc() -> Doc:
    doc = Doc(Vocab(), words=["AA", "meets", "BB", "."])
    set_flags(doc, [FLAG])
    return doc


def test_what_has_no_flags_holds_nothing(doc: Doc) -> None:
    assert flags_of(doc) == [FLAG]
    set_flags(doc, [])
    assert flags_of(doc) == []
    assert FLAGS_KEY not in doc.user_data


def test_flags_come_through_a_docbin(doc: Doc) -> None:
    stored = DocBin(docs=[doc], store_user_data=True).to_bytes()
    (again,) = DocBin().from_bytes(stored).get_docs(doc.vocab)
    assert flags_of(again) == [FLAG]


def test_flags_move_with_their_sentence(doc: Doc) -> None:
    joined = concatenate_docs([doc, doc])
    second = Flag(CUT_OFF, joined[4].idx, joined[4].idx + 7)
    assert flags_of(joined) == [FLAG, second]
    assert flags_of(span_as_doc(joined[4:])) == [FLAG]
    assert flags_of(span_as_doc(joined[5:])) == []


def test_each_flag_is_explained() -> None:
    assert all(meaning for meaning in MEANINGS.values())
    assert CUT_OFF in MEANINGS
