"""How long a row learns, and what stops it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
from spacy.language import Language
from spacy.training import Example
from spacy.util import registry

from benchmarks.table1 import learning
from benchmarks.table1 import row as commands
from benchmarks.table1.rows import Row, read_rows
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.gold import DOCUMENT_ID, gold_mentions_of, labelled_pairs
from tests.benchmarks.table1.conftest import Run

ROWS = read_rows()

# The sample parser has no vectors, and does not need any.
pytestmark = pytest.mark.filterwarnings("ignore:.*W113")


def test_with_patience_a_row_ends_when_held_out_documents_say_so(
    folder: Path, parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inputs = {name: parts[f"paths.{name}"] for name in ("encoder", "parser")}
    train = Path(parts["paths.train"])
    looked = iter([(3.0, 0.1), (1.0, 0.2), (2.0, 0.3), (2.0, 0.3), (2.0, 0.2), (0.0, 0.9)])
    seen: list[set[str]] = []

    def loss_of(nlp: Language, examples: list[Example], *, frozen: Any) -> dict[str, float]:
        seen.append({example.reference.user_data[DOCUMENT_ID] for example in examples})
        assert all(example.predicted.has_annotation("DEP") for example in examples)
        return dict(zip(("loss", "f"), next(looked), strict=True))

    monkeypatch.setattr(learning, "loss_of", loss_of)
    commands.train(
        "gcn_baseline", 1, 9, train, vectors=f"{folder}/vectors", patience=2, watch="loss", **inputs
    )
    stored = srsly.read_json("epochs.json")
    # F1 rose once more than the loss fell; the epoch is the one that the loss chooses.
    assert [look["loss"] for look in stored["looks"]] == [3.0, 1.0, 2.0, 2.0, 2.0]
    assert stored["epochs"] == 1
    docs = list(read_docbin(train, spacy.blank("en").vocab))
    kept, held_out = learning.hold_out(docs, seed=1)
    assert seen[0] <= {doc.user_data[DOCUMENT_ID] for doc in held_out}
    assert not seen[0] & {doc.user_data[DOCUMENT_ID] for doc in kept}
    assert len(kept) + len(held_out) == len(docs)


def test_sentences_to_hold_out_can_be_given(
    folder: Path, parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seen: list[list[Example]] = []

    def loss_of(nlp: Language, examples: list[Example], *, frozen: Any) -> dict[str, float]:
        seen.append(examples)
        return {"loss": 1.0, "f": 0.0}

    monkeypatch.setattr(learning, "loss_of", loss_of)
    inputs = {name: parts[f"paths.{name}"] for name in ("encoder", "parser")}
    train, dev = Path(parts["paths.train"]), Path(parts["paths.dev"])
    inputs |= {"vectors": f"{folder}/vectors", "patience": 1, "held_out": dev}
    commands.train("gcn_baseline", 1, 9, train, **inputs)
    docs = read_docbin(dev, spacy.blank("en").vocab)
    texts = [doc.text for doc in docs if len(gold_mentions_of(doc)) > 1]
    assert [example.reference.text for example in seen[0]] == texts != []


def test_the_loss_of_held_out_pairs_is_what_probabilities_say(
    run: Run, folder: Path, parts: dict[str, Any]
) -> None:
    run("no_graph")
    nlp = spacy.load(folder / "no_graph" / "model-last")
    docs = list(read_docbin(parts["paths.train"], nlp.vocab))
    learning.parse(nlp, docs)
    examples = list(make_examples(docs, nlp.make_doc, gold_mentions=True, gold_parse=True))
    found = learning.loss_of(nlp, examples, frozen=["tok2vec", "parser"])
    component = component_of(nlp)
    component.store_probs = True
    component.cfg["threshold"] = 0.0
    log_probs = []
    for example in examples:
        truth = labelled_pairs(example.reference)
        doc = nlp(example.predicted.copy())
        pairs = component.find_candidates(doc).place_pairs
        for pair, relation in zip(pairs, doc._.ddi_rels, strict=True):
            log_probs.append(np.log(relation["probs"][truth.get(pair, "none")]))
    assert found["loss"] == pytest.approx(-np.mean(log_probs), rel=1e-4)


@pytest.mark.parametrize(
    ("settings", "quick", "by_folds"),
    [
        ({}, (3, 0), (7, 0)),
        ({"from_scratch": True}, (9, 0), (60, 6)),
        ({"epochs": 50}, (50, 0), (50, 0)),
        ({"epochs": 50, "from_scratch": True}, (50, 0), (50, 0)),
    ],
)
def test_how_long_a_row_learns(
    settings: dict[str, Any], quick: tuple[int, int], by_folds: tuple[int, int]
) -> None:
    row = Row("any", "Any", [], **settings)
    assert row.length(3, 0, 60) == quick
    assert row.length(7, 6, 60) == by_folds


def test_with_patience_the_rate_stays(parts: dict[str, Any]) -> None:
    config = ROWS["full"].config()
    told = learning.settings_of_length(config, n_sentences=81, epochs=3, patience=0)
    assert told["training.max_steps"] == told["training.eval_frequency"] == 33
    told = learning.settings_of_length(config, n_sentences=81, epochs=40, patience=2)
    assert told["training.eval_frequency"] == 11
    schedule = {**config["training"]["optimizer"]["learn_rate"], **_of_rate(told)}
    steps = list(islice(registry.resolve({"rate": schedule})["rate"], 441))
    rates = [steps[i] for i in (0, 11, 440)]
    assert rates == pytest.approx([0.0, 0.001, 0.001], rel=1e-3)


@pytest.mark.parametrize(
    ("losses", "scores", "epoch"),
    [
        ([3.0, 2.0, 1.0], [0.1, 0.3, 0.2], 2),
        ([3.0, 2.0, 2.5], [0.1, 0.3, 0.4], 2),
        ([3.0, 2.0, 2.0], [0.1, 0.3, 0.3], 1),
        ([1.0, 2.0, 3.0], [0.3, 0.2, 0.1], 0),
    ],
)
def test_an_epoch_is_better_by_loss_or_by_f(
    losses: list[float], scores: list[float], epoch: int
) -> None:
    looks = [{"loss": loss, "f": f} for loss, f in zip(losses, scores, strict=True)]
    assert learning.last_better(looks) == epoch


def _of_rate(settings: dict[str, Any]) -> dict[str, Any]:
    start = "training.optimizer.learn_rate."
    return {k.removeprefix(start): v for k, v in settings.items() if k.startswith(start)}
