"""Train one row, or score it, in the working folder: the commands of its project."""

from __future__ import annotations

from math import comb
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import spacy
import srsly
import typer
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training.initialize import init_nlp
from spacy.util import dict_to_dot, import_file, load_config

from benchmarks.speed.systems import take_turns, whole_pipeline
from benchmarks.table1.learning import hold_out, learn, parse, settings_of_length
from benchmarks.table1.rows import Row, read_rows
from benchmarks.table1.runs import ANY
from spacy_ddi.cli.light_imports import import_transformers
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docbin import read_docbin, write_docbin
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import gold_mentions_of
from spacy_ddi.scoring.counts import all_labels, count_by_document
from spacy_ddi.scoring.evaluation import annotate
from spacy_ddi.scoring.submission import submission_lines
from spacy_ddi.training.torch_modules import torch_modules
from spacy_ddi.whole_files import written_whole

MAX_PAIRS = "components.ddi_relation.model.max_pairs"
TRAINING_PAIRS = 8192
"""Pairs whose activations are kept in training. With the shipped 256 those of long lists are
computed twice."""

MODEL, EPOCHS = "model-last", "epochs.json"
"""What training leaves: the pipeline, and how long it took."""

TIMED_SENTENCES = 600
"""The most whose pairs are timed."""

app = typer.Typer(add_completion=False)


@app.command()
def train(
    name: Annotated[str, typer.Argument(help="Name of the row.")],
    seed: int,
    epochs: int,
    train: Annotated[Path, typer.Option(help="Training sentences, .spacy.")],
    parser: Annotated[str, typer.Option()],
    encoder: Annotated[str, typer.Option(help="For rows that read one.")] = "",
    vectors: Annotated[str, typer.Option(help="For rows that read some.")] = "",
    molecules: Annotated[str | None, typer.Option(help="For rows that read molecules.")] = None,
    classes: Annotated[str | None, typer.Option(help="For rows that read drug classes.")] = None,
    patience: Annotated[
        int,
        typer.Option(
            help="Hold a tenth of the documents out, and stop when so many epochs have brought "
            "neither a lower loss nor a higher F1 on them; 0 for all epochs and all documents."
        ),
    ] = 0,
    watch: Annotated[str, typer.Option(help="What tells the best epoch: f (F1), or loss.")] = "f",
    held_out: Annotated[
        Path | None,
        typer.Option(exists=True, help="Sentences (.spacy) to hold out in place of that tenth."),
    ] = None,
) -> None:
    """Train a row. Without patience no epoch is chosen: the last weights count."""
    start = perf_counter()
    config = _row(name).config()
    parsing = spacy.load(parser)
    kept, watched = _read_parsed(train, parsing), list[Doc]()
    if patience and held_out:
        watched = _read_parsed(held_out, parsing)
    elif patience:
        kept, watched = hold_out(kept, seed)
    write_docbin(kept, Path("parsed.spacy"))
    read = {"vectors": vectors, "molecules": molecules, "classes": classes}
    overrides = {
        "paths.train": "parsed.spacy",
        "paths.encoder": encoder,
        "paths.parser": parser,
        **{f"paths.{name}": path for name, path in read.items() if name in config["paths"]},
        "system.seed": seed,
        "system.gpu_allocator": None,
        "corpora.train.gold_parse": True,
        "training.annotating_components": [],
        MAX_PAIRS: TRAINING_PAIRS,
        **settings_of_length(config, n_sentences=len(kept), epochs=epochs, patience=patience),
    }
    config.to_disk("config.cfg", interpolate=False)
    nlp = init_nlp(load_config("config.cfg", overrides=overrides, interpolate=False))
    examples = make_examples(watched, nlp.make_doc, gold_mentions=True, gold_parse=True)
    looks = learn(nlp, Path(MODEL), list(examples), watch=watch, patience=patience)
    Path("parsed.spacy").unlink()
    best = looks[-1] if not patience else _best(looks, watch)
    done = {"epochs": round(best["epoch"]) if patience else epochs, "looks": looks}
    srsly.write_json(EPOCHS, {**done, "seconds": perf_counter() - start})


def _row(name: str) -> Row:
    """A row, with its own code imported, as `spacy train --code` does."""
    row = read_rows()[name]
    for path in row.code_file():
        import_file(path.stem, path)
    return row


def _read_parsed(path: Path, parsing: Language) -> list[Doc]:
    """The sentences of a .spacy file that have two mentions or more, with a pipeline's parse."""
    docs = [doc for doc in read_docbin(path, parsing.vocab) if len(gold_mentions_of(doc)) >= 2]
    parse(parsing, docs)
    return docs


def _best(looks: list[dict[str, float]], watch: str) -> dict[str, float]:
    """The epoch whose weights were kept: the first of those that are best."""
    sign = -1 if watch == "loss" else 1
    return max(looks, key=lambda look: (sign * look[watch], -look["epoch"]))


@app.command()
def score(
    name: Annotated[str, typer.Argument(help="Name of the row.")],
    seed: int,
    parts: Annotated[
        list[str], typer.Argument(help="PART=PATH: sentences (.spacy), or a folder with XML.")
    ],
) -> None:
    """Score a row with what was trained here, for it or another, and time it on the first part."""
    row, files = _row(name), [part.partition("=")[::2] for part in parts]
    # With another row's weights its own settings are what the last file says.
    changed = dict_to_dot(load_config(row.files()[-1])) if row.weights else {}
    default = row.config()["components"]["ddi_relation"]["model"]["max_pairs"]
    nlp = spacy.load(MODEL, config={MAX_PAIRS: default, **changed})
    counts = {}
    for part, path in files:
        found = Path(f"{name}.{part}.txt")
        counts[part] = score_part(nlp, read_sentences(Path(path), nlp), found)
    docs = read_sentences(Path(files[0][1]), nlp)[:TIMED_SENTENCES]
    (seconds,) = take_turns({name: whole_pipeline(nlp)}, docs, repeats=3).values()
    # Also those that the negative filter drops, through all components but the recognizer.
    n_pairs = sum(comb(len(gold_mentions_of(doc)), 2) for doc in docs)
    trained = srsly.read_json(EPOCHS)
    run = {
        "row": name,
        "seed": seed,
        "epochs": trained["epochs"],
        "parameters": count_parameters(nlp),
        "train_seconds": trained["seconds"],
        "pairs_a_second": n_pairs / median(seconds),
        "counts": counts,
    }
    # Another training that ends reads all that is there.
    with written_whole(Path(f"{name}.json")) as file:
        srsly.write_json(file, run)


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
