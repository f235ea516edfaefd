"""Mentions that a larger recognizer finds in unlabelled text."""

from __future__ import annotations

import pytest
from spacy.language import Language

from spacy_ddi.annotations import get_relations
from spacy_ddi.distillation import machine_mentions
from spacy_ddi.distillation.machine_mentions import label_mentions
from spacy_ddi.gold import MENTIONS_KEY


def test_every_line_becomes_a_sentence_with_its_mentions(finder: Language) -> None:
    lines = ["Give iron. Then zinc oxide.", "", "No drug here."]
    with_drugs, without = label_mentions(finder, lines)
    assert [doc.text for doc in (with_drugs, without)] == [lines[0], lines[2]]
    found = [(mention.text, mention.label_) for mention in with_drugs.spans[MENTIONS_KEY]]
    assert found == [("iron", "drug"), ("zinc oxide", "drug")]
    assert [ent.text for ent in with_drugs.ents] == ["iron", "zinc oxide"]
    assert not without.ents
    assert without.has_annotation("ENT_IOB")  # known to hold none
    assert len(list(with_drugs.sents)) == 1
    assert get_relations(with_drugs) == []


def test_long_lines_are_left_out(finder: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_mentions, "MAX_TOKENS", 3)
    texts = ["iron or iron", "iron and iron now"]
    assert [doc.text for doc in label_mentions(finder, texts)] == texts[:1]
