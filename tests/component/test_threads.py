"""One pipeline in several threads gives what one thread gives, whatever the others do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.annotations import make_relation
from tests.tiny_bert import make_tiny_transformer

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)

N_THREADS = 8
REPEATS = 80

TINY_TEXTS = [
    "the iron alters the zinc .",
    "iron , salts and zinc alter the salts , as it is said",
    "zinc .",
    "much zinc alters the iron .\nNo iron alters salts",
    "salts alter iron",
]
TEXTS = [
    "Cholestyramine binds levothyroxine in the gut and reduces its absorption; the two should be "
    "taken at least four hours apart.",
    "Fluconazole increases the plasma concentration of warfarin.",
    "- Avoid tramadol with phenelzine.\n- Digoxin levels rise when amiodarone is given.",
    "Nothing is known of lisinopril.",
    "Rifampicin lowers the levels of oral\ncontraceptives, and ketoconazole raises those of "
    "midazolam.",
]

Found = list[tuple[int, int, str, float]]


def relations(doc: Doc) -> Found:
    return [(r["head_start"], r["tail_start"], r["label"], r["score"]) for r in doc._.ddi_rels]


def assert_same(found: Found, expected: Found) -> None:
    """Scores may differ in their last digits: a batch of other texts is computed otherwise."""
    assert [each[:3] for each in found] == [each[:3] for each in expected]
    np.testing.assert_allclose([e[3] for e in found], [e[3] for e in expected], atol=2e-5)


def make_examples(nlp: Language) -> list[Example]:
    """In each of two texts, the first two mentions interact."""
    find_mentions = nlp.get_pipe("entity_ruler")
    examples = []
    for text in TINY_TEXTS[:2]:
        predicted, reference = (find_mentions(nlp.make_doc(text)) for _ in range(2))
        first, second = ((entity.start, entity.end) for entity in reference.ents[:2])
        reference._.ddi_rels = [make_relation(first, second, "effect", 1.0)]
        examples.append(Example(predicted, reference))
    return examples


@pytest.fixture
def tiny(tmp_path: Path) -> Language:
    """An untrained pipeline with so much dropout that no score survives it."""
    make_tiny_transformer(tmp_path)
    candidates = {"@misc": "spacy-ddi.CandidateFinder.v1", "mention_labels": ["DRUG"]}
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler")
    patterns = [{"label": "DRUG", "pattern": name} for name in ("iron", "zinc", "salts")]
    nlp.config["initialize"]["components"]["entity_ruler"] = {"patterns": patterns}
    encoder = {
        "@architectures": "spacy-ddi.PackedTransformer.v1",
        "name": str(tmp_path),
        "get_spans": {"@span_getters": "spacy-ddi.blinded_sents.v2", "candidates": candidates},
        "transformer_config": {
            "attention_probs_dropout_prob": 0.5,
            "hidden_dropout_prob": 0.5,
        },
    }
    nlp.add_pipe("transformer", config={"model": encoder})
    listener = {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "spacy-ddi.first_word_piece.v1"},
    }
    settings = {
        "model": {"dropout": 0.9, "tok2vec": listener},
        "candidates": candidates,
        "missing_parse": "chain",
        "threshold": 0.0,
    }
    component = nlp.add_pipe("ddi_relation", config=settings)
    for label in ("effect", "mechanism"):
        component.add_label(label)
    spacy.util.fix_random_seed(0)
    nlp.initialize(lambda: make_examples(nlp))
    return nlp


@pytest.fixture(scope="module")
def shipped() -> Language:
    pytest.importorskip("en_ddi_minilm", reason="the shipped pipeline is not installed")
    return spacy.load("en_ddi_minilm")


@pytest.fixture
def two_torch_threads() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def run_together(calls: list[Callable[[], Any]]) -> list[Any]:
    """What calls return, made by a number of threads."""
    with ThreadPoolExecutor(N_THREADS) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def assert_threads_agree(nlp: Language, texts: list[str], repeats: int) -> None:
    expected = {text: relations(nlp(text)) for text in texts}
    assert sum(map(len, expected.values())) > 3
    asked = [texts[i % len(texts)] for i in range(repeats)]
    found = run_together([lambda text=text: relations(nlp(text)) for text in asked])
    for text, each in zip(asked, found, strict=True):
        assert_same(each, expected[text])


@pytest.mark.usefixtures("two_torch_threads")
def test_dropout_acts_in_no_thread(tiny: Language) -> None:
    assert_threads_agree(tiny, TINY_TEXTS, REPEATS)


@pytest.mark.usefixtures("two_torch_threads")
def test_dropout_acts_in_no_thread_of_a_loaded_or_trained_pipeline(
    tiny: Language, tmp_path: Path
) -> None:
    tiny.to_disk(tmp_path / "stored")
    loaded = spacy.load(tmp_path / "stored")
    assert_threads_agree(loaded, TINY_TEXTS, 50)
    for name in ("transformer", "ddi_relation"):
        tiny.get_pipe(name).from_bytes(loaded.get_pipe(name).to_bytes())
    assert_threads_agree(tiny, TINY_TEXTS, 50)
    loaded.update(make_examples(loaded), sgd=loaded.create_optimizer())
    assert_threads_agree(loaded, TINY_TEXTS, 50)


@pytest.mark.usefixtures("two_torch_threads")
def test_streams_and_evaluation_disturb_no_other_thread(tiny: Language) -> None:
    expected = {text: relations(tiny(text)) for text in TINY_TEXTS}
    scores = tiny.evaluate(make_examples(tiny))

    def stream() -> list[Found]:
        return [relations(doc) for doc in tiny.pipe(TINY_TEXTS * 4, batch_size=3)]

    def evaluate() -> dict[str, Any]:
        return tiny.evaluate(make_examples(tiny))

    single = [lambda text=text: relations(tiny(text)) for text in TINY_TEXTS * 10]
    found = run_together([stream, *single[:25], evaluate, stream, *single[25:], evaluate])
    for text, each in zip(TINY_TEXTS * 4, found[0], strict=True):
        assert_same(each, expected[text])
    assert found[27] == found[0]
    for i in (26, -1):
        assert {name: found[i][name] for name in scores if name.startswith("ddi")} == {
            name: score for name, score in scores.items() if name.startswith("ddi")
        }
    for text, each in zip(TINY_TEXTS * 10, found[1:26] + found[28:-1], strict=True):
        assert_same(each, expected[text])


@pytest.mark.usefixtures("two_torch_threads")
def test_the_shipped_pipeline_gives_one_result(shipped: Language) -> None:
    assert_threads_agree(shipped, TEXTS, REPEATS)
    assert run_together([torch.get_num_threads] * 20) == [2] * 20
