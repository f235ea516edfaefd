"""Pipelines with the mean of others' weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
import torch
from spacy.language import Language

from benchmarks.crossval import merging
from spacy_ddi.component.lookup import layers_of
from spacy_ddi.training.torch_modules import torch_modules
from tests.tiny_bert import make_tiny_transformer


def make_pipeline(folder: Path, seed: int, width: int = 8) -> Language:
    """A tiny encoder beside a tagger, whose weights are no torch module's."""
    folder.mkdir(exist_ok=True)
    make_tiny_transformer(folder)
    nlp = spacy.blank("en")
    model = {"@architectures": "spacy-ddi.PackedTransformer.v1", "name": str(folder)}
    model["get_spans"] = {"@span_getters": "spacy-transformers.sent_spans.v1"}
    nlp.add_pipe("transformer", config={"model": model})
    tok2vec = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None}
    tok2vec |= {"width": width, "depth": 1, "embed_size": 20, "window_size": 1}
    tok2vec |= {"maxout_pieces": 2, "subword_features": False}
    tagger = {"@architectures": "spacy.Tagger.v2", "tok2vec": tok2vec}
    nlp.add_pipe("tagger", config={"model": tagger}).add_label("NN")
    nlp.initialize()
    torch.manual_seed(seed)
    for module in torch_modules(nlp):
        for weights in module.parameters():
            torch.nn.init.normal_(weights)
    return nlp


def weights_of(nlp: Language) -> list[np.ndarray]:
    of_torch = [p.detach().numpy().copy() for m in torch_modules(nlp) for p in m.parameters()]
    layers = [(layer, name) for layer in layers_of(nlp) for name in layer.param_names]
    return of_torch + [np.array(layer.get_param(name)) for layer, name in layers]


def test_all_weights_are_averaged_and_stored(tmp_path: Path) -> None:
    stored, before = [], []
    for seed in (1, 2, 3):
        nlp = make_pipeline(tmp_path / "encoder", seed)
        before.append(weights_of(nlp))
        stored.append(tmp_path / f"stored{seed}")
        nlp.to_disk(stored[-1])
    merging.main(tmp_path / "merged", stored)
    after = weights_of(spacy.load(tmp_path / "merged"))
    assert len(after) == len(before[0]) > 20
    changed = 0
    for found, *given in zip(after, *before, strict=True):
        np.testing.assert_allclose(found, np.mean(given, axis=0), atol=1e-6)
        changed += not np.array_equal(given[0], given[1])
    assert changed > 10


def test_other_weights_can_not_be_averaged(tmp_path: Path) -> None:
    one, other = (make_pipeline(tmp_path / "encoder", 1, width) for width in (8, 12))
    with pytest.raises(ValueError, match=r"shape|broadcast"):
        merging.merge([one, other])
