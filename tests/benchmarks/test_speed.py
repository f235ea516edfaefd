"""The systems that are timed do what they stand for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import srsly
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config, registry

from benchmarks.memory import measure, read_status, tree_megabytes
from benchmarks.readme import renew
from benchmarks.speed.__main__ import shares
from benchmarks.speed.data import list_sentence, many_mentions
from benchmarks.speed.plot import points_of
from benchmarks.speed.report import MARK, RESULTS, as_markdown, write_report
from benchmarks.speed.systems import (
    MeanPooledPairs,
    PerPairClassifier,
    batches_by_length,
    encoder_and_relations,
    mark_pair,
    mean_pooled_pairs,
    per_pair_classifier,
    relations_alone,
    whole_pipeline,
    with_mentions,
    with_vectors,
)
from benchmarks.speed.timing import take_turns
from benchmarks.speed.training import take_training_turns
from spacy_ddi.component.lookup import component_of
from spacy_ddi.gold import MENTIONS_KEY
from tests.conftest import ROOT

SYSTEMS = (
    whole_pipeline,
    encoder_and_relations,
    relations_alone,
    per_pair_classifier,
    mean_pooled_pairs,
)


@pytest.fixture(scope="module")
def nlp(parts: dict[str, Any]) -> Language:
    overrides = {**parts, "components.ddi_relation.model.pair_encoder.hidden_size": 8}
    return init_nlp(load_config(ROOT / "configs" / "minilm.cfg", overrides=overrides))


@pytest.fixture(scope="module")
def docs(nlp: Language, parts: dict[str, Any]) -> list[Doc]:
    stored = DocBin().from_disk(parts["paths.dev"]).get_docs(nlp.vocab)
    return [doc for doc in stored if len(doc.spans[MENTIONS_KEY]) >= 2]


def test_a_classifier_of_pairs_reads_each_candidate_once_with_its_mentions_marked(
    nlp: Language, docs: list[Doc]
) -> None:
    classifier = PerPairClassifier(nlp)
    texts = classifier.texts(with_mentions(docs, nlp))
    n_pairs = sum(len(component_of(nlp).find_candidates(doc).pairs) for doc in docs)
    assert len(texts) == n_pairs > 5
    assert all(text.count("[E1]") == text.count("[E2]") == 1 for text in texts)
    names = {mention.text for doc in docs for mention in doc.spans[MENTIONS_KEY]}
    read = " ".join(texts)
    assert not any(re.search(rf"\b{re.escape(name)}\b", read) for name in names - {"drug"})
    assert classifier(with_mentions(docs, nlp)) == n_pairs
    pieces = classifier.tokenizer.tokenize("[E1] may alter [E2]")
    assert (pieces[0], pieces[-1]) == ("[E1]", "[E2]")


def test_a_marked_text_keeps_the_other_words(nlp: Language) -> None:
    doc = list_sentence(nlp, 3)
    text = mark_pair(doc, component_of(nlp).find_candidates(doc), 0, 2)
    of = "the level of {} may change under {} , the level of {} may change ."
    assert doc.text.split() == of.format("drug0", "drug1", "drug2").split()
    assert text.split() == of.format("[E1]", "drug", "[E2]").split()


def test_batches_hold_every_text_once_and_little_padding() -> None:
    lengths = np.random.default_rng(0).integers(1, 300, size=200).tolist()
    batches = batches_by_length(lengths, 4096)
    assert sorted(i for batch in batches for i in batch) == list(range(200))
    assert all(len(batch) * max(lengths[i] for i in batch) <= 4096 for batch in batches)
    assert batches_by_length([], 4096) == []


def test_the_encoder_of_a_pair_classifier_is_ours(nlp: Language) -> None:
    ours = nlp.get_pipe("transformer").model.transformer.state_dict()
    theirs = PerPairClassifier(nlp).model.base_model.state_dict()
    assert theirs.keys() <= ours.keys()
    # Theirs has the two marks more.
    assert all(np.array_equal(theirs[name][: len(ours[name])], ours[name]) for name in theirs)


def test_all_systems_are_timed_on_the_same_pairs(nlp: Language, docs: list[Doc]) -> None:
    systems = [system(nlp) for system in SYSTEMS]
    timings = take_turns(systems, docs, repeats=2)
    assert len({timing.n_pairs for timing in timings}) == 1
    assert all(len(timing.seconds) == 2 and min(timing.seconds) > 0 for timing in timings)


def test_ours_leaves_relations_and_the_tutorials_head_scores_all_pairs(
    nlp: Language, docs: list[Doc]
) -> None:
    done = whole_pipeline(nlp).run(with_mentions(docs, nlp))
    assert all(isinstance(doc._.ddi_rels, list) for doc in done)
    ready = with_vectors(nlp, with_mentions(docs, nlp))
    n_pairs = sum(len(component_of(nlp).find_candidates(doc).pairs) for doc in docs)
    assert MeanPooledPairs(nlp)(ready) == n_pairs


@pytest.mark.parametrize("n_mentions", [2, 5, 64])
def test_sentences_grow_with_their_mentions(nlp: Language, n_mentions: int) -> None:
    doc = list_sentence(nlp, n_mentions)
    assert len(doc.spans[MENTIONS_KEY]) == n_mentions
    assert len(doc) < 6 * n_mentions + 3


def test_sentences_with_many_mentions_are_found_in_text(nlp: Language) -> None:
    ruler = Language(nlp.vocab)
    ruler.tokenizer = nlp.tokenizer
    ruler.add_pipe("sentencizer")
    ruler.add_pipe("entity_ruler").add_patterns(
        [{"label": "drug", "pattern": [{"TEXT": {"REGEX": "^drug"}}]}]
    )
    ruler.add_pipe("ddi_relation")
    lines = [list_sentence(nlp, n).text for n in (3, 12, 20, 15)]
    found = many_mentions(ruler, lines, 2)
    assert [len(doc.spans[MENTIONS_KEY]) for doc in found] == [12, 20]


def test_shares_are_those_of_all_components(nlp: Language, docs: list[Doc]) -> None:
    found = shares(nlp, [doc.text for doc in docs[:3]], 2)
    assert list(found) == ["tokenizer", *nlp.pipe_names]
    assert np.sum(list(found.values()), axis=0) == pytest.approx([1, 1])


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux only")
def test_memory_is_what_was_taken() -> None:
    before = read_status("VmRSS")
    megabytes, seconds = measure(lambda: np.ones(200 * 2**17), before=before)
    assert 150 < megabytes < 300
    assert seconds > 0
    alone = tree_megabytes()
    program = "import time; x = b'1' * 200 * 2**20; print('ready', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        together = tree_megabytes()
        child.kill()
    assert 180 < together - alone < 300


def test_training_is_timed_on_the_same_pairs(parts: dict[str, Any]) -> None:
    overrides = {**parts, "components.ddi_relation.model.pair_encoder.hidden_size": 8}
    nlp = init_nlp(load_config(ROOT / "configs" / "minilm.cfg", overrides=overrides))
    examples = list(registry.resolve(nlp.config.interpolate()["corpora"])["train"](nlp))
    timings = take_training_turns(nlp, examples, n_sentences=4, repeats=1)
    assert [timing.system for timing in timings] == ["ours", "per-pair fine-tuning"]
    assert timings[0].n_pairs == timings[1].n_pairs > 0


def test_a_point_is_drawn_where_nothing_else_was_changed() -> None:
    taken = {"seconds": 1.0, "megabytes_above_loaded": 2.0}
    scaling = [
        {"mentions": 4, **taken},
        {"documents": 10, **taken},
        {"documents": 1000, "batch-size": 8, **taken},
        {"documents": 10000, "n-process": 1, **taken},
        {"documents": 10000, "n-process": 1, "seconds": 3.0, "megabytes_above_loaded": 4.0},
        {"documents": 10000, "n-process": 2, **taken},
        {"documents": 10000, "n-process": 2, "plain": 1, **taken},
    ]
    assert points_of(scaling, "mentions") == [(4, 1.0, 2.0)]
    assert points_of(scaling, "documents") == [(10, 1.0, 2.0), (10000, 2.0, 4.0)]
    assert points_of(scaling, "n-process") == [(1, 2.0, 4.0), (2, 1.0, 2.0)]
    assert points_of(scaling, "batch-size") == [(8, 1.0, 2.0)]


def test_readme_and_table_say_what_is_stored(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    figures = srsly.read_json(RESULTS / "speed.json")
    message = "run: python -m benchmarks.speed.report --readme README.md"
    assert renew(readme, MARK, as_markdown(figures)) == readme, message
    shutil.copytree(RESULTS, tmp_path, dirs_exist_ok=True)
    write_report(tmp_path)
    for name in ("table.md", "plot.svg"):
        assert (tmp_path / name).read_text() == (RESULTS / name).read_text(), message
