"""Train one row, or score it, in the working folder: the commands of its project."""

from __future__ import annotations

import shutil
from math import ceil, comb
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import spacy
import srsly
import typer
from spacy.cli.train import train as spacy_train
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import dict_to_dot, load_config

from benchmarks.speed.systems import take_turns, whole_pipeline
from benchmarks.table1.report import ANY
from benchmarks.table1.rows import read_rows
from spacy_ddi.cli.light_imports import import_transformers
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docbin import read_docbin, write_docbin
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import gold_mentions_of
from spacy_ddi.scoring.counts import all_labels, count_by_document
from spacy_ddi.scoring.evaluation import annotate
from spacy_ddi.scoring.submission import submission_lines
from spacy_ddi.training.torch_modules import torch_modules

WARMUP = 0.115
"""Share of the steps in which the rate rises, as in `configs/minilm.cfg`."""

app = typer.Typer(add_completion=False)


@app.command()
def train(
    name: Annotated[str, typer.Argument(help="Name of the row.")],
    seed: int,
    epochs: int,
    train: Annotated[Path, typer.Option(help="Training sentences, .spacy.")],
    encoder: Annotated[str, typer.Option()],
    vectors: Annotated[str, typer.Option()],
    parser: Annotated[str, typer.Option()],
    molecules: Annotated[str | None, typer.Option(help="For rows that read molecules.")] = None,
) -> None:
    """Train a row. No epoch is chosen: it is evaluated at the end, and the last weights count."""
    config = read_rows()[name].config()
    docs = read_docbin(train, spacy.blank("en").vocab)
    with_pairs = [doc for doc in docs if len(gold_mentions_of(doc)) >= 2]
    # spaCy evaluates in training too. What counts is scored later, so one sentence will do.
    write_docbin(with_pairs[:1], Path("watched.spacy"))
    steps = epochs * ceil(len(with_pairs) / config["training"]["batcher"]["size"])
    overrides = {
        "paths.train": str(train),
        "paths.dev": "watched.spacy",
        "paths.encoder": encoder,
        "paths.parser": parser,
        **({"paths.vectors": vectors} if "vectors" in config["paths"] else {}),
        **({"paths.molecules": molecules} if "molecules" in config["paths"] else {}),
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
    name: Annotated[str, typer.Argument(help="Name of the row.")],
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
    counts = {}
    for part, path in zip(("dev", "test"), parts, strict=False):
        counts[part] = score_part(nlp, read_sentences(path, nlp), Path(f"scored.{part}.txt"))
    docs = read_sentences(parts[0], nlp)
    (seconds,) = take_turns({name: whole_pipeline(nlp)}, docs, repeats=3).values()
    # Also those that the negative filter drops, through all components but the recognizer.
    n_pairs = sum(comb(len(gold_mentions_of(doc)), 2) for doc in docs)
    run = {
        "row": name,
        "seed": seed,
        "epochs": epochs,
        "parameters": count_parameters(nlp),
        "train_seconds": srsly.read_json(trained / "seconds.json"),
        "pairs_a_second": n_pairs / median(seconds),
        "counts": counts,
    }
    Path("scored.json").write_text(srsly.json_dumps(run) + "\n", encoding="utf8")


def read_sentences(path: Path, nlp: Language) -> list[Doc]:
    """Gold Docs of a .spacy file, or of a folder with the corpus's XML."""
    return list(read_docs(path, nlp.make_doc) if path.is_dir() else read_docbin(path, nlp.vocab))


def score_part(nlp: Language, docs: list[Doc], found: Path) -> dict[str, dict[str, list[int]]]:
    """Write the pairs that are found as submission lines; for each document and type the true
    positives, false positives and false negatives."""
    component = component_of(nlp)
    spans_key = component.candidates.mentions.spans_key
    examples = list(annotate(nlp, docs, mentions="gold", spans_key=spans_key))
    lines = (line for line in submission_lines(examples) if not line.endswith("|null"))
    found.write_text("".join(f"{line}\n" for line in lines), encoding="utf8")
    documents = count_by_document(examples, all_labels(examples, component.labels))
    return {
        document: {
            label: [tally.tp, tally.fp, tally.fn]
            for label, tally in [*counts.per_type.items(), (ANY, counts.detection)]
        }
        for document, counts in documents.items()
    }


def count_parameters(nlp: Language) -> int:
    """Numbers in encoder, network and static vectors, without the parser's."""
    count = sum(p.numel() for module in torch_modules(nlp) for p in module.parameters())
    for name in {"transformer", "ddi_relation"} & set(nlp.pipe_names):
        for layer in nlp.get_pipe(name).model.walk():  # type: ignore[attr-defined]
            count += sum(layer.get_param(p).size for p in layer.param_names if layer.has_param(p))
    return count + int(nlp.vocab.vectors.data.size)


if __name__ == "__main__":
    import_transformers()
    app()
