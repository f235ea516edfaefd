"""A blank pipeline with the project's tokenizer and sentences."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

TOKENIZER = {"@tokenizers": "spacy-ddi.DrugTokenizer.v1"}


def make_blank() -> Language:
    """No component but `line_sentences`."""
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("line_sentences")
    return nlp


@pytest.fixture(scope="session")
def blank() -> Language:
    return make_blank()
