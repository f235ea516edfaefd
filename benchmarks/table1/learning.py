"""How a row learns: for a number of epochs, or until documents that were held out say stop.

spaCy's own loop does the steps. `spacy train` is not used: it can stop by a score alone, and it
would parse the same sentences again in every epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.language import Language
from spacy.schemas import ConfigSchemaTraining
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.loop import create_train_batches, train_while_improving
from spacy.util import fix_random_seed, minibatch, registry, resolve_dot_names
from thinc.api import Config

from benchmarks.folds import draw_folds
from spacy_ddi.component.lookup import component_of
from spacy_ddi.component.targets import NONE_CLASS
from spacy_ddi.corpora.docs import copy_parse, make_examples
from spacy_ddi.gold import DOCUMENT_ID

BATCH_SIZE = 64
HELD_OUT = 10
"""One document in so many is held out, where a row learns until it is no longer better on them."""

WARMUP = 0.115
"""Share of the steps in which the rate rises, as in `configs/minilm.cfg`."""

LONG = 1_000_000
"""Epochs in which a rate that should stay falls to zero."""


def parse(nlp: Language, docs: Sequence[Doc]) -> None:
    """Give gold Docs the parse that a pipeline finds, so that no epoch parses them again.

    nlp (Language): The pipeline with the parser, and the Docs' vocab.
    docs (Sequence[Doc]): The Docs, changed in place.
    """
    names = [name for name in ("tok2vec", "parser") if name in nlp.pipe_names]
    with nlp.select_pipes(enable=names):
        examples = make_examples(docs, nlp.make_doc, gold_mentions=True)
        parsed = nlp.pipe((example.predicted for example in examples), batch_size=BATCH_SIZE)
        for doc, found in zip(docs, parsed, strict=True):
            copy_parse(found, doc)


def hold_out(docs: Sequence[Doc], seed: int) -> tuple[list[Doc], list[Doc]]:
    """Split sentences by document: those to learn from, and those of the documents held out."""
    ids = {doc.user_data[DOCUMENT_ID] for doc in docs}
    chosen = set(draw_folds(ids, HELD_OUT, seed)[0])
    kept = [doc for doc in docs if doc.user_data[DOCUMENT_ID] not in chosen]
    return kept, [doc for doc in docs if doc.user_data[DOCUMENT_ID] in chosen]


def settings_of_length(
    config: Config, *, n_sentences: int, epochs: int, patience: int
) -> dict[str, Any]:
    """Settings of a training of some length.

    config (Config): The row's config.
    n_sentences (int): Sentences that it learns from.
    epochs (int): Times that they are read; with patience, the most.
    patience (int): As of `learn`; 0 for none. With it the rate does not fall, since nobody knows
        when it should reach zero.
    RETURNS (Dict[str, Any]): The settings, by dot paths.
    """
    of_epoch = ceil(n_sentences / config["training"]["batcher"]["size"])
    steps = epochs * of_epoch
    settings = {
        "training.max_steps": steps,
        "training.eval_frequency": of_epoch if patience else steps,
    }
    if isinstance(config["training"]["optimizer"]["learn_rate"], dict):
        rate = "training.optimizer.learn_rate"
        settings[f"{rate}.total_steps"] = LONG * of_epoch if patience else steps + 1
        settings[f"{rate}.warmup_steps"] = of_epoch if patience else round(WARMUP * steps)
    return settings


def learn(
    nlp: Language, output: Path, held_out: Sequence[Example], *, watch: str, patience: int
) -> list[dict[str, float]]:
    """Train an initialized pipeline as its `[training]` says, and store it.

    nlp (Language): The pipeline.
    output (Path): Gets the last weights; with held-out examples, those of the best epoch.
    held_out (Sequence[Example]): Parsed examples of the documents held out; none for no stopping.
    watch (str): What tells a better epoch on them: a lower "loss", or a higher "f".
    patience (int): It ends when so many epochs have brought neither a lower loss on them nor a
        higher F1; with 0 all epochs are learned.
    RETURNS (List[Dict[str, float]]): For each epoch after which there was a look: its number, and
        the `loss` and `f` on the held-out examples.
    """
    config = nlp.config.interpolate()
    fix_random_seed(config["training"]["seed"])
    training = registry.resolve(config["training"], schema=ConfigSchemaTraining)
    (corpus,) = resolve_dot_names(config, [training["train_corpus"]])
    optimizer = training["optimizer"]
    looks: list[dict[str, float]] = []

    def look() -> tuple[float, dict[str, float]]:
        if not held_out:
            return 0.0, {}
        found = loss_of(nlp, held_out, frozen=training["frozen_components"])
        return {"loss": -found["loss"], "f": found["f"]}[watch], found

    for _, info, is_best in train_while_improving(
        nlp,
        optimizer,
        create_train_batches(nlp, corpus, training["batcher"], training["max_epochs"]),
        look,
        dropout=training["dropout"],
        eval_frequency=training["eval_frequency"],
        accumulate_gradient=training["accumulate_gradient"],
        patience=training["patience"],
        max_steps=training["max_steps"],
        exclude=training["frozen_components"],
        annotating_components=training["annotating_components"],
        before_update=training["before_update"],
    ):
        if is_best is None:
            continue
        # The first look is after the first step.
        looks.append({"epoch": len(looks), "seconds": info["seconds"], **info["other_scores"]})
        print(srsly.json_dumps(looks[-1]), flush=True)
        if is_best or not held_out:
            with nlp.use_params(optimizer.averages):
                nlp.to_disk(output)
        if patience and len(looks) - 1 - last_better(looks) >= patience:
            break
    return looks


def last_better(looks: Sequence[dict[str, float]]) -> int:
    """The last epoch that was better than all before it, by loss or by F1. F1 on few documents
    jumps, and the loss rises while F1 still does, so that either by itself ends too early."""
    losses, scores = [look["loss"] for look in looks], [look["f"] for look in looks]
    return max(losses.index(min(losses)), scores.index(max(scores)))


def loss_of(
    nlp: Language, examples: Sequence[Example], *, frozen: Sequence[str]
) -> dict[str, float]:
    """The mean negative log probability of what is true of candidate pairs, and their micro F1.

    nlp (Language): The pipeline.
    examples (Sequence[Example]): Parsed examples; none is changed.
    frozen (Sequence[str]): Components that need not run.
    RETURNS (Dict[str, float]): `loss` and `f`.
    """
    true, probs = map(np.concatenate, zip(*_truth_and_probs(nlp, examples, frozen), strict=True))
    loss = -np.log(np.maximum((true * probs).sum(axis=1), 1e-9)).mean()
    gold, found = true.argmax(axis=1), probs.argmax(axis=1)
    tp = ((gold == found) & (gold != NONE_CLASS)).sum()
    n = (gold != NONE_CLASS).sum() + (found != NONE_CLASS).sum()
    return {"loss": float(loss), "f": float(2 * tp / max(n, 1))}


def _truth_and_probs(
    nlp: Language, examples: Sequence[Example], frozen: Sequence[str]
) -> Iterator[tuple[Any, Any]]:
    """Of each example the targets and the probabilities of its candidate pairs, shape (P, C)."""
    component: Any = component_of(nlp)
    encoders: list[Callable[..., Any]] = [
        pipe.pipe  # type: ignore[attr-defined]
        for name, pipe in nlp.pipeline
        if name not in frozen and pipe is not component
    ]
    for batch in minibatch(examples, BATCH_SIZE):
        docs = [example.predicted.copy() for example in batch]
        for encode in encoders:
            docs = list(encode(docs, batch_size=BATCH_SIZE))
        for doc, example, said in zip(docs, batch, component.predict(docs), strict=True):
            pairs = Example(doc, example.reference)
            yield component.find_targets(pairs, said.candidates), said.probs
