"""A pipeline that is trained once: nothing here changes it."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language
from spacy.training import Example

from spacy_ddi.annotations import install_extensions, make_relation
from tests.component.conftest import MAKE_MODEL, SENTENCES, build_doc, train


def examples_of(nlp: Language) -> list[Example]:
    """Mentions and parse on both sides, relations on the reference."""
    install_extensions()
    examples = []
    for sentence in SENTENCES:
        reference = build_doc(nlp.vocab, sentence)
        _, _, ranges, relations = sentence
        reference._.ddi_rels = [
            make_relation(ranges[head], ranges[tail], label, 1.0) for head, tail, label in relations
        ]
        examples.append(Example(build_doc(nlp.vocab, sentence), reference))
    return examples


@pytest.fixture(scope="session")
def trained() -> Language:
    """A pipeline that has learned the sentences by heart."""
    nlp = spacy.blank("en")
    nlp.add_pipe("ddi_relation", config={"model": MAKE_MODEL})
    train(nlp, examples_of(nlp))
    return nlp
