"""Sentences of unlabelled text."""

from __future__ import annotations

import pytest
from spacy.language import Language

from spacy_ddi.annotations import get_relations
from spacy_ddi.distillation import unlabelled
from spacy_ddi.distillation.unlabelled import find_sentences
from spacy_ddi.gold import MENTIONS_KEY


def test_sentences_with_pairs_are_taken_out(finder: Language) -> None:
    text = "No drug. Give iron, then zinc oxide now. Only iron. iron and iron."
    first, second = find_sentences(finder, [text, "", "Nothing here."])
    assert first.text == "Give iron, then zinc oxide now."
    assert [(m.text, m.label_) for m in first.spans[MENTIONS_KEY]] == [
        ("iron", "drug"),
        ("zinc oxide", "drug"),
    ]
    assert get_relations(first) == []
    assert len(list(first.sents)) == 1
    assert second.text == "iron and iron."


@pytest.mark.parametrize(("setting", "n_found"), [("MAX_MENTIONS", 1), ("MAX_TOKENS", 1)])
def test_long_lists_and_tables_are_left_out(
    finder: Language, monkeypatch: pytest.MonkeyPatch, setting: str, n_found: int
) -> None:
    monkeypatch.setattr(unlabelled, setting, 3)
    texts = ["iron iron iron iron", "iron iron iron"]
    if setting == "MAX_TOKENS":
        texts = ["iron or iron now", "iron and iron"]
    assert [doc.text for doc in find_sentences(finder, texts)] == texts[1:]
