"""Vectors that don't depend on the layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model

from tests.encoder.test_blinded_tok2vec import make_encoder
from tests.text.conftest import make_blank

ONE, TWO = "Fluconazole increases the level of warfarin.", "Rifampin lowers it."
Tok2Vec = Model[list[Doc], list[Any]]
BLANK = make_blank()


def make_clean() -> Tok2Vec:
    return registry.architectures.get("spacy-ddi.CleanTok2Vec.v1")(make_encoder())


@pytest.fixture(scope="module")
def model() -> Tok2Vec:
    model = make_clean()
    model.initialize(X=[BLANK(ONE)])
    return model


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE} {TWO}",
        f"{ONE}\n{TWO}\n",
        f"• {ONE}\n• {TWO}",
        f"1. {ONE}\r\n2. {TWO}",
        f"{ONE} {TWO}".replace(" ", "\n"),
        f"{ONE} {TWO}".replace("increases", "\u200bincreases").replace("warf", "warf\u00ad"),
        f"{ONE} {TWO}".replace("lowers", "low-\ners"),
    ],
)
def test_same_vectors_in_every_layout(model: Tok2Vec, text: str) -> None:
    alone = np.concatenate(model.predict([BLANK(ONE), BLANK(TWO)]))
    doc = BLANK(text)
    [vectors] = model.predict([doc])
    is_word = [any(c.isalpha() or c == "." for c in token.text) for token in doc]
    words = [i for i in range(len(doc)) if is_word[i] and not doc[max(0, i - 1)].is_digit]
    assert vectors.shape == (len(doc), 8)
    np.testing.assert_array_equal(vectors[words], alone)


def test_layout_reads_as_a_line_end(model: Tok2Vec) -> None:
    [alone], [vectors] = model.predict([BLANK("\n")]), model.predict([BLANK("• a\n b")])
    np.testing.assert_array_equal(vectors[[0, 2]], alone[[0, 0]])


def test_shapes_and_empty_docs(model: Tok2Vec) -> None:
    docs = [BLANK(text) for text in ("", "a b", "\n", "a\nb")]
    assert [vectors.shape for vectors in model.predict(docs)] == [(0, 8), (2, 8), (1, 8), (3, 8)]
    assert model.get_dim("nO") == 8


@pytest.mark.parametrize("text", [ONE, f"• {ONE}\n• {TWO}"])
def test_gradient_is_that_of_the_sentences(text: str) -> None:
    clean, plain = make_clean(), make_encoder()
    clean.initialize()
    plain.initialize()
    plain.from_bytes(clean.layers[0].to_bytes())
    doc = BLANK(text)
    vectors, backprop = clean.begin_update([doc])
    backprop([np.ones_like(each) for each in vectors])
    sentences = [BLANK(sentence) for sentence in (ONE, TWO)[: 1 + text.count("•") // 2]]
    vectors, backprop = plain.begin_update(sentences)
    backprop([np.ones_like(each) for each in vectors])
    found = 0
    for one, other in zip(clean.layers[0].walk(), plain.walk(), strict=True):
        for name in one.param_names:
            if one.has_grad(name):
                found += 1
                np.testing.assert_allclose(one.get_grad(name), other.get_grad(name), atol=1e-5)
    assert found


def test_weights_survive_bytes(model: Tok2Vec) -> None:
    other = make_clean()
    other.initialize()
    other.from_bytes(model.to_bytes())
    doc = BLANK(f"• {ONE}")
    np.testing.assert_array_equal(other.predict([doc])[0], model.predict([doc])[0])
