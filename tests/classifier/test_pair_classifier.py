"""The Thinc model: shapes, the way of the gradient, weights, dropout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import ConfigValidationError, Model

from spacy_ddi.classifier.pair_classifier import MissingVectorsError
from spacy_ddi.graph.edges import (
    GraphBuilder,
    configure_dependency_graph,
    configure_no_graph,
    configure_rewired_graph,
    edges_of_parse,
)
from spacy_ddi.graph.pair_batch import PairBatch
from spacy_ddi.pytorch.syntax_gcn import configure_syntax_gcn
from tests.classifier.conftest import WIDTH, FakeTok2Vec
from tests.helpers import make_doc, no_candidates, sentence_candidates

N_CLASSES = 4


LABELS = ["nsubj", "dep"]
EDGE_KINDS = 2 * (len(LABELS) + 1)


def make_model(tok2vec: FakeTok2Vec, edge_kinds: int = 0, **settings: Any) -> Model[Any, Any]:
    """A model with a small built network in double precision, without dropout unless asked for;
    its gates, where it has any, are not 1."""
    architecture = registry.architectures.get("spacy-ddi.PairClassifier.v1")
    encoder = configure_syntax_gcn(
        layers=2, hidden_size=6, position_size=3, position_clip=4, edge_kinds=edge_kinds
    )
    settings = {"dropout": 0.0, **settings}
    model = architecture(tok2vec=tok2vec.make_model(), pair_encoder=encoder, **settings)
    model.initialize()
    model.attrs["build_network"](model, WIDTH, N_CLASSES)
    torch_network(model).double()
    for name, weights in torch_network(model).named_parameters():
        if "gate_offsets" in name:
            weights.data.normal_()
    return model


def torch_network(model: Model[Any, Any]) -> Any:
    return model.get_ref("network").shims[0]._model


def make_docs() -> list[Doc]:
    """Two Docs with pairs, and between them an empty one and one without a pair. All three
    pairs of the first Doc share its tokens."""
    first = make_doc("A w B w C", heads=[1, 1, 1, 2, 3], mentions=[(0, 1), (2, 3), (4, 5)])
    last = make_doc("D E w F", heads=[2, 0, 2, 2], mentions=[(0, 2), (3, 4)])
    return [first, make_doc([]), make_doc("w G", mentions=[(1, 2)]), last]


def with_pairs(
    docs: list[Doc], graph: GraphBuilder = edges_of_parse
) -> tuple[list[Doc], PairBatch]:
    candidates = [sentence_candidates(doc) for doc in docs]
    return docs, PairBatch.from_docs(docs, candidates, graph=graph)


@pytest.mark.parametrize("pooling", ["attentive", "max"])
def test_a_row_of_logits_for_each_pair(tok2vec: FakeTok2Vec, pooling: str) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    model = make_model(tok2vec, pooling=pooling)
    logits = model.predict(with_pairs(docs))
    assert logits.shape == (4, N_CLASSES + 2)
    assert np.isfinite(logits).all()
    assert (model.get_dim("nI"), model.get_dim("nO")) == (WIDTH, N_CLASSES)


def test_docs_do_not_influence_each_other(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    model = make_model(tok2vec)
    together = model.predict(with_pairs(docs))
    np.testing.assert_allclose(model.predict(with_pairs(docs[-1:])), together[3:], atol=1e-12)


@pytest.mark.parametrize("max_pairs", [1, 256])
@pytest.mark.parametrize("pooling", ["attentive", "max"])
def test_gradient_of_token_vectors_by_finite_differences(
    tok2vec: FakeTok2Vec, pooling: str, max_pairs: int
) -> None:
    """Through the whole Thinc model; a token's gradient is the sum over the pairs that use it."""
    docs = make_docs()
    tok2vec.fill(docs)
    model = make_model(tok2vec, pooling=pooling, max_pairs=max_pairs)
    inputs = with_pairs(docs)
    logits, backprop = model.begin_update(inputs)
    weights = np.random.default_rng(1).normal(size=logits.shape)
    backprop(weights)
    assert [len(gradient) for gradient in tok2vec.gradients] == [5, 0, 2, 4]
    step = 1e-6
    for vectors, gradient in zip(tok2vec.vectors, tok2vec.gradients, strict=True):
        for place in np.ndindex(vectors.shape):
            value = vectors[place]
            sides = []
            for moved in (value + step, value - step):
                vectors[place] = moved
                sides.append((model.predict(inputs) * weights).sum())
            vectors[place] = value
            expected = (sides[0] - sides[1]) / (2 * step)
            assert gradient[place] == pytest.approx(expected, rel=1e-5, abs=1e-8), place


