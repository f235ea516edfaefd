"""A pipeline in 8 bits: smaller files, the same pipeline."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
from spacy.language import Language
from spacy.training import Example
from thinc.api import Adam

from spacy_ddi.component.lookup import layers_of
from spacy_ddi.corpora.docs import with_mention_group
from spacy_ddi.eight_bits import decode_eight_bits, encode_eight_bits, takes_eight_bits
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.parallel import pipe_in_processes
from spacy_ddi.pytorch.stored_weights import OLD_WEIGHTS, WEIGHTS
from spacy_ddi.training.compression import compress_model, compress_pipeline
from tests.pytorch.test_stored_weights import saved_by_torch
from tests.test_safe_loading import TEXT, annotated, in_shim, make_pipeline


def weights_in(nlp: Language) -> list[np.ndarray[Any, Any]]:
    """All weights of a pipeline, of its torch modules too."""
    found = []
    for layer in layers_of(nlp):
        names = [name for name in layer.param_names if layer.has_param(name)]
        found += [layer.get_param(name).copy() for name in names]
        for shim in layer.shims:
            found += [tensor.numpy().copy() for tensor in shim._model.state_dict().values()]
    return found


def assert_same(one: Language, other: Language) -> None:
    for first, second in zip(weights_in(one), weights_in(other), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compression")
    make_pipeline(folder).to_disk(folder / "floats")
    counts = compress_pipeline(folder / "floats", folder / "small")
    assert 0.9 * counts.n_weights < counts.n_eight_bits < counts.n_weights
    return folder


@pytest.fixture
def nlp(folder: Path) -> Language:
    return spacy.load(folder / "small")


def test_all_matrices_are_rounded_once_and_nothing_else_is(folder: Path, nlp: Language) -> None:
    before = weights_in(spacy.load(folder / "floats"))
    n_rounded = 0
    for float_weights, weights in zip(before, weights_in(nlp), strict=True):
        assert weights.dtype == float_weights.dtype
        if takes_eight_bits(weights):
            expected = decode_eight_bits(encode_eight_bits(float_weights))
            np.testing.assert_array_equal(weights, expected)
            n_rounded += not np.array_equal(weights, float_weights)
        else:
            np.testing.assert_array_equal(weights, float_weights)
    assert n_rounded > 20


@pytest.mark.parametrize("name", ["tok2vec", "sentence_ner", "transformer", "ddi_relation"])
def test_the_files_are_smaller(folder: Path, name: str) -> None:
    sizes = [(folder / kind / name / "model").stat().st_size for kind in ("floats", "small")]
    assert sizes[1] < 0.6 * sizes[0]


def test_what_is_loaded_is_stored_again_without_loss(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "again")
    assert_same(spacy.load(tmp_path / "again"), nlp)
    from_bytes = spacy.util.load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    assert_same(from_bytes, nlp)
    assert_same(pickle.loads(pickle.dumps(nlp)), nlp)
    compress_pipeline(tmp_path / "again", tmp_path / "twice")
    assert_same(spacy.load(tmp_path / "twice"), nlp)


def test_other_processes_get_the_same(nlp: Language) -> None:
    texts = [TEXT, "The salts alter zinc."]
    expected = [doc.to_bytes() for doc in nlp.pipe(texts)]
    assert [doc.to_bytes() for doc in pipe_in_processes(nlp, texts, n_process=2)] == expected


def test_training_goes_on_with_floats(nlp: Language, tmp_path: Path) -> None:
    docs = [with_mention_group(annotated(nlp), MENTIONS_KEY) for _ in range(2)]
    before = weights_in(nlp)
    optimizer = Adam(0.001)
    for _ in range(2):  # an encoder moves when its listeners have given it a gradient
        nlp.update([Example(*docs)], sgd=optimizer, exclude=["sentence_parser"])
    after = weights_in(nlp)
    changed = [not np.array_equal(*pair) for pair in zip(before, after, strict=True)]
    assert sum(changed) > 30
    nlp.to_disk(tmp_path / "trained")
    assert_same(spacy.load(tmp_path / "trained"), nlp)


def test_a_pipeline_of_version_04_is_loaded(folder: Path, tmp_path: Path) -> None:
    """Its modules were stored by torch."""
    import torch

    old = spacy.load(folder / "floats")
    old.to_disk(tmp_path / "old")

    def as_before(of_module: dict[str, Any]) -> None:
        arrays = of_module.pop(WEIGHTS)
        tensors = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
        of_module[OLD_WEIGHTS] = saved_by_torch(tensors)

    for name in ("transformer", "ddi_relation"):
        in_shim(tmp_path / "old" / name / "model", as_before)
    assert_same(spacy.load(tmp_path / "old"), old)
    compress_pipeline(tmp_path / "old", tmp_path / "new")
    assert_same(spacy.load(tmp_path / "new"), spacy.load(folder / "small"))


def test_shims_of_others_are_left_alone() -> None:
    shim = srsly.msgpack_dumps({"config": {}, "state": b"theirs"})
    model = {"nodes": [], "attrs": [], "params": [{"b": np.ones(3)}], "shims": [[shim]]}
    stored, counts = compress_model(srsly.msgpack_dumps(model))
    found: Any = srsly.msgpack_loads(stored)
    assert found["shims"] == [[shim]]
    assert counts == (0, 3)
