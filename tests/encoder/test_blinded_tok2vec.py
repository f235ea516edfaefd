"""Blinding of an encoder that reads Docs directly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.candidates.reading_note import write_note
from tests import helpers
from tests.helpers import make_doc


def text_doc(text: str, source: MentionSource = helpers.SOURCE) -> Doc:
    """A Doc on which the component has noted the mentions."""
    doc = helpers.text_doc(text)
    finder = CandidateFinder(source)
    write_note(doc, finder(doc), finder, is_blinded=True)
    return doc


def make_encoder() -> Model[list[Doc], list[Any]]:
    """spaCy's small CNN."""
    return registry.architectures.get("spacy.HashEmbedCNN.v2")(
        width=8,
        depth=2,
        embed_size=100,
        window_size=1,
        maxout_pieces=2,
        subword_features=True,
        pretrained_vectors=None,
    )


@pytest.fixture
def model() -> Model[list[Doc], list[Any]]:
    blinded = registry.architectures.get("spacy-ddi.BlindedTok2Vec.v1")(make_encoder())
    blinded.initialize(X=[text_doc("the <zinc>")])
    return blinded


def test_a_vector_for_each_token(model: Model[list[Doc], list[Any]]) -> None:
    docs = [text_doc("<zinc oxide> alters <iron>\n"), make_doc([]), make_doc("a b")]
    assert [vectors.shape for vectors in model.predict(docs)] == [(5, 8), (0, 8), (2, 8)]
    assert model.get_dim("nO") == 8


def test_names_are_not_seen(model: Model[list[Doc], list[Any]]) -> None:
    one, other = model.predict([text_doc("<zinc> or <A B>"), text_doc("<Iron> or <c d>")])
    np.testing.assert_array_equal(one, other)


def test_length_of_names_is_not_seen(model: Model[list[Doc], list[Any]]) -> None:
    """Neither at the other tokens nor at a name's first: the rest of a name must not stand
    between the words in a convolution."""
    short, long = text_doc("a <zinc> or <iron> b"), text_doc("a <zinc oxide salts> or <iron x> b")
    one, other = model.predict([short, long])
    np.testing.assert_allclose(one, other[[0, 1, 4, 5, 7]], atol=1e-6)


def test_other_words_are_seen(model: Model[list[Doc], list[Any]]) -> None:
    """So that the tests before can fail."""
    one, other = model.predict([text_doc("<zinc> or <iron>"), text_doc("<zinc> and <iron>")])
    assert (one != other).any(axis=1).all()


def test_component_chooses_the_mentions(model: Model[list[Doc], list[Any]]) -> None:
    groups = MentionSource(labels=("GROUP",))
    one, other = model.predict([text_doc(t, groups) for t in ("<a> or <b>", "<b> or <a>")])
    assert (one != other).any()


def test_gradient_reaches_the_encoder(model: Model[list[Doc], list[Any]]) -> None:
    docs = [text_doc("<zinc oxide> or <iron>"), make_doc("a b")]
    vectors, backprop = model.begin_update(docs)
    backprop([np.ones_like(each) for each in vectors])
    assert any(
        node.has_grad(name) and node.get_grad(name).any()
        for node in model.walk()
        for name in node.param_names
    )


def test_weights_survive_bytes(model: Model[list[Doc], list[Any]]) -> None:
    doc = text_doc("the <zinc>")
    other = registry.architectures.get("spacy-ddi.BlindedTok2Vec.v1")(make_encoder())
    other.initialize()
    other.from_bytes(model.to_bytes())
    np.testing.assert_array_equal(other.predict([doc])[0], model.predict([doc])[0])


def test_word_that_is_not_one_word_is_refused() -> None:
    architecture = registry.architectures.get("spacy-ddi.BlindedTok2Vec.v1")
    with pytest.raises(ValueError, match=r"\[DDI015\]"):
        architecture(make_encoder(), word="two words")
