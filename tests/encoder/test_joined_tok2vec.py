"""Two encoders side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model


@pytest.fixture
def joined():
    make = registry.architectures.get("spacy.HashEmbedCNN.v2")
    settings = {
        "depth": 1,
        "embed_size": 50,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
        "pretrained_vectors": None,
    }
    first, second = make(width=8, **settings), make(width=4, **settings)
    return registry.architectures.get("spacy-ddi.JoinedTok2Vec.v1")(first, second)


def test_vectors_stand_side_by_side_and_learn(joined) -> None:
    nlp = spacy.blank("en")
    docs = [nlp.make_doc("Give warfarin now."), nlp.make_doc("Iron.")]
    joined.initialize(X=docs)
    vectors, backprop = joined(docs, is_train=True)
    assert joined.get_dim("nO") == 12
    assert [array.shape for array in vectors] == [(4, 12), (2, 12)]
    for layer, columns in zip(joined.layers, (slice(0, 8), slice(8, 12)), strict=True):
        alone = layer.predict(docs)
        np.testing.assert_allclose(vectors[0][:, columns], alone[0], rtol=1e-5)
    backprop([np.ones_like(array) for array in vectors])
    for layer in joined.layers:
        assert any(
            node.has_grad(name) and np.any(node.get_grad(name))
            for node in layer.walk()
            for name in node.param_names
        )


def give(rows: dict[str, Any], got: list[Any]) -> Model[list[Doc], list[Any]]:
    """A layer with fixed rows for each word, or none for a Doc, that keeps its gradient."""

    def forward(model: Any, docs: list[Doc], is_train: bool) -> Any:
        vectors = [np.array(rows[doc.text], dtype="float32") for doc in docs]

        def backprop(gradient: list[Any]) -> list[Doc]:
            got.extend(gradient)
            return docs

        return vectors, backprop

    return Model("given", forward)


def test_docs_that_the_first_has_nothing_of_get_nothing_of_the_second() -> None:
    """A transformer's listener has no rows for a Doc that the transformer did not read, and zeros
    where the transformer is missing."""
    nlp = spacy.blank("en")
    docs = [nlp.make_doc(text) for text in ("read", "unread", "zeros")]
    first: list[Any] = []
    second: list[Any] = []
    none = np.zeros((0, 0))
    words = give({"read": [[1, 2]], "unread": none, "zeros": [[0, 0]]}, first)
    beside = give({"read": [[3]], "unread": [[4]], "zeros": [[5]]}, second)
    model = registry.architectures.get("spacy-ddi.JoinedTok2Vec.v1")(words, beside)
    vectors, backprop = model(docs, is_train=True)
    assert vectors[0].tolist() == [[1, 2, 3]]
    assert vectors[1].shape == (0, 1)
    assert vectors[2].tolist() == [[0, 0, 0]]
    backprop([np.array([[6, 7, 8]]), np.zeros((0, 1)), np.array([[6, 7, 8]])])
    assert [each.tolist() for each in first] == [[[6, 7]], [], [[0, 0]]]
    assert [each.tolist() for each in second] == [[[8]], [[0]], [[0]]]
    assert [each.tolist() for each in model.predict(docs)] == [each.tolist() for each in vectors]


def test_a_recognizer_learns_on_top_of_it() -> None:
    """A listener in it finds its encoder."""
    nlp: Language = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    model = {
        "tok2vec": {
            "@architectures": "spacy-ddi.JoinedTok2Vec.v1",
            "first": {
                "@architectures": "spacy.Tok2VecListener.v1",
                "width": 96,
                "upstream": "tok2vec",
            },
            "second": {
                "@architectures": "spacy.HashEmbedCNN.v2",
                "width": 16,
                "depth": 1,
                "embed_size": 100,
                "window_size": 1,
                "maxout_pieces": 2,
                "subword_features": True,
                "pretrained_vectors": None,
            },
        }
    }
    nlp.add_pipe("ner", config={"model": model})
    from spacy.training import Example

    examples = [
        Example.from_dict(nlp.make_doc("Give warfarin now."), {"entities": [(5, 13, "drug")]}),
        Example.from_dict(nlp.make_doc("Give nothing now."), {"entities": []}),
    ]
    nlp.initialize(lambda: examples)
    for _ in range(60):
        nlp.update(examples)
    assert [ent.text for ent in nlp("Give warfarin now.").ents] == ["warfarin"]
    assert not nlp("Give nothing now.").ents
