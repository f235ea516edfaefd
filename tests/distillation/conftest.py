"""A pipeline that finds mentions."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language


@pytest.fixture
def finder() -> Language:
    """Knows two drugs and the ends of sentences."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "drug", "pattern": drug} for drug in ("iron", "zinc oxide")])
    return nlp
