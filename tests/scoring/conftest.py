"""Gold Docs and predictions, written for the tests."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from spacy.lang.en import English
from spacy.training import Example

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.corpora.docs import make_examples, sentence_to_doc
from spacy_ddi.corpora.documents import Interaction, Mention, Sentence
from spacy_ddi.gold import DOCUMENT_ID, MENTIONS_KEY

Labels = dict[tuple[int, int], str]
MakeExample = Callable[..., Example]

LABELS = ("mechanism", "effect", "advise", "int")


@pytest.fixture
def make_example() -> MakeExample:
    """An example from a text in which mentions are in capitals.

    `gold` and `predicted` give the type of interacting mentions, known by their number."""
    install_extensions()
    tokenize = English().make_doc

    def make(text: str, gold: Labels, predicted: Labels, document: str | None = None) -> Example:
        found = re.finditer(r"[A-Z]{2,}", text)
        mentions = tuple(
            Mention(f"e{i}", "drug", ((match.start(), match.end()),))
            for i, match in enumerate(found)
        )
        interactions = tuple(Interaction(f"e{i}", f"e{j}", gold[i, j]) for i, j in gold)
        reference = sentence_to_doc(Sentence("D0.s0", text, mentions, interactions), tokenize)
        if document is not None:
            reference.user_data[DOCUMENT_ID] = document
        [example] = make_examples([reference], tokenize, gold_mentions=True)
        spans = example.predicted.spans[MENTIONS_KEY]
        places = [(span.start, span.end) for span in spans]
        example.predicted._.ddi_rels = [
            make_relation(places[i], places[j], label, 0.9) for (i, j), label in predicted.items()
        ]
        return example

    return make
