"""An annotated Doc, written for the tests."""

from __future__ import annotations

import pytest
from spacy.lang.en import English
from spacy.tokens import Doc

from spacy_ddi.annotations import install_extensions, make_relation

TEXT = "Hello there.\n Dexarol & <b>plinozide</b> mix.  NNXTI raises dexarol.\n"
ENTITIES = [
    ("Dexarol", "brand"),
    ("plinozide", "drug"),
    ("NNXTI", "vitamin"),
    ("dexarol", "drug_n"),
]


@pytest.fixture
def doc() -> Doc:
    """Three sentences; one relation in the second, one in the third."""
    install_extensions()
    nlp = English()
    nlp.add_pipe("sentencizer")
    nlp.tokenizer.add_special_case(
        "<b>plinozide</b>", [{"ORTH": p} for p in ("<b>", "plinozide", "</b>")]
    )
    doc = nlp(TEXT)
    spans = [
        doc.char_span(TEXT.index(name), TEXT.index(name) + len(name), label=label)
        for name, label in ENTITIES
    ]
    doc.set_ents(spans)
    places = [(span.start, span.end) for span in spans]
    doc._.ddi_rels = [
        make_relation(places[0], places[1], "mechanism", 0.87654321),
        make_relation(places[2], places[3], "", 1.0),
    ]
    return doc
