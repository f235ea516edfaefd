"""Training speed: our update against fine-tuning of a classifier that reads a pair a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from spacy.language import Language
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.util import load_config, registry
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import cross_entropy

from benchmarks.speed.systems import PerPairClassifier, System

PAIRS_A_BATCH = 32
"""Texts of a step of the per-pair loop, a usual size."""

Pair = tuple[list[int], int]
"""Word pieces and class."""


def prepare(config: Path, paths: dict[str, str]) -> tuple[Language, list[Example]]:
    """An initialized pipeline, and the training examples of its config with some `[paths]`."""
    overrides = {f"paths.{name}": path for name, path in paths.items()}
    nlp = init_nlp(load_config(config, overrides={**overrides, "system.gpu_allocator": None}))
    corpora = registry.resolve(nlp.config.interpolate()["corpora"])
    return nlp, list(corpora["train"](nlp))


def training_systems(nlp: Language, examples: Sequence[Example]) -> dict[str, System]:
    """Both kinds of training, on the same examples."""
    classifier = PerPairClassifier(nlp)
    pairs = marked_pairs(classifier, examples)
    return {
        "ours": System(our_training(nlp), copies),
        "per-pair fine-tuning": System(per_pair_training(classifier), lambda _: pairs),
    }


def copies(examples: Sequence[Example]) -> list[Example]:
    """The same examples, not yet annotated by an earlier round."""
    return [Example(example.predicted.copy(), example.reference) for example in examples]


def our_training(nlp: Language) -> Callable[[Sequence[Example]], None]:
    """What `spacy train` does with some examples, batch by batch, as the config has it."""
    settings = registry.resolve(nlp.config.interpolate()["training"])
    frozen, annotates = settings["frozen_components"], settings["annotating_components"]

    def run(examples: Sequence[Example]) -> None:
        for batch in settings["batcher"](examples):
            nlp.update(batch, sgd=settings["optimizer"], exclude=frozen, annotates=annotates)

    return run


def marked_pairs(classifier: PerPairClassifier, examples: Sequence[Example]) -> list[Pair]:
    """Word pieces and class of every candidate pair, short texts first."""
    component = classifier.component
    classes = [
        int(row.argmax())
        for example in examples
        for row in component.find_targets(example, component.find_candidates(example.predicted))
    ]
    encoded = classifier.encode([example.predicted for example in examples])
    return sorted(zip(encoded, classes, strict=True), key=lambda pair: len(pair[0]))


def per_pair_training(classifier: PerPairClassifier) -> Callable[[Sequence[Pair]], None]:
    """Fine-tuning of a sequence classifier on marked pairs: AdamW, cross-entropy, batches of
    similar length. As in ours the arithmetic is bfloat16, the embeddings are frozen, and attention
    is not fused, since its gradient is slow."""
    model = classifier.model
    model.base_model.embeddings.requires_grad_(False)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=5e-5)

    def run(pairs: Sequence[Pair]) -> None:
        model.train()
        for start in range(0, len(pairs), PAIRS_A_BATCH):
            pieces, classes = zip(*pairs[start : start + PAIRS_A_BATCH], strict=True)
            with sdpa_kernel(SDPBackend.MATH), torch.autocast("cpu", torch.bfloat16):
                logits = classifier.logits(pieces)
            cross_entropy(logits, torch.tensor(classes)).backward()
            optimizer.step()
            optimizer.zero_grad()

    return run
