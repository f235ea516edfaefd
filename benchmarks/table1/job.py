"""One run: train a row with one seed, score it, store the result. A process of its own.

python -m benchmarks.table1.job full 1 --epochs 3 --train corpus/train.spacy ...
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import spacy
import typer
from spacy.cli.train import train as spacy_train
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import ensure_path
from thinc.api import Config

from benchmarks.table1.results import Run, count_lists, read_run, write_run
from benchmarks.table1.rows import Row, read_rows
from spacy_ddi.annotations import get_relations, gold_mentions_of, install_extensions
from spacy_ddi.pipeline.pipes import component_of
from spacy_ddi.scoring.counts import all_labels, count_by_document
from spacy_ddi.scoring.evaluation import annotate, summarize
from spacy_ddi.scoring.submission import submission_lines
from spacy_ddi.training.torch_modules import torch_modules

WARMUP = 0.115
"""Share of the steps in which the rate rises, as in `configs/minilm.cfg`."""


def main(
    name: Annotated[str, typer.Argument(help="Name of the row.")],
    seed: Annotated[int, typer.Argument()],
    epochs: Annotated[int, typer.Option(help="Times the training sentences are read.")],
    train: Annotated[Path, typer.Option(exists=True, help="Training sentences, .spacy.")],
    dev: Annotated[Path, typer.Option(exists=True, help="Development sentences, .spacy.")],
    encoder: Annotated[Path, typer.Option(exists=True, help="Folder of the encoder.")],
    vectors: Annotated[str, typer.Option(help="Pipeline with static vectors.")],
    parser: Annotated[str, typer.Option(help="Pipeline with the parser.")],
    results: Annotated[Path, typer.Option(help="Where results are stored.")],
    models: Annotated[Path, typer.Option(help="Where trained pipelines are stored.")],
    test: Annotated[Path | None, typer.Option(exists=True, help="Official test part.")] = None,
) -> None:
    """Train and score a row, unless its result is there."""
    install_extensions()
    (row,) = [row for row in read_rows() if row.name == name]
    config = row.config()
    parts = {"dev": dev} if test is None else {"dev": dev, "test": test}
    given = {
        "paths.train": str(train),
        "paths.dev": str(dev),
        "paths.encoder": str(encoder),
        "paths.parser": parser,
        "system.seed": seed,
        "system.gpu_allocator": None,
    }
    if "vectors" in config["paths"]:
        given["paths.vectors"] = vectors
    given.update(schedule(config, train, epochs * row.patience))
    digest = fingerprint(config, given, [train, *parts.values()])
    if is_done(results, row, seed, digest):
        return
    start = perf_counter()
    output = models / f"{row.weights or row.name}.seed{seed}"
    if row.weights is None:
        path = output / "config.cfg"
        output.mkdir(parents=True, exist_ok=True)
        config.to_disk(path, interpolate=False)
        spacy_train(path, output, overrides=given)
        seconds = perf_counter() - start
    else:
        trained = read_run(results, row.weights, seed)
        seconds = 0.0 if trained is None else trained.train_seconds
    nlp = load(row, output / "model-last")
    scores, counts = {}, {}
    for part, path in parts.items():
        examples = list(annotate(nlp, read_sentences(path, nlp), mentions="gold"))
        scores[part], counts[part] = score(nlp, examples)
        found = [line for line in submission_lines(examples) if not line.endswith("|null")]
        results.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{line}\n" for line in found)
        (results / f"{row.name}.seed{seed}.{part}.txt").write_text(lines, encoding="utf8")
    run = Run(
        row=row.name,
        seed=seed,
        fingerprint=digest,
        epochs=epochs * row.patience,
        parameters=count_parameters(nlp),
        train_seconds=seconds,
        scores=scores,
        counts=counts,
    )
    write_run(results, run)


def is_done(results: Path, row: Row, seed: int, digest: str) -> bool:
    """Whether a run is stored that depends on the same things."""
    run = read_run(results, row.name, seed)
    return run is not None and run.fingerprint == digest


def schedule(config: Config, train: Path, epochs: int) -> dict[str, Any]:
    """The steps of a number of epochs, scored at their end alone: no epoch is chosen."""
    nlp = spacy.blank("en")
    n_sentences = sum(
        len(gold_mentions_of(doc)) >= 2 for doc in DocBin().from_disk(train).get_docs(nlp.vocab)
    )
    steps = epochs * ceil(n_sentences / config["training"]["batcher"]["size"])
    return {
        "training.max_steps": steps,
        "training.eval_frequency": steps,
        "training.optimizer.learn_rate.total_steps": steps + 1,
        "training.optimizer.learn_rate.warmup_steps": round(WARMUP * steps),
    }


def fingerprint(config: Config, given: dict[str, Any], corpora: Sequence[Path]) -> str:
    """Digest of what a run depends on: its config, and what the corpus files hold."""
    digest = sha256(config.to_str(interpolate=False).encode("utf8"))
    for setting, value in sorted(given.items()):
        if not setting.startswith("paths."):
            digest.update(f"{setting}={value}\n".encode())
    nlp = spacy.blank("en")
    for path in corpora:  # whose bytes are not the same each time they are written
        for doc in read_sentences(path, nlp):
            mentions = [(m.start, m.end, m.label_) for m in gold_mentions_of(doc)]
            digest.update(repr((doc.text, mentions, get_relations(doc))).encode("utf8"))
    return digest.hexdigest()[:16]


def load(row: Row, path: Path) -> Language:
    """A trained pipeline under the row's config, where that differs from the one trained."""
    component = row.config()["components"]["ddi_relation"]
    return spacy.load(
        path,
        config={"components.ddi_relation.decoding": component["decoding"]}
        if "decoding" in component
        else {},
    )


def read_sentences(path: Path, nlp: Language) -> list[Doc]:
    """The sentences of a .spacy file."""
    return list(DocBin().from_disk(ensure_path(path)).get_docs(nlp.vocab))


def score(
    nlp: Language, examples: Sequence[Example]
) -> tuple[dict[str, Any], dict[str, dict[str, list[int]]]]:
    """The figures of annotated examples, and the counts of their documents."""
    component = component_of(nlp)
    figures = summarize(
        examples,
        labels=component.labels,
        mentions="gold",
        find_candidates=component.find_candidates,
        source=component.mentions,
    )
    labels = all_labels(examples, component.labels)
    return figures, count_lists(count_by_document(examples, labels))


def count_parameters(nlp: Language) -> int:
    """Weights of the encoder and the network, without parser and static vectors."""
    names = ("transformer", "ddi_relation")
    n_torch = sum(weight.numel() for module in torch_modules(nlp) for weight in module.parameters())
    n_thinc = 0
    for name in names:
        if nlp.has_pipe(name):
            for layer in nlp.get_pipe(name).model.walk():
                n_thinc += sum(
                    layer.get_param(param).size
                    for param in layer.param_names
                    if layer.has_param(param)
                )
    return n_torch + n_thinc


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    typer.run(main)
