"""A handful of sentences, parsed and annotated by hand, and small pipelines that can learn them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation

MAKE_MODEL: dict[str, Any] = {
    "dropout": 0.0,
    "pair_encoder": {
        "@misc": "spacy-ddi.SyntaxGCN.v1",
        "layers": 2,
        "hidden_size": 16,
        "position_size": 4,
        "position_clip": 10,
    },
    "tok2vec": {
        "@architectures": "spacy-ddi.BlindedTok2Vec.v1",
        "word": "drug",
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 16,
            "depth": 2,
            "embed_size": 200,
            "window_size": 1,
            "maxout_pieces": 2,
            "subword_features": True,
        },
    },
}

# Words, dependency heads, mention ranges, relations (two mention numbers and a label).
Sentence = tuple[str, list[int], list[tuple[int, int]], list[tuple[int, int, str]]]
SENTENCES: list[Sentence] = [
    (
        "Warfarin levels are raised by fluconazole .",
        [1, 3, 3, 3, 3, 4, 3],
        [(0, 1), (5, 6)],
        [(0, 1, "mechanism")],
    ),
    (
        "Never give tramadol with MAO inhibitors .",
        [1, 1, 1, 1, 5, 3, 1],
        [(2, 3), (4, 6)],
        [(0, 1, "advise")],
    ),
    (
        "Aspirin and digoxin were studied in healthy men .",
        [4, 0, 0, 4, 4, 4, 7, 5, 4],
        [(0, 1), (2, 3)],
        [],
    ),
    (
        "Lithium enhances bleeding under heparin but not under aspirin .",
        [1, 1, 1, 1, 3, 1, 7, 1, 7, 1],
        [(0, 1), (4, 5), (8, 9)],
        [(0, 1, "effect")],
    ),
    ("Metformin is safe .", [1, 1, 1, 1], [(0, 1)], []),
]

MakeDoc = Callable[..., Doc]
MakeExamples = Callable[..., list[Example]]


def build_doc(
    vocab: Vocab, sentence: Sentence, *, parsed: bool = True, mentions: bool = True
) -> Doc:
    text, heads, ranges, _ = sentence
    words = text.split()
    if parsed:
        deps = ["ROOT" if head == i else "dep" for i, head in enumerate(heads)]
        doc = Doc(vocab, words=words, heads=heads, deps=deps)
    else:
        doc = Doc(vocab, words=words)
    if mentions:
        doc.ents = [Span(doc, start, end, label="drug") for start, end in ranges]
    return doc


@pytest.fixture
def make_examples() -> MakeExamples:
    """Fresh examples: mentions and parse on both sides, relations on the reference."""
    install_extensions()

    def make(nlp: Language, sentences: list[Sentence] = SENTENCES) -> list[Example]:
        examples = []
        for sentence in sentences:
            reference = build_doc(nlp.vocab, sentence)
            _, _, ranges, relations = sentence
            reference._.ddi_rels = [
                make_relation(ranges[head], ranges[tail], label, 1.0)
                for head, tail, label in relations
            ]
            examples.append(Example(build_doc(nlp.vocab, sentence), reference))
        return examples

    return make


@pytest.fixture
def make_nlp() -> Callable[..., Language]:
    """A blank pipeline with a small `ddi_relation`; keyword arguments are its settings."""

    def make(**settings: Any) -> Language:
        nlp = spacy.blank("en")
        nlp.add_pipe("ddi_relation", config={"model": MAKE_MODEL, **settings})
        return nlp

    return make


def train(nlp: Language, examples: list[Example], steps: int = 60) -> dict[str, float]:
    """Overfit a pipeline to some examples."""
    spacy.util.fix_random_seed(0)
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    losses: dict[str, float] = {}
    for _ in range(steps):
        losses = {}
        nlp.update(examples, sgd=optimizer, losses=losses)
    return losses


@pytest.fixture
def trained(make_nlp: Callable[..., Language], make_examples: MakeExamples) -> Language:
    """A pipeline that has learned the sentences by heart."""
    nlp = make_nlp()
    train(nlp, make_examples(nlp))
    return nlp
