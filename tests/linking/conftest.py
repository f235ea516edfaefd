"""A small dictionary of drugs that do not exist, and pipelines with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import spacy
from spacy.language import Language

from spacy_ddi.linking.dictionary import CLASS, COMBINATION, DrugDictionary, Entry, Name

ENTRIES = [
    Entry("M:1", "Plinozide", mesh="1", drugbank="DB1", unii="U1", cas="1-1", classes=("M:9",)),
    Entry("M:2", "Tarvoxine", mesh="2"),
    Entry("M:1+M:2", "plinozide/tarvoxine", COMBINATION, ingredients=("M:1", "M:2")),
    Entry("M:9", "Zorbic Antagonists", CLASS, mesh="9"),
]
NAMES = [
    Name("Plinozide", "drug", "M:1"),
    Name("Dexarol", "brand", "M:1"),
    Name("Tarvoxine", "drug", "M:2", 0.8),
    Name("Bivexa", "brand", "M:1+M:2"),
    Name("zorbic antagonists", "group", "M:9"),
]
PATTERNS = {
    "plinozide": "drug",
    "plinozide sodium": "drug",
    "PLZ": "drug",
    "plinozidd": "drug",
    "tarvoxine": "drug",
    "unknownium": "drug",
    "Dexarol": "brand",
    "Bivexa": "brand",
    "zorbic antagonists": "group",
    "plinozide derivatives": "group",
    "fever": "disease",
}


@pytest.fixture
def dictionary() -> DrugDictionary:
    return DrugDictionary(ENTRIES, NAMES, "made up")


def make_linked(
    known: DrugDictionary | None, patterns: Sequence[str] = tuple(PATTERNS), **settings: object
) -> Language:
    """A pipeline that finds the patterns and links them."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": PATTERNS[text], "pattern": text} for text in patterns])
    linker = nlp.add_pipe("drug_linker", config=settings)
    if known is not None:
        linker.dictionary = known
    return nlp


@pytest.fixture
def linked(dictionary: DrugDictionary) -> Language:
    return make_linked(dictionary)
