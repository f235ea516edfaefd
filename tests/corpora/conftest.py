"""A tokenizer's pipeline."""

from __future__ import annotations

import pytest
from spacy.lang.en import English
from spacy.language import Language


@pytest.fixture
def nlp() -> Language:
    return English()
