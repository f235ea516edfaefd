"""Training speed: our update against the fine-tuning loop of a classifier that reads a pair a
text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import perf_counter

import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.util import load_config, registry
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from benchmarks.speed.systems import PerPairClassifier
from benchmarks.speed.timing import Timing
from spacy_ddi.component.lookup import component_of

PAIRS_A_BATCH = 32
"""Texts of a step of the per-pair loop, a usual size."""


def prepare(
    config: Path, train: Path, encoder: Path, parser: str
) -> tuple[Language, list[Example]]:
    """An initialized pipeline, with the training examples of its config.

    config (Path): The config, e.g. `configs/minilm.cfg`.
    train (Path): Training sentences, .spacy.
    encoder (Path): Folder of the encoder.
    parser (str): Pipeline with the parser.
    RETURNS (Tuple[Language, List[Example]]): The pipeline and the examples.
    """
    overrides = {
        "paths.train": str(train),
        "paths.dev": str(train),
        "paths.encoder": str(encoder),
        "paths.parser": parser,
        "system.gpu_allocator": None,
    }
    nlp = init_nlp(load_config(config, overrides=overrides))
    corpora = registry.resolve(nlp.config.interpolate()["corpora"])
    return nlp, list(corpora["train"](nlp))


def take_training_turns(
    nlp: Language, examples: Sequence[Example], *, n_sentences: int, repeats: int, seed: int = 0
) -> list[Timing]:
    """Time both kinds of training on the same sentences, in turns.

    nlp (Language): An initialized pipeline.
    examples (Sequence[Example]): Training examples.
    n_sentences (int): Drawn from them for each round.
    repeats (int): Rounds that count, after one that does not.
    seed (int): Of the draw.
    RETURNS (List[Timing]): Of ours and of the per-pair loop.
    """
    chosen = Random(seed).sample(list(examples), n_sentences)
    ours = OurTraining(nlp)
    theirs = PerPairTraining(nlp)
    pairs = theirs.pairs(chosen)
    seconds: dict[str, list[float]] = {"ours": [], "per-pair fine-tuning": []}
    steps: dict[str, Callable[[], None]] = {
        "ours": lambda: ours(chosen),
        "per-pair fine-tuning": lambda: theirs(pairs),
    }
    for round_number in range(repeats + 1):
        for name, step in steps.items():
            start = perf_counter()
            step()
            if round_number:
                seconds[name].append(perf_counter() - start)
    return [Timing(name, len(pairs), values) for name, values in seconds.items()]


class OurTraining:
    """What `spacy train` does with some examples, batch by batch, as the config has it.

    nlp (Language): An initialized pipeline.
    """

    def __init__(self, nlp: Language) -> None:
        settings = registry.resolve(nlp.config.interpolate()["training"])
        self.nlp = nlp
        self.optimizer = settings["optimizer"]
        self.batcher = settings["batcher"]
        self.frozen = settings["frozen_components"]
        self.annotating = settings["annotating_components"]

    def __call__(self, examples: Sequence[Example]) -> None:
        for batch in self.batcher(examples):
            fresh = [Example(e.predicted.copy(), e.reference) for e in batch]
            self.nlp.update(
                fresh,
                sgd=self.optimizer,
                exclude=self.frozen,
                annotates=self.annotating,
            )


class PerPairTraining:
    """Fine-tuning of a sequence classifier on marked pairs: AdamW, cross-entropy, batches of
    similar length. As in ours the arithmetic is bfloat16, the embeddings are frozen, and attention
    is not fused, since its gradient is slow.

    nlp (Language): Gives encoder, tokenizer and candidates.
    """

    def __init__(self, nlp: Language) -> None:
        self.classifier = PerPairClassifier(nlp)
        self.component = component_of(nlp)
        self.model = self.classifier.model
        self.model.base_model.embeddings.requires_grad_(False)
        learned = [weight for weight in self.model.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(learned, lr=5e-5)

    def pairs(self, examples: Sequence[Example]) -> list[tuple[list[int], int]]:
        """Word pieces and class of every candidate pair."""
        docs: list[Doc] = [example.predicted for example in examples]
        texts = self.classifier.texts(docs)
        classes = [
            int(row.argmax())
            for example in examples
            for row in self.component.find_targets(
                example, self.component.find_candidates(example.predicted)
            )
        ]
        encoded = self.classifier.tokenizer(texts, truncation=True, max_length=512)["input_ids"]
        return list(zip(encoded, classes, strict=True))

    def __call__(self, pairs: Sequence[tuple[list[int], int]]) -> None:
        self.model.train()
        ordered = sorted(pairs, key=lambda pair: len(pair[0]))
        for start in range(0, len(ordered), PAIRS_A_BATCH):
            batch = ordered[start : start + PAIRS_A_BATCH]
            inputs = self.classifier.tokenizer.pad(
                {"input_ids": [ids for ids, _ in batch]}, return_tensors="pt"
            )
            with sdpa_kernel(SDPBackend.MATH), torch.autocast("cpu", torch.bfloat16):
                logits = self.model(**inputs).logits
            loss = nn.functional.cross_entropy(
                logits.float(), torch.tensor([label for _, label in batch])
            )
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
