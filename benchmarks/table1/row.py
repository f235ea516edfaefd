"""Train one row, or score it, in the working folder: the commands of its project."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from math import ceil, comb
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Any

import spacy
import srsly
import typer
from spacy.cli.train import train as spacy_train
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import dict_to_dot, load_config

from benchmarks.speed.systems import take_turns, whole_pipeline
from benchmarks.table1.report import ANY
from benchmarks.table1.rows import read_rows
from spacy_ddi.annotations import install_extensions
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import gold_mentions_of
from spacy_ddi.scoring.counts import all_labels, count_by_document
from spacy_ddi.scoring.evaluation import annotate
from spacy_ddi.scoring.submission import submission_lines
from spacy_ddi.training.torch_modules import torch_modules

WARMUP = 0.115
"""Share of the steps in which the rate rises, as in `configs/minilm.cfg`."""

app = typer.Typer(add_completion=False)
Name = Annotated[str, typer.Argument(help="Name of the row.")]


@app.command()
def train(
    name: Name,
    seed: int,
    epochs: int,
    train: Annotated[Path, typer.Option(help="Training sentences, .spacy.")],
    encoder: Annotated[str, typer.Option()],
    vectors: Annotated[str, typer.Option()],
    parser: Annotated[str, typer.Option()],
) -> None:
    """Train a row. No epoch is chosen: it is evaluated at the end, and the last weights count."""
    config = read_rows()[name].config()
    docs = read_sentences(train, spacy.blank("en"))
    with_pairs = [doc for doc in docs if len(gold_mentions_of(doc)) >= 2]
    # spaCy evaluates in training too. What counts is scored later, so one sentence will do.
    write_docbin(with_pairs[:1], Path("watched.spacy"))
    steps = epochs * ceil(len(with_pairs) / config["training"]["batcher"]["size"])
    paths = {"train": str(train), "dev": "watched.spacy", "encoder": encoder, "parser": parser}
    if "vectors" in config["paths"]:
        paths["vectors"] = vectors
    overrides: dict[str, Any] = {
        **{f"paths.{name}": path for name, path in paths.items()},
        "system.seed": seed,
        "system.gpu_allocator": None,
        "training.max_steps": steps,
        "training.eval_frequency": steps,
        "training.optimizer.learn_rate.total_steps": steps + 1,
        "training.optimizer.learn_rate.warmup_steps": round(WARMUP * steps),
    }
    config.to_disk("config.cfg", interpolate=False)
    start = perf_counter()
    spacy_train(Path("config.cfg"), Path(), overrides=overrides)
    srsly.write_json("seconds.json", perf_counter() - start)
    shutil.rmtree("model-best")


@app.command()
def score(
    name: Name,
    seed: int,
    epochs: int,
    trained: Annotated[Path, typer.Argument(help="Folder in which it was trained.")],
    parts: Annotated[list[Path], typer.Argument(help="Development sentences, official test part.")],
) -> None:
    """Score a trained row on .spacy files or folders of XML, and time it on the first."""
    row = read_rows()[name]
    # With another row's weights its own settings are what the last file says.
    changed = dict_to_dot(load_config(row.files()[-1])) if row.weights else {}
    nlp = spacy.load(trained / "model-last", config=changed)
    component = component_of(nlp)
    counts = {}
    for part, path in zip(("dev", "test"), parts, strict=False):
        docs = read_sentences(path, nlp)
        key = component.candidates.mentions.spans_key
        examples = list(annotate(nlp, docs, mentions="gold", spans_key=key))
        counts[part] = counts_of(examples, component.labels)
        lines = [line for line in submission_lines(examples) if not line.endswith("|null")]
        Path(f"scored.{part}.txt").write_text("".join(f"{line}\n" for line in lines), "utf8")
    docs = list(read_sentences(parts[0], nlp))
    (seconds,) = take_turns({name: whole_pipeline(nlp)}, docs, repeats=3).values()
    run = {
        "row": name,
        "seed": seed,
        "epochs": epochs,
        "parameters": count_parameters(nlp),
        "train_seconds": srsly.read_json(trained / "seconds.json"),
        # Also those that the negative filter drops, through all components but the recognizer.
        "pairs_a_second": sum(comb(len(gold_mentions_of(d)), 2) for d in docs) / median(seconds),
        "counts": counts,
    }
    Path("scored.json").write_text(srsly.json_dumps(run) + "\n", encoding="utf8")


def read_sentences(path: Path, nlp: Language) -> Iterable[Doc]:
    """Gold Docs of a .spacy file, or of a folder with the corpus's XML."""
    install_extensions()
    if path.is_dir():
        return read_docs(path, nlp.make_doc)
    return DocBin().from_disk(path).get_docs(nlp.vocab)


def counts_of(
    examples: Sequence[Example], labels: Sequence[str]
) -> dict[str, dict[str, list[int]]]:
    """For each document and type: true positives, false positives and false negatives."""
    return {
        document: {
            label: [tally.tp, tally.fp, tally.fn]
            for label, tally in [*counts.per_type.items(), (ANY, counts.detection)]
        }
        for document, counts in count_by_document(examples, all_labels(examples, labels)).items()
    }


def count_parameters(nlp: Language) -> int:
    """Numbers in encoder, network and static vectors, without the parser's."""
    count = sum(p.numel() for module in torch_modules(nlp) for p in module.parameters())
    for name in {"transformer", "ddi_relation"} & set(nlp.pipe_names):
        for layer in nlp.get_pipe(name).model.walk():  # type: ignore[attr-defined]
            count += sum(layer.get_param(p).size for p in layer.param_names if layer.has_param(p))
    return count + int(nlp.vocab.vectors.data.size)


if __name__ == "__main__":
    app()
