"""The systems that are timed do what they stand for."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config

from benchmarks.speed.__main__ import compare, many_mentions, measure_extraction, shares
from benchmarks.speed.report import MEGABYTES, processes
from benchmarks.speed.scaling import held, list_sentence, measure
from benchmarks.speed.systems import (
    PerPairClassifier,
    System,
    count_pairs,
    mean_pooled_pairs,
    take_turns,
    whole_pipeline,
    with_mentions,
)
from benchmarks.speed.training import prepare, training_systems
from spacy_ddi.gold import MENTIONS_KEY
from tests.conftest import ROOT

CONFIG = ROOT / "configs" / "minilm.cfg"


@pytest.fixture(scope="module")
def nlp(parts: dict[str, Any]) -> Language:
    return init_nlp(load_config(CONFIG, overrides=parts))


@pytest.fixture(scope="module")
def docs(nlp: Language, parts: dict[str, Any]) -> list[Doc]:
    stored = DocBin().from_disk(parts["paths.dev"]).get_docs(nlp.vocab)
    return [doc for doc in stored if len(doc.spans[MENTIONS_KEY]) >= 2]


def test_a_classifier_of_pairs_reads_each_candidate_once_with_its_mentions_marked(
    nlp: Language, docs: list[Doc]
) -> None:
    classifier = PerPairClassifier(nlp)
    fresh = with_mentions(docs, nlp)
    texts = list(classifier.texts(fresh))
    assert len(texts) == count_pairs(nlp, docs) == classifier(fresh) > 5
    assert all(text.count("[E1]") == text.count("[E2]") == 1 for text in texts)
    names = {mention.text for doc in docs for mention in doc.spans[MENTIONS_KEY]}
    assert not any(re.search(rf"\b{re.escape(name)}\b", " ".join(texts)) for name in names)
    pieces = classifier.tokenizer.tokenize("[E1] may alter [E2]")
    assert (pieces[0], pieces[-1]) == ("[E1]", "[E2]")
    assert classifier([]) == 0
    text = next(classifier.texts([list_sentence(nlp, 3)]))
    expected = "the level of [E1] may change under [E2] , the level of drug may change ."
    assert text.split() == expected.split()


def test_the_encoder_of_a_pair_classifier_is_ours(nlp: Language) -> None:
    ours = nlp.get_pipe("transformer").model.transformer.state_dict()
    theirs = PerPairClassifier(nlp).model.base_model.state_dict()
    assert theirs.keys() <= ours.keys()
    # Theirs has the two marks more.
    assert all(np.array_equal(theirs[name][: len(ours[name])], ours[name]) for name in theirs)


def test_extraction_is_compared_in_each_precision(nlp: Language, docs: list[Doc]) -> None:
    table = measure_extraction({"float32": nlp, "bfloat16": nlp}, "some", docs, repeats=2)
    systems = ["whole pipeline", "encoder and ddi_relation", "one pass a pair"]
    assert [line["System"] for line in table] == systems * 2
    assert [line["encoder in"] for line in table] == ["float32"] * 3 + ["bfloat16"] * 3
    assert table[0]["word pieces"] < table[2]["word pieces"]
    assert table[2]["times one pass a pair"] == table[5]["times one pass a pair"] == [1, 1]
    assert min(line["pairs/s"] for line in table) > 0


def test_systems_find_relations_and_the_tutorials_head_scores_all_pairs(
    nlp: Language, docs: list[Doc]
) -> None:
    whole = whole_pipeline(nlp)
    assert all(isinstance(doc._.ddi_rels, list) for doc in whole.run(whole.prepare(docs)))
    tutorial = mean_pooled_pairs(nlp)
    assert tutorial.run(tutorial.prepare(docs)) == count_pairs(nlp, docs)


def test_sentences_with_many_mentions_are_found_in_text(nlp: Language) -> None:
    ruler = Language(nlp.vocab)
    ruler.tokenizer = nlp.tokenizer
    ruler.add_pipe("sentencizer")
    pattern = {"label": "drug", "pattern": [{"TEXT": {"REGEX": "^drug"}}]}
    ruler.add_pipe("entity_ruler").add_patterns([pattern])
    ruler.add_pipe("ddi_relation")
    lines = [list_sentence(nlp, n).text for n in (3, 12, 20, 15)]
    found = many_mentions(ruler, lines, 2)
    assert [len(doc.spans[MENTIONS_KEY]) for doc in found] == [12, 20]


def test_shares_are_those_of_all_components(nlp: Language, docs: list[Doc]) -> None:
    found = shares(nlp, docs[:3], 2)
    assert list(found) == ["tokenizer", *nlp.pipe_names]
    assert np.sum(list(found.values()), axis=0) == pytest.approx([100, 100])


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux only")
def test_memory_is_what_was_taken() -> None:
    def child() -> None:
        program = "import time; x = b'1' * 200 * 2**20; time.sleep(1)"
        subprocess.run([sys.executable, "-c", program], check=True)

    assert 150 < measure(lambda: np.ones(200 * 2**17))[0] - held() < 300
    assert measure(child)[0] - held() < 100
    megabytes, seconds = measure(child, tree=True)
    assert 180 < megabytes - held(tree=True) < 300
    assert seconds > 1


def test_both_trainings_learn_the_same_pairs(parts: dict[str, Any]) -> None:
    paths = {name: parts[f"paths.{name}"] for name in ("train", "dev", "encoder", "parser")}
    nlp, examples = prepare(CONFIG, paths)
    systems = training_systems(nlp, examples[:4])
    pairs = systems["per-pair fine-tuning"].prepare(examples)
    assert len(pairs) == count_pairs(nlp, [example.predicted for example in examples[:4]]) > 0
    ours, theirs = compare(systems, examples[:4], len(pairs), 1, title="Training")
    assert theirs["times per-pair fine-tuning"] == [1]
    assert ours["pairs/s"] > 0


def test_systems_take_turns_and_the_first_round_does_not_count() -> None:
    calls: list[str] = []
    systems = {name: System(lambda _, name=name: calls.append(name)) for name in "ab"}
    assert [len(spent) for spent in take_turns(systems, [], repeats=2).values()] == [2, 2]
    assert calls == ["a", "b"] * 3


def test_processes_are_compared_with_one() -> None:
    measured = [
        {"n-process": n, "plain": plain, "texts": 1000, "seconds": s, "megabytes_above_loaded": s}
        for n, plain, s in ((1, 0, 8.0), (2, 0, 4.0), (2, 1, 6.0), (1, 0, 9.0), (2, 0, 3.0))
    ]
    measured.append({**measured[2], "seconds": 4.5})
    one, two, plain = processes(measured)
    assert [line["times one process"] for line in (one, two, plain)] == [
        [1, 1],
        [2, 3],
        [pytest.approx(8 / 6), 2],
    ]
    assert (one["From raw text"], one[MEGABYTES]) == ("1,000 texts, n_process=1", 9)
