"""Molecules beside the words: which mention gets which, and what is learned and stored of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.reading_note import notes_for
from spacy_ddi.classifier.molecule_vectors import join_molecules
from spacy_ddi.pytorch.peers.molecule_network import MoleculeNetwork
from tests.component.conftest import MAKE_MODEL, MakeExamples, train
from tests.helpers import make_doc, sentence_candidates

WATER = {"atoms": [8], "bonds": []}
ETHANOL = {"atoms": [6, 6, 8], "bonds": [[0, 1, 0], [1, 2, 0]]}
ACETYLENE = {"atoms": [6, 6], "bonds": [[0, 1, 2]]}
NAMES = {"water": 0, "ethanol": 1, "warfarin": 1, "fluconazole": 2, "aspirin": 0, "heparin": 2}
MOLECULES = [WATER, ETHANOL, ACETYLENE]
WIDTH = 4


def make_model() -> Model[list[Doc], Any]:
    torch.manual_seed(0)
    model = registry.architectures.get("spacy-ddi.MoleculeVectors.v1")(WIDTH, steps=2)
    model.attrs.update({"names": NAMES, "things": MOLECULES})
    model.initialize()
    return model


def run(model: Model[list[Doc], Any], docs: list[Doc], *, is_train: bool = False) -> Any:
    """What the model says when the component has noted the mentions."""
    with notes_for(docs, [sentence_candidates(doc) for doc in docs], CandidateFinder()):
        return model(docs, is_train)


def test_a_mention_has_its_molecule_at_its_first_token_and_nothing_else_has_any() -> None:
    doc = make_doc(
        "Ethanol and warfarin sodium , fluconazole , statins and water",
        mentions=[(0, 1), (2, 4), (5, 6), (7, 8)],
    )
    (vectors,), _ = run(make_model(), [doc])
    assert vectors.shape == (10, WIDTH)
    # Neither a class nor a word that is no mention has one; a salt has that of its drug.
    assert np.flatnonzero(vectors.any(axis=1)).tolist() == [0, 2, 5]
    np.testing.assert_array_equal(vectors[0], vectors[2])
    assert not np.allclose(vectors[0], vectors[5])


def test_of_mentions_that_begin_together_the_longest_known_one_counts() -> None:
    places = [(0, 1), (0, 2), (0, 3)]
    doc = make_doc("Water ethanol xylene", mentions=places)
    model = make_model()
    model.attrs["names"] = {"water": 0, "waterethanol": 1}
    (vectors,), backprop = run(model, [doc], is_train=True)
    model.attrs["names"] = {"water": 1}
    ((expected,), _) = run(model, [make_doc("Water", mentions=[(0, 1)])])
    np.testing.assert_allclose(vectors[0], expected[0], atol=1e-6)
    backprop([np.ones_like(vectors)])
    elements = model.layers[0].shims[0]._model.elements.weight.grad
    # The carbon of ethanol; water's vector is not used, and its oxygen learns by ethanol alone.
    assert elements[6].any()
    again = elements.clone()
    elements.zero_()
    _, backprop = run(model, [make_doc("Water", mentions=[(0, 1)])], is_train=True)
    backprop([np.ones((1, WIDTH), dtype="float32")])
    torch.testing.assert_close(again, elements)


def test_other_molecules_of_a_batch_do_not_matter() -> None:
    model = make_model()
    docs = [make_doc(f"{name} x", mentions=[(0, 1)]) for name in ("water", "ethanol", "water")]
    together, _ = run(model, docs)
    for doc, vectors in zip(docs, together, strict=True):
        ((alone,), _) = run(model, [doc])
        np.testing.assert_allclose(alone, vectors, atol=1e-6)
    assert [vectors.shape for vectors in run(model, [make_doc([])])[0]] == [(0, WIDTH)]


def test_gradients_of_all_mentions_add_up_in_the_network() -> None:
    model = make_model()
    docs = [make_doc(f"{name} and water", mentions=[(0, 1), (2, 3)]) for name in ("x", "ethanol")]
    weight = next(model.layers[0].shims[0]._model.parameters())

    def gradient(weights: list[Any]) -> Any:
        weight.grad = None
        _, backprop = run(model, docs, is_train=True)
        assert backprop(weights) is docs
        return weight.grad.clone()

    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(3, WIDTH)).astype("float32") for _ in docs]
    nothing = np.zeros((3, WIDTH), dtype="float32")
    first, second = gradient([weights[0], nothing]), gradient([nothing, weights[1]])
    torch.testing.assert_close(gradient(weights), first + second)
    assert first.any()
    assert second.any()


def slow_network(network: MoleculeNetwork, molecule: dict[str, Any]) -> torch.Tensor:
    """Atom by atom."""
    inputs = [network.elements.weight[number] for number in molecule["atoms"]]
    states = list(inputs)
    kinds = network.bonds.weight.chunk(4)
    for _ in range(network.steps):
        heard = [torch.zeros_like(state) for state in states]
        for a, b, kind in molecule["bonds"]:
            heard[a] = heard[a] + kinds[kind] @ states[b]
            heard[b] = heard[b] + kinds[kind] @ states[a]
        states = [network.update(h[None], s[None])[0] for h, s in zip(heard, states, strict=True)]
    gates = [network.gate(torch.cat([s, x])).sigmoid() for s, x in zip(states, inputs, strict=True)]
    return torch.stack(
        [g * torch.tanh(network.value(s)) for g, s in zip(gates, states, strict=True)]
    ).sum(0)


def test_the_network_equals_its_equations_and_ignores_the_order_of_atoms() -> None:
    torch.manual_seed(1)
    network = MoleculeNetwork(3, 3).double()
    turned = {"atoms": [8, 6, 6], "bonds": [[2, 1, 0], [0, 1, 0]]}
    molecules = [ETHANOL, WATER, ACETYLENE, turned]
    found = network(*map(torch.from_numpy, join_molecules(molecules)))
    torch.testing.assert_close(found, torch.stack([slow_network(network, m) for m in molecules]))
    torch.testing.assert_close(found[0], found[3])


@pytest.fixture
def make_named_nlp(tmp_path: Path) -> Language:
    """A pipeline that reads molecules when it is initialized."""
    path = tmp_path / "molecules.json.gz"
    srsly.write_gzip_json(path, {"names": NAMES, "molecules": MOLECULES})
    blinded = MAKE_MODEL["tok2vec"]
    tok2vec = {
        "@architectures": "spacy-ddi.JoinedTok2Vec.v1",
        "first": blinded,
        "second": {"@architectures": "spacy-ddi.MoleculeVectors.v1", "width": WIDTH, "steps": 2},
    }
    encoder = {"@misc": "spacy-ddi.AsadaCNN.v1", "filters": 8, "molecule_size": WIDTH}
    model = {**MAKE_MODEL, "pair_encoder": encoder, "pooling": None, "tok2vec": tok2vec}
    nlp = spacy.blank("en")
    nlp.add_pipe("ddi_relation", config={"model": model})
    callback = {"@callbacks": "spacy-ddi.read_molecules.v1", "path": str(path)}
    nlp.config["initialize"]["before_init"] = callback
    return nlp


def test_a_pipeline_stores_its_molecules(
    make_named_nlp: Language, make_examples: MakeExamples, tmp_path: Path
) -> None:
    nlp = make_named_nlp
    train(nlp, make_examples(nlp), steps=5)
    nlp.to_disk(tmp_path / "pipeline")
    (tmp_path / "molecules.json.gz").unlink()
    stored = spacy.load(tmp_path / "pipeline")

    def probs(pipeline: Language, name: str) -> Any:
        words = f"{name} levels are raised by fluconazole .".split()
        heads = [1, 3, 3, 3, 3, 4, 3]
        doc = Doc(pipeline.vocab, words=words, heads=heads, deps=["dep"] * 7)
        doc.set_ents([spacy.tokens.Span(doc, i, i + 1, label="drug") for i in (0, 5)])
        return pipeline.get_pipe("ddi_relation").predict([doc])[0].probs  # type: ignore[attr-defined]

    np.testing.assert_array_equal(probs(stored, "Warfarin"), probs(nlp, "Warfarin"))
    # It sees names, as the words alone do not.
    assert not np.allclose(probs(nlp, "Warfarin"), probs(nlp, "Aspirin"))
    np.testing.assert_array_equal(probs(nlp, "Xylene"), probs(nlp, "Toluene"))


@pytest.mark.parametrize("content", [None, "{}", "no JSON"])
def test_a_missing_or_damaged_file_of_molecules_is_named(
    make_named_nlp: Language, make_examples: MakeExamples, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "molecules.json.gz"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf8")
    with pytest.raises(ValueError, match=r"DDI075.*molecules\.json\.gz"):
        make_named_nlp.initialize(lambda: make_examples(make_named_nlp))


@pytest.mark.parametrize(("setting", "value"), [("width", 0), ("steps", 0)])
def test_impossible_settings_are_refused(setting: str, value: int) -> None:
    make = registry.architectures.get("spacy-ddi.MoleculeVectors.v1")
    with pytest.raises(ValueError, match=rf"DDI012.*{setting}"):
        make(**{"width": 4, "steps": 2, setting: value})
