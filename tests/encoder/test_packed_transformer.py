"""The transformer that computes little padding is the stock one in all but speed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import torch
from numpy.typing import NDArray
from spacy.pipeline import Pipe
from spacy.util import registry
from thinc.api import Model

from spacy_ddi.encoder import packed_transformer
from tests.helpers import make_doc
from tests.tiny_bert import make_tiny_transformer

TEXTS = [
    "the drug may alter the iron salts , it is said , and much else that makes it long",
    "zinc",
    "iron alters the drug",
    "zinc .",
    "the iron salts alter the drug , and the drug the zinc , as it would seem to us",
]


def make_transformer(folder: Path, **settings: Any) -> Pipe:
    return make_tiny_transformer(folder, architecture="spacy-ddi.PackedTransformer.v1", **settings)


def read(transformer: Pipe) -> NDArray[np.float32]:
    """The vectors of the texts' word pieces, padding left out; shape (W, D)."""
    output = transformer.predict([make_doc(text) for text in TEXTS])
    is_piece = output.wordpieces.attention_mask.astype(bool)
    vectors: NDArray[np.float32] = np.asarray(output.model_output.last_hidden_state)[is_piece]
    return vectors


@pytest.fixture(params=["packed", "in groups"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the encoder is computed; in groups, as if it were one that can't be packed."""
    if request.param == "in groups":
        monkeypatch.setattr("spacy_ddi.pytorch.packing.can_pack", lambda transformer: False)
    return str(request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("max_pieces", [1, 20, 1000])
def test_vectors_are_those_of_the_stock_transformer(max_pieces: int, tmp_path: Path) -> None:
    stock = make_tiny_transformer(tmp_path)
    ours = make_transformer(tmp_path, max_pieces=max_pieces)
    np.testing.assert_allclose(read(ours), read(stock), atol=1e-5)


def gradients_of(transformer: Pipe) -> dict[str, torch.Tensor]:
    """Those of all weights, for a loss that looks at each word piece differently."""
    module = transformer.model.transformer
    for dropout in module.modules():
        if isinstance(dropout, torch.nn.Dropout):
            dropout.p = 0.0
    output, backprop = transformer.model.begin_update([make_doc(text) for text in TEXTS])
    vectors = output.model_output.last_hidden_state
    target = torch.randn(vectors.shape, generator=torch.Generator().manual_seed(2))
    target *= torch.from_numpy(output.wordpieces.attention_mask)[:, :, None]
    output.model_output = type(output.model_output)(last_hidden_state=target)
    backprop(output)
    return {name: p.grad for name, p in module.named_parameters() if p.grad is not None}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("max_pieces", [20, 1000])
def test_gradients_are_those_of_the_stock_transformer(max_pieces: int, tmp_path: Path) -> None:
    stock = gradients_of(make_tiny_transformer(tmp_path, attention_dropout=0.0))
    ours = gradients_of(make_transformer(tmp_path, max_pieces=max_pieces, attention_dropout=0.0))
    assert len(stock) > 30
    assert stock.keys() == ours.keys()
    for name, gradient in stock.items():
        torch.testing.assert_close(ours[name], gradient, atol=1e-4, rtol=1e-3)


def shapes_read(
    transformer: Pipe, monkeypatch: pytest.MonkeyPatch, *, is_train: bool
) -> list[tuple[int, ...]]:
    """Shapes of the ids that go through the encoder's embeddings."""
    shapes = []
    embeddings = transformer.model.transformer.embeddings
    forward = embeddings.forward

    def watched(*args: Any, **kwargs: Any) -> Any:
        shapes.append(tuple(kwargs["input_ids"].shape))
        return forward(*args, **kwargs)

    monkeypatch.setattr(embeddings, "forward", watched)
    transformer.model([make_doc(text) for text in TEXTS], is_train=is_train)
    return shapes


@pytest.mark.parametrize("is_train", [True, False])
def test_little_padding_is_computed_or_none(
    way: str, is_train: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transformer = make_transformer(tmp_path)
    n_pieces = len(read(transformer))
    shapes = shapes_read(transformer, monkeypatch, is_train=is_train)
    if way == "packed":
        assert shapes == [(n_pieces, 1)]
    else:
        assert [rows for rows, _ in shapes] == [2, 1, 2]
        assert n_pieces < sum(rows * width for rows, width in shapes) < 1.2 * n_pieces


@pytest.mark.usefixtures("way")
def test_attention_drops_out_in_training_as_the_encoder_has_it(tmp_path: Path) -> None:
    found = []
    for rate in (0.0, 0.5):
        transformer = make_transformer(tmp_path, attention_dropout=rate)
        for module in transformer.model.transformer.modules():
            if isinstance(module, torch.nn.Dropout) and module.p == 0.1:
                module.p = 0.0
        docs = [make_doc(text) for text in TEXTS]
        runs = [transformer.model(docs, is_train=True)[0].model_output for _ in range(2)]
        vectors = [output.last_hidden_state.detach() for output in runs]
        found.append(torch.equal(*vectors))
    assert found == [True, False]


@pytest.mark.parametrize("is_train", [True, False])
def test_all_layers_come_where_they_are_asked_for(is_train: bool, tmp_path: Path) -> None:
    precisions = {"precision": "bfloat16", "training_precision": "bfloat16"}
    transformer = make_transformer(tmp_path, **precisions)
    transformer.model.transformer.config.output_hidden_states = True
    output, _ = transformer.model([make_doc(text) for text in TEXTS], is_train=is_train)
    layers = output.model_output.hidden_states
    assert len(layers) == 3
    assert {layer.dtype for layer in layers} == {torch.float32}
    assert layers[-1].shape == output.model_output.last_hidden_state.shape


def test_a_batch_padded_on_the_left_is_read_as_it_is(tmp_path: Path) -> None:
    stock, ours = make_tiny_transformer(tmp_path), make_transformer(tmp_path)
    for transformer in (stock, ours):
        transformer.model.tokenizer.padding_side = "left"
    np.testing.assert_allclose(read(ours), read(stock), atol=1e-5)


@pytest.mark.parametrize("setting", ["precision", "training_precision"])
def test_the_encoder_computes_in_the_precision_asked_for(setting: str, tmp_path: Path) -> None:
    is_train = setting == "training_precision"
    found = []
    for precision in ("float32", "bfloat16"):
        transformer = make_transformer(tmp_path, attention_dropout=0.0, **{setting: precision})
        module = transformer.model.transformer
        for dropout in module.modules():
            if isinstance(dropout, torch.nn.Dropout):
                dropout.p = 0.0
        docs = [make_doc(text) for text in TEXTS]
        output, _ = transformer.model(docs, is_train=is_train)
        vectors = output.model_output.last_hidden_state.detach()
        assert vectors.dtype == torch.float32
        assert all(weight.dtype == torch.float32 for weight in module.parameters())
        found.append(vectors * torch.from_numpy(output.wordpieces.attention_mask)[:, :, None])
    difference = (found[0] - found[1]).abs().max()
    assert 1e-4 < difference < 0.3


def test_precision_is_that_of_the_config_and_not_of_what_is_stored(tmp_path: Path) -> None:
    stored = make_transformer(tmp_path, precision="bfloat16").to_bytes()
    single = make_transformer(tmp_path)
    expected = read(single)
    np.testing.assert_array_equal(read(single.from_bytes(stored)), expected)
    layer: Model[Any, Any] = single.model.layers[0]
    layer.attrs["set_precision"]("bfloat16")
    assert not np.array_equal(read(single), expected)
    layer.attrs["set_precision"]("float32")
    np.testing.assert_array_equal(read(single), expected)


def test_weights_of_the_stock_transformer_are_taken(tmp_path: Path) -> None:
    stock, ours = make_tiny_transformer(tmp_path), make_transformer(tmp_path)
    with torch.no_grad():
        for weight in stock.model.transformer.parameters():
            weight.add_(0.1)
    expected = read(stock)
    assert np.abs(read(ours) - expected).max() > 0.01
    np.testing.assert_allclose(read(ours.from_bytes(stock.to_bytes())), expected, atol=1e-5)


@pytest.mark.usefixtures("way")
def test_a_long_sequence_is_cut_as_the_stock_transformer_cuts_it(tmp_path: Path) -> None:
    """The encoder reads 128 word pieces."""
    found = []
    for make in (make_tiny_transformer, make_transformer):
        transformer = make(tmp_path)
        transformer.model.tokenizer.model_max_length = 128
        docs = [make_doc(" ".join(["iron", "salts"] * 60)), make_doc("zinc")]
        output = transformer.predict(docs)
        is_piece = output.wordpieces.attention_mask.astype(bool)
        assert is_piece.sum() < 128 + 5
        found.append(np.asarray(output.model_output.last_hidden_state)[is_piece])
    np.testing.assert_allclose(found[1], found[0], atol=1e-5)


def test_a_listener_is_replaced_by_what_loads(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    settings = {
        "model": {
            "@architectures": "spacy-ddi.PackedTransformer.v1",
            "name": str(tmp_path),
            "get_spans": {
                "@span_getters": "spacy-ddi.blinded_sents.v2",
                "candidates": {"@misc": "spacy-ddi.CandidateFinder.v1"},
                "read_all": True,
            },
            "tokenizer_config": {"use_fast": True},
        }
    }
    make_tiny_transformer(tmp_path)
    nlp.add_pipe("transformer", config=settings)
    listener = {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "spacy-ddi.first_word_piece.v1"},
    }
    relations = nlp.add_pipe("ddi_relation", config={"model": {"tok2vec": listener}})
    relations.add_label("effect")
    nlp.get_pipe("transformer").model.initialize(X=[nlp.make_doc("zinc")])
    nlp.replace_listeners("transformer", "ddi_relation", ["model.tok2vec"])
    tok2vec = nlp.get_pipe("ddi_relation").model.get_ref("tok2vec")
    expected = tok2vec.predict([nlp.make_doc(text) for text in TEXTS])
    nlp.remove_pipe("transformer")
    nlp.to_disk(tmp_path / "stored")
    loaded = spacy.load(tmp_path / "stored")
    replaced = loaded.config["components"]["ddi_relation"]["model"]["tok2vec"]
    assert replaced["@architectures"] == "spacy-ddi.PackedTok2Vec.v1"
    found = loaded.get_pipe("ddi_relation").model.get_ref("tok2vec")
    for one, other in zip(
        found.predict([loaded.make_doc(text) for text in TEXTS]), expected, strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_transformer_whose_weights_are_all_frozen_can_be_gone_through_backwards(
    tmp_path: Path,
) -> None:
    transformer = make_transformer(tmp_path)
    for weight in transformer.model.transformer.parameters():
        weight.requires_grad_(False)
    output, backprop = transformer.model.begin_update([make_doc("the drug")])
    backprop(output)
    assert all(weight.grad is None for weight in transformer.model.transformer.parameters())


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("precision", "float16", "float32 or bfloat16"),
        ("training_precision", "half", "float32 or bfloat16"),
        ("max_pieces", 0, "1 or more"),
        ("threads", 0, "1 or more, or null"),
    ],
)
def test_a_setting_that_is_not_possible_is_refused(
    setting: str, value: object, expected: str
) -> None:
    build = registry.architectures.get("spacy-ddi.PackedTransformer.v1")
    assert build is packed_transformer.build_packed_transformer
    with pytest.raises(ValueError, match=rf"DDI012.*PackedTransformer.*{setting}.*{expected}"):
        build(name="somewhere", get_spans=len, **{setting: value})
