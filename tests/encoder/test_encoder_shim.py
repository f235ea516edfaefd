"""What holds the encoder: ready for threads, and loaded without all of transformers."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from spacy.pipeline import Pipe
from transformers import BertConfig, BertModel, FunnelConfig, FunnelModel

from spacy_ddi.encoder.encoder_shim import StoredModel
from tests.encoder.test_packed_transformer import TEXTS, make_transformer, read
from tests.helpers import make_doc
from tests.loaded_scripts import IMPORT_LIGHTLY
from tests.tiny_bert import make_tiny_transformer


def modes(transformer: Pipe) -> set[bool]:
    return {module.training for module in transformer.model.transformer.modules()}


def update(transformer: Pipe) -> None:
    output, backprop = transformer.model.begin_update([make_doc(text) for text in TEXTS])
    backprop(output)


def test_the_encoder_leaves_evaluation_mode_in_training_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transformer = make_transformer(tmp_path)
    encoder = transformer.model.transformer
    encoder.gradient_checkpointing_enable()
    seen = []
    forward = encoder.embeddings.forward

    def watched(*args: object, **kwargs: object) -> object:
        seen.append((encoder.training, encoder.embeddings.dropout.training))
        return forward(*args, **kwargs)

    monkeypatch.setattr(encoder.embeddings, "forward", watched)
    assert modes(transformer) == {False}
    read(transformer)
    encoder.train()  # as a user may leave it
    read(transformer)
    assert seen == [(False, False)] * 2
    assert modes(transformer) == {False}
    update(transformer)
    assert seen[2:] == [(True, True)]
    assert modes(transformer) == {False}


@pytest.mark.parametrize("checkpointing", [False, True])
def test_the_way_back_is_in_training_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkpointing: bool
) -> None:
    """A gradient through what is computed again is that of what was kept."""
    # Only an encoder's own forward pass is computed again.
    monkeypatch.setattr("spacy_ddi.pytorch.packing.can_pack", lambda transformer: False)
    transformer = make_transformer(tmp_path)
    encoder = transformer.model.transformer
    if checkpointing:
        encoder.gradient_checkpointing_enable({"use_reentrant": False})
    seen = []
    layer = encoder.encoder.layer[0]
    layer.intermediate.register_forward_hook(lambda *_: seen.append(layer.training))
    update(transformer)
    assert set(seen) == {True}
    assert (len(seen) > 3) == checkpointing
    assert modes(transformer) == {False}


def test_an_error_in_training_leaves_evaluation_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transformer = make_transformer(tmp_path)
    monkeypatch.setattr("spacy_ddi.pytorch.packing.encode", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        transformer.model.begin_update([make_doc("zinc")])
    assert modes(transformer) == {False}


def test_copies_and_loaded_ones_are_in_evaluation_mode(tmp_path: Path) -> None:
    transformer = make_transformer(tmp_path)
    update(transformer)
    assert modes(transformer) == {False}
    for layer in (transformer.model.layers[0].copy(), copy.deepcopy(transformer.model.layers[0])):
        assert not any(module.training for module in layer.shims[0]._model.modules())
    stored = transformer.to_bytes()
    assert modes(transformer) == {False}
    for other in (transformer, make_tiny_transformer(tmp_path)):
        loaded = make_transformer(tmp_path).from_bytes(other.to_bytes())
        assert modes(loaded) == {False}
    transformer.from_bytes(stored)
    assert modes(transformer) == {False}


def test_a_loaded_tokenizer_has_its_padding_set(tmp_path: Path) -> None:
    """Set in a thread while others read, it raises "Already borrowed"."""
    transformer = make_transformer(tmp_path)
    transformer.model.tokenizer.backend_tokenizer.no_padding()
    transformer.model.tokenizer.backend_tokenizer.enable_truncation(5)
    loaded = make_transformer(tmp_path).from_bytes(transformer.to_bytes())
    tokenizer = loaded.model.tokenizer.backend_tokenizer
    before = (tokenizer.padding, tokenizer.truncation)
    read(loaded)
    assert (tokenizer.padding, tokenizer.truncation) == before
    assert before[0] is not None
    assert before[1] is None


@pytest.mark.parametrize(("threads", "expected"), [({}, 1), ({"threads": 2}, 2), (None, 3)])
def test_prediction_has_the_threads_of_the_config(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    threads: dict[str, int] | None,
    expected: int,
) -> None:
    transformer = make_transformer(tmp_path, **({"threads": None} if threads is None else threads))
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    seen = []
    embeddings = transformer.model.transformer.embeddings
    forward = embeddings.forward

    def watched(*args: object, **kwargs: object) -> object:
        seen.append(torch.get_num_threads())
        return forward(*args, **kwargs)

    monkeypatch.setattr(embeddings, "forward", watched)
    try:
        read(transformer)
        update(transformer)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert seen == [expected, 3]


def test_a_stored_encoder_is_what_transformers_makes_of_its_config() -> None:
    config = BertConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    assert type(StoredModel.from_config(config)) is BertModel
    # One of the configs with several models.
    sizes = {"d_model": 8, "n_head": 1, "d_head": 8, "d_inner": 8}
    funnel = FunnelConfig(block_sizes=[1], architectures=["FunnelModel"], **sizes)
    assert type(StoredModel.from_config(funnel)) is FunnelModel


def test_loading_does_not_import_the_configs_of_all_architectures(tmp_path: Path) -> None:
    (tmp_path / "encoder").mkdir()
    make_transformer(tmp_path / "encoder").to_disk(tmp_path / "stored")
    script = IMPORT_LIGHTLY + (
        "import sys, spacy\n"
        "config = {'model': {'@architectures': 'spacy-ddi.PackedTransformer.v1', 'name': 'x',\n"
        "    'get_spans': {'@span_getters': 'spacy-transformers.sent_spans.v1'}}}\n"
        "nlp = spacy.blank('en')\n"
        "nlp.create_pipe('transformer', config=config).from_disk(sys.argv[1])\n"
        "models = {name.split('.')[2] for name in sys.modules if 'transformers.models.' in name}\n"
        "print('bert' in models, len(models))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "stored")],
        capture_output=True,
        text=True,
        check=False,
    )
    found, n_models = done.stdout.split()
    assert found == "True", done.stderr
    assert int(n_models) < 10