def test_gradients_of_pairs_add_up_at_shared_tokens(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()[:1]
    tok2vec.fill(docs)
    model = make_model(tok2vec)
    logits, backprop = model.begin_update(with_pairs(docs))
    weights = np.random.default_rng(1).normal(size=logits.shape)
    each = []
    for p in range(len(logits)):
        _, backprop_one = model.begin_update(with_pairs(docs))
        backprop_one(np.where(np.arange(len(logits))[:, None] == p, weights, 0.0))
        each.append(tok2vec.gradients[0].copy())
    backprop(weights)
    np.testing.assert_allclose(tok2vec.gradients[0], sum(each), atol=1e-12)
    assert all(gradient.any() for gradient in each)


def test_further_tokens_of_a_name_get_no_gradient(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()[-1:]
    tok2vec.fill(docs)
    logits, backprop = make_model(tok2vec).begin_update(with_pairs(docs))
    backprop(np.ones_like(logits))
    assert tok2vec.gradients[0].any(axis=1).tolist() == [True, False, True, True]


def test_batch_without_pairs(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    batch = PairBatch.from_docs(docs, [no_candidates(doc) for doc in docs])
    logits, backprop = make_model(tok2vec).begin_update((docs, batch))
    assert logits.shape == (0, N_CLASSES + 2)
    backprop(logits)
    assert [len(gradient) for gradient in tok2vec.gradients] == [5, 0, 2, 4]
    assert not any(gradient.any() for gradient in tok2vec.gradients)


@pytest.mark.parametrize("n_docs", [0, 2])
def test_batch_without_tokens(tok2vec: FakeTok2Vec, n_docs: int) -> None:
    """As many gradients as Docs, even for none."""
    docs = [make_doc([])] * n_docs
    tok2vec.fill(docs)
    logits, backprop = make_model(tok2vec).begin_update(with_pairs(docs))
    assert logits.shape == (0, N_CLASSES + 2)
    backprop(logits)
    assert [len(gradient) for gradient in tok2vec.gradients] == [0] * n_docs


@pytest.mark.parametrize("shape", [(5, WIDTH), (5, WIDTH + 1), (0, 0)])
def test_missing_vectors_are_named(tok2vec: FakeTok2Vec, shape: tuple[int, int]) -> None:
    docs = make_docs()[:1]
    model = make_model(tok2vec)
    tok2vec.docs, tok2vec.vectors = docs, [np.zeros(shape)]
    with pytest.raises(MissingVectorsError, match="A w B w C"):
        model.predict(with_pairs(docs))


def test_a_sentence_without_vectors_is_named(tok2vec: FakeTok2Vec) -> None:
    """A span getter that leaves out what the component asks about would else go unnoticed."""
    doc = make_doc(
        "A w B w C w D", mentions=[(0, 1), (2, 3), (4, 5), (6, 7)], heads=[0, 0, 0, 4, 4, 4, 4]
    )
    vectors = np.ones((7, WIDTH))
    vectors[3:] = 0
    tok2vec.docs, tok2vec.vectors = [doc], [vectors]
    with pytest.raises(MissingVectorsError, match="w C w D"):
        make_model(tok2vec).predict(with_pairs([doc]))


def test_zero_vectors_without_pairs_are_nobodys_business(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    tok2vec.vectors[2][:] = 0
    assert make_model(tok2vec).predict(with_pairs(docs)).shape == (4, N_CLASSES + 2)


def test_every_parameter_gets_a_gradient(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    model = make_model(tok2vec)
    logits, backprop = model.begin_update(with_pairs(docs))
    backprop(np.random.default_rng(1).normal(size=logits.shape))
    gradients = {name: p.grad for name, p in torch_network(model).named_parameters()}
    assert all(gradient is not None and gradient.any() for gradient in gradients.values())


def test_weights_survive_bytes(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    tok2vec.vectors = [vectors.astype("float32") for vectors in tok2vec.vectors]
    model, other = make_model(tok2vec), make_model(tok2vec)
    for each in (model, other):
        torch_network(each).float()
    expected = model.predict(with_pairs(docs))
    assert not np.allclose(other.predict(with_pairs(docs)), expected)
    other.from_bytes(model.to_bytes())
    np.testing.assert_array_equal(other.predict(with_pairs(docs)), expected)


TYPED = configure_dependency_graph("both", LABELS)


def test_docs_with_typed_edges_do_not_influence_each_other(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    model = make_model(tok2vec, EDGE_KINDS)
    together = model.predict(with_pairs(docs, TYPED))
    alone = model.predict(with_pairs(docs[-1:], TYPED))
    np.testing.assert_allclose(alone, together[3:], atol=1e-12)
    # All labels are "dep": with another, another kind of edge, and another answer.
    docs[-1][0].dep_ = "nsubj"
    assert not np.allclose(model.predict(with_pairs(docs[-1:], TYPED)), alone)


@pytest.mark.parametrize(
    "graph", [edges_of_parse, configure_rewired_graph(1), configure_no_graph()]
)
def test_a_typed_network_takes_any_graph(tok2vec: FakeTok2Vec, graph: GraphBuilder) -> None:
    """Also a chain, which has no labels."""
    docs = [*make_docs(), make_doc("H w I", mentions=[(0, 1), (2, 3)])]
    tok2vec.fill(docs)
    model = make_model(tok2vec, EDGE_KINDS)
    logits = model.predict(with_pairs(docs, graph))
    assert logits.shape == (5, N_CLASSES + 2)
    assert np.isfinite(logits).all()
    assert not np.allclose(model.predict(with_pairs(docs, TYPED)), logits)


def test_gates_survive_bytes(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    tok2vec.vectors = [vectors.astype("float32") for vectors in tok2vec.vectors]
    models = [make_model(tok2vec, edge_kinds) for edge_kinds in (EDGE_KINDS, EDGE_KINDS, 0)]
    for each in models:
        torch_network(each).float()
    model, other, plain = models
    expected = model.predict(with_pairs(docs, TYPED))
    other.from_bytes(model.to_bytes())
    np.testing.assert_array_equal(other.predict(with_pairs(docs, TYPED)), expected)
    with pytest.raises(ValueError, match=r"\[DDI026\].*gate_offsets"):
        plain.from_bytes(model.to_bytes())


def test_building_again_replaces_the_network(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    model = make_model(tok2vec)
    model.attrs["build_network"](model, WIDTH, 7)
    torch_network(model).double()
    assert len(model.layers) == 2
    assert model.get_dim("nO") == 7
    assert model.predict(with_pairs(docs)).shape == (4, 7 + 2)


def is_noisy(model: Model[Any, Any], docs: list[Doc], *, is_train: bool) -> bool:
    """Whether two runs over the same Docs differ."""
    one, other = (model(with_pairs(docs), is_train)[0] for _ in range(2))
    return not np.array_equal(one, other)


def test_dropout_none_follows_the_training_loop(tok2vec: FakeTok2Vec) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    model = make_model(tok2vec, dropout=None)
    assert not is_noisy(model, docs, is_train=True)
    model.attrs["set_dropout"](model, 0.5)
    assert is_noisy(model, docs, is_train=True)
    assert not is_noisy(model, docs, is_train=False)
    model.attrs["set_dropout"](model, 0.0)
    assert not is_noisy(model, docs, is_train=True)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_fixed_dropout_does_not(tok2vec: FakeTok2Vec, dropout: float) -> None:
    docs = make_docs()
    tok2vec.fill(docs)
    model = make_model(tok2vec, dropout=dropout)
    model.attrs["set_dropout"](model, 0.5 - dropout)
    assert is_noisy(model, docs, is_train=True) == (dropout > 0)
    assert not is_noisy(model, docs, is_train=False)


@pytest.mark.parametrize(
    ("setting", "value"), [("dropout", 1.0), ("dropout", -0.1), ("max_pairs", 0)]
)
def test_impossible_settings_are_refused(tok2vec: FakeTok2Vec, setting: str, value: object) -> None:
    architecture = registry.architectures.get("spacy-ddi.PairClassifier.v1")
    with pytest.raises(ValueError, match=rf"\[DDI012\].*{setting}"):
        architecture(tok2vec.make_model(), configure_syntax_gcn(), **{setting: value})


def test_unknown_pooling_is_refused_in_a_config() -> None:
    config = {
        "@architectures": "spacy-ddi.PairClassifier.v1",
        "tok2vec": FakeTok2Vec().make_model(),
        "pair_encoder": {"@misc": "spacy-ddi.SyntaxGCN.v1"},
        "pooling": "mean",
    }
    with pytest.raises(ConfigValidationError, match="pooling"):
        registry.resolve({"model": config})
    registry.resolve({"model": {**config, "pooling": "max"}})
