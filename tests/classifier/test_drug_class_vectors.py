"""Classes of drugs beside the words: which mention gets which, and what is learned and stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import registry
from thinc.api import Model

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.reading_note import notes_for
from tests.component.conftest import MAKE_MODEL, MakeExamples, train
from tests.helpers import make_doc, sentence_candidates

NAMES = {"warfarin": 0, "heparin": 1, "anticoagulants": 1, "fluconazole": 2, "aspirin": 0}
CLASSES = [[0, 2], [0], [1, 3]]
WIDTH = 3


def make_model() -> Model[list[Doc], Any]:
    model = registry.architectures.get("spacy-ddi.DrugClassVectors.v1")(WIDTH)
    model.attrs.update({"names": NAMES, "things": CLASSES})
    model.initialize()
    return model


def run(model: Model[list[Doc], Any], docs: list[Doc], *, is_train: bool = False) -> Any:
    """What the model says when the component has noted the mentions."""
    with notes_for(docs, [sentence_candidates(doc) for doc in docs], CandidateFinder()):
        return model(docs, is_train)


def test_a_mention_has_the_mean_of_its_classes_at_its_first_token() -> None:
    doc = make_doc(
        "Anticoagulants , warfarin sodium , fluconazole , placebo and heparin",
        mentions=[(0, 1), (2, 4), (5, 6), (7, 8)],
    )
    model = make_model()
    (vectors,), _ = run(model, [doc])
    weights = model.layers[0].get_param("class_vectors")
    assert weights.shape == (4, WIDTH)
    assert vectors.shape == (10, WIDTH)
    # Neither an unknown name nor a word that is no mention has any; a salt has those of its drug.
    assert np.flatnonzero(vectors.any(axis=1)).tolist() == [0, 2, 5]
    np.testing.assert_allclose(vectors[0], weights[0])
    np.testing.assert_allclose(vectors[2], (weights[0] + weights[2]) / 2, rtol=1e-6)
    np.testing.assert_allclose(vectors[5], (weights[1] + weights[3]) / 2, rtol=1e-6)


def test_gradients_are_those_of_finite_differences() -> None:
    model = make_model()
    docs = [
        make_doc(f"{name} and warfarin", mentions=[(0, 1), (2, 3)])
        for name in ("heparin", "x", "aspirin")
    ]
    rng = np.random.default_rng(0)
    d_vectors = [rng.normal(size=(3, WIDTH)).astype("float32") for _ in docs]
    _, backprop = run(model, docs, is_train=True)
    assert backprop(d_vectors) is docs
    found = model.layers[0].get_grad("class_vectors").copy()

    def loss() -> float:
        read, _ = run(model, docs)
        return sum(float((a * b).sum()) for a, b in zip(read, d_vectors, strict=True))

    weights = model.layers[0].get_param("class_vectors")
    for place in np.ndindex(*weights.shape):
        weights[place] += 0.5
        above = loss()
        weights[place] -= 1.0
        below = loss()
        weights[place] += 0.5
        assert found[place] == pytest.approx(above - below, abs=1e-5)
    assert found[0].any()
    assert not found[1].any()  # no mention has it


def test_without_classes_there_are_zeros() -> None:
    model = registry.architectures.get("spacy-ddi.DrugClassVectors.v1")(WIDTH)
    model.initialize()
    (vectors,), backprop = run(model, [make_doc("Warfarin", mentions=[(0, 1)])], is_train=True)
    assert vectors.tolist() == [[0.0] * WIDTH]
    backprop([vectors])


@pytest.fixture
def named_nlp(tmp_path: Path) -> Language:
    """A pipeline that reads classes when it is initialized."""
    path = tmp_path / "classes.json.gz"
    srsly.write_gzip_json(path, {"names": NAMES, "classes": CLASSES, "labels": list("abcd")})
    tok2vec = {
        "@architectures": "spacy-ddi.JoinedTok2Vec.v1",
        "first": MAKE_MODEL["tok2vec"],
        "second": {"@architectures": "spacy-ddi.DrugClassVectors.v1", "width": WIDTH},
    }
    nlp = spacy.blank("en")
    nlp.add_pipe("ddi_relation", config={"model": {**MAKE_MODEL, "tok2vec": tok2vec}})
    callback = {"@callbacks": "spacy-ddi.read_drug_classes.v1", "path": str(path)}
    nlp.config["initialize"]["before_init"] = callback
    return nlp


def test_a_pipeline_learns_from_classes_and_stores_them(
    named_nlp: Language, make_examples: MakeExamples, tmp_path: Path
) -> None:
    train(named_nlp, make_examples(named_nlp), steps=20)
    (layer,) = [
        layer
        for layer in named_nlp.get_pipe("ddi_relation").model.walk()  # type: ignore[attr-defined]
        if layer.name == "mean_of_classes"
    ]
    assert np.abs(layer.get_param("class_vectors")).max() > 0.11  # they began with 0.1 or less
    named_nlp.to_disk(tmp_path / "pipeline")
    (tmp_path / "classes.json.gz").unlink()
    stored = spacy.load(tmp_path / "pipeline")
    again = spacy.blank("en", config=named_nlp.config).from_bytes(named_nlp.to_bytes())

    def probs(pipeline: Language, name: str) -> Any:
        words = f"{name} levels are raised by fluconazole .".split()
        heads = [1, 3, 3, 3, 3, 4, 3]
        doc = Doc(pipeline.vocab, words=words, heads=heads, deps=["dep"] * 7)
        doc.set_ents([Span(doc, i, i + 1, label="drug") for i in (0, 5)])
        return pipeline.get_pipe("ddi_relation").predict([doc])[0].probs  # type: ignore[attr-defined]

    for loaded in (stored, again):
        np.testing.assert_array_equal(probs(loaded, "Warfarin"), probs(named_nlp, "Warfarin"))
    # Names of the same classes are one; of other classes they are not, nor if nothing is known.
    np.testing.assert_array_equal(probs(named_nlp, "Warfarin"), probs(named_nlp, "Aspirin"))
    np.testing.assert_array_equal(probs(named_nlp, "Xylene"), probs(named_nlp, "Toluene"))
    assert not np.allclose(probs(named_nlp, "Warfarin"), probs(named_nlp, "Heparin"))
    assert not np.allclose(probs(named_nlp, "Warfarin"), probs(named_nlp, "Xylene"))


def test_a_file_without_classes_is_named(
    named_nlp: Language, make_examples: MakeExamples, tmp_path: Path
) -> None:
    srsly.write_gzip_json(tmp_path / "classes.json.gz", {"names": {}, "molecules": []})
    with pytest.raises(ValueError, match=r"DDI075.*classes\.json\.gz.*scripts/drug_classes\.py"):
        named_nlp.initialize(lambda: make_examples(named_nlp))


def test_an_impossible_width_is_refused() -> None:
    with pytest.raises(ValueError, match=r"DDI012.*width"):
        registry.architectures.get("spacy-ddi.DrugClassVectors.v1")(0)
