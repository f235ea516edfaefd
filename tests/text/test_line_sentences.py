"""The component that sets sentence boundaries."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

TEXT = "Take care.\n• Fluconazole increases\n  warfarin\n• Rifampin lowers it\n"


def test_every_token_is_told(blank: Language) -> None:
    doc = blank(TEXT)
    assert [sentence.text for sentence in doc.sents] == [
        "Take care.\n",
        "• Fluconazole increases\n  warfarin\n",
        "• Rifampin lowers it\n",
    ]
    assert all(token.is_sent_start is not None for token in doc)


def test_boundaries_that_are_set_stay(blank: Language) -> None:
    doc = blank.make_doc("Take care. Take care. Take care.")
    doc[3].is_sent_start = False
    doc[4].is_sent_start = True
    doc = blank.get_pipe("line_sentences")(doc)
    assert [token.i for token in doc if token.is_sent_start] == [0, 4, 6]


def test_no_boundary_inside_an_entity(blank: Language) -> None:
    doc = blank.make_doc("Take St. Johns. Warfarin too.")
    doc.set_ents([doc.char_span(5, 24, label="drug")])
    doc = blank.get_pipe("line_sentences")(doc)
    assert len(list(doc.sents)) == 1


def test_it_is_stored(blank: Language, tmp_path: Path) -> None:
    blank.to_disk(tmp_path)
    for nlp in (spacy.load(tmp_path), pickle.loads(pickle.dumps(blank))):
        assert [s.start for s in nlp(TEXT).sents] == [s.start for s in blank(TEXT).sents]


def test_empty_texts(blank: Language) -> None:
    assert [len(list(doc.sents)) for doc in blank.pipe(["", "\n", " ", "•"])] == [0, 1, 1, 1]


def test_no_parser_splits_an_entity() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("line_sentences", config={"parser_splits": True})
    doc = nlp.make_doc("Give Tylenol Extra Strength. Stop Zocor.")
    doc.set_ents([doc.char_span(5, 27, label="brand")])
    doc = nlp.get_pipe("line_sentences")(doc)
    assert [token.text for token in doc if token.is_sent_start is None] == ["Tylenol", "Zocor"]


@pytest.mark.parametrize("parser_splits", [False, True])
def test_a_parser_splits_where_it_may(parser_splits: bool) -> None:
    """At a capital or a bracket that no full stop stands before, and nowhere else."""
    nlp = spacy.blank("en")
    nlp.add_pipe("line_sentences", config={"parser_splits": parser_splits})
    doc = nlp("Results Warfarin rose (see below) twice. Stop it.")
    open_places = [token.text for token in doc if token.is_sent_start is None]
    assert open_places == (["Warfarin", "("] if parser_splits else [])
    assert [sentence.text for sentence in doc.sents][1] == "Stop it."

    @Language.component("splits_all")
    def split_all(doc: Doc) -> Doc:
        for token in doc:
            if token.is_sent_start is None:
                token.is_sent_start = True
        return doc

    nlp.add_pipe("splits_all")
    assert len(list(nlp(doc.text).sents)) == (4 if parser_splits else 2)
