r"""All measurements of speed and memory: JSON, tables and a plot.

    python -m benchmarks.speed en_ddi_minilm DDICorpus/Train --text labels.txt.xz \
        --documents configs/dev_documents.txt --train corpus/train.spacy \
        --encoder training/encoder --parser en_core_web_sm
"""

from __future__ import annotations

import os

if __name__ == "__main__":  # one thread, before NumPy and torch are imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Annotated, Any, get_args

import spacy
import srsly
import torch
import typer
from rich.console import Console
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.page import Table, ratios
from benchmarks.speed.report import main as write_report
from benchmarks.speed.systems import (
    PerPairClassifier,
    System,
    annotated,
    count_pairs,
    mean_pooled_pairs,
    part_of,
    take_turns,
    whole_pipeline,
    with_mentions,
)
from benchmarks.speed.training import prepare, training_systems
from spacy_ddi.component.lookup import relation_pipes, set_precision
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.encoder.packed_transformer import Precision
from spacy_ddi.formats.plain_text import read_lines
from spacy_ddi.gold import MENTIONS_KEY

SCALING: dict[str, list[dict[str, int]]] = {
    "mentions": [{"mentions": n} for n in (2, 4, 8, 16, 32, 64)],
    "documents": [{"documents": n} for n in (10, 100, 1_000)]
    + [{"documents": 10_000, "repeats": 1}],
    "batch-size": [{"documents": 1_000, "batch-size": n} for n in (8, 32, 128, 512)],
    "n-process": [
        {"documents": 10_000, "repeats": 1, "n-process": n, "plain": plain}
        for n, plain in 2 * ((1, 0), (2, 0), (2, 1))
    ],
}
"""By what grows the options of `benchmarks.speed.scaling`."""

MANY_SENTENCES = 30
MANY_MENTIONS = 10
TRAINING_SENTENCES = 160
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

ROOT = Path(__file__).parents[2]


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    text: Annotated[Path, typer.Option(exists=True, help="A text, plain or .xz.")],
    train: Annotated[Path, typer.Option(exists=True, help="Training sentences, .spacy.")],
    encoder: Annotated[Path, typer.Option(exists=True, help="Folder of the encoder to train.")],
    parser: Annotated[str, typer.Option(help="Pipeline with the parser, for training.")],
    documents: Annotated[Path | None, typer.Option(help="File with document ids.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 3,
    output: Annotated[Path, typer.Option(help="Folder for figures, tables and plot.")] = Path(
        "training/speed"
    ),
) -> None:
    """Measure a pipeline against what people run instead, on one thread."""
    console = Console(stderr=True)
    tables: dict[str, Table] = {}
    figures = {"machine": machine(), "repeats": repeats, "tables": tables}
    output.mkdir(parents=True, exist_ok=True)

    def store() -> None:  # what is done is not lost
        srsly.write_json(output / "speed.json", figures)
        console.print(f"Measured: {[*figures, *tables][-1]}", style="dim")

    figures["scaling"] = measure_scaling(pipeline, text, console)
    store()
    pipelines = {precision: load(pipeline, precision) for precision in PRECISIONS}
    nlp = pipelines["float32"]
    dev = list(read_docs(corpus, nlp.make_doc, documents=documents))
    many = many_mentions(nlp, read_lines(text), MANY_SENTENCES)
    tables["extraction"] = measure_extraction(pipelines, "development documents", dev, repeats)
    tables["extraction"] += measure_extraction(pipelines, "ten mentions or more", many, repeats)
    store()
    alone = part_of(nlp, relation_pipes(nlp)[-1:])
    heads = {"ddi_relation": alone, "mean-pooled spans": mean_pooled_pairs(nlp)}
    tables["heads"] = compare(heads, dev, count_pairs(nlp, dev), repeats, title="Head alone")
    store()
    tables["shares"] = [
        {"Share of the time from raw text, %": precision, **shares(loaded, dev, repeats)}
        for precision, loaded in pipelines.items()
    ]
    store()
    paths = {"train": train, "dev": train, "encoder": encoder, "parser": parser}
    config = ROOT / "configs" / "minilm.cfg"
    learner, examples = prepare(config, {name: str(path) for name, path in paths.items()})
    chosen = Random(0).sample(examples, min(TRAINING_SENTENCES, len(examples)))
    systems = training_systems(learner, chosen)
    n_pairs = count_pairs(learner, [example.predicted for example in chosen])
    tables["training"] = compare(systems, chosen, n_pairs, repeats, title="Training")
    for line in tables["training"]:
        minutes = n_pairs / line["pairs/s"] / 60 * len(examples) / len(chosen)
        line[f"minutes an epoch ({len(examples):,} sentences, from {len(chosen)})"] = minutes
    store()
    write_report(output, output / "speed.md")
    console.print(f"Figures, tables and plot: {output}", highlight=False)


def compare(
    systems: dict[str, System], work: Sequence[Any], n_pairs: int, repeats: int, *, title: str
) -> Table:
    """Pairs a second of each system, and how many times as fast as the last one it is."""
    seconds = take_turns(systems, work, repeats=repeats)
    last = list(systems)[-1]
    return [
        {
            title: name,
            "pairs/s": n_pairs / median(spent),
            f"times {last}": ratios(spent, seconds[last]),
        }
        for name, spent in seconds.items()
    ]


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
    about = dict(line.split("\t: ", 1) for line in lines if "\t: " in line)
    flags = about.get("flags", "").split()
    return {
        "processor": about.get("model name", "unknown"),
        "cores": os.cpu_count(),
        "bfloat16": [flag for flag in ("avx512_bf16", "amx_bf16") if flag in flags],
        "torch": torch.__version__,
    }


def load(pipeline: str, precision: Precision) -> Language:
    """A pipeline whose encoder computes in a precision."""
    nlp = spacy.load(pipeline)
    set_precision(nlp, precision)
    return nlp


def many_mentions(nlp: Language, lines: Iterable[str], n_sentences: int) -> list[Doc]:
    """The first sentences of a text in which a pipeline finds `MANY_MENTIONS` or more, a Doc each,
    mentions in `doc.spans["ddi_mentions"]`."""
    found: list[Doc] = []
    unneeded = {*relation_pipes(nlp), "doc_cleaner"} & set(nlp.pipe_names)
    with nlp.select_pipes(disable=sorted(unneeded)):
        for doc in nlp.pipe(lines):
            for sentence in doc.sents:
                if len(sentence.ents) >= MANY_MENTIONS:
                    found.append(sentence.as_doc())
                    found[-1].spans[MENTIONS_KEY] = list(found[-1].ents)
            if len(found) >= n_sentences:
                break
    return found[:n_sentences]


def measure_extraction(
    pipelines: dict[Precision, Language], title: str, docs: Sequence[Doc], repeats: int
) -> Table:
    """Our pipeline, and encoder and relations alone, against one pass a pair, each in every
    precision, all in turns."""
    per_pair = "one pass a pair"
    systems = {
        (precision, name): system
        for precision, nlp in pipelines.items()
        for name, system in (
            ("whole pipeline", whole_pipeline(nlp)),
            ("encoder and ddi_relation", part_of(nlp, relation_pipes(nlp))),
            (per_pair, System(PerPairClassifier(nlp, precision), partial(with_mentions, nlp=nlp))),
        )
    }
    any_nlp = pipelines["float32"]
    n_pairs, n_pieces = count_pairs(any_nlp, docs), count_pieces(any_nlp, docs)
    seconds = take_turns(systems, docs, repeats=repeats)
    return [
        {
            "Sentences": f"{title} ({len(docs)} sentences)",
            "encoder in": precision,
            "System": name,
            "word pieces": n_pieces[name == per_pair],
            "pairs/s": n_pairs / median(spent),
            f"times {per_pair}": ratios(spent, seconds[precision, per_pair]),
            f"times {per_pair} in float32": ratios(spent, seconds["float32", per_pair]),
        }
        for (precision, name), spent in seconds.items()
    ]


def count_pieces(nlp: Language, docs: Sequence[Doc]) -> tuple[int, int]:
    """Word pieces that the encoder reads, without padding, in our pipeline and a pair at a time."""
    classifier = PerPairClassifier(nlp)  # its tokenizer is ours, and knows the marks
    fresh = with_mentions(docs, nlp)
    get_spans = nlp.get_pipe("transformer").model.attrs["get_spans"]  # type: ignore[attr-defined]
    ours = [span.text for spans in get_spans(fresh) for span in spans]
    read = (classifier.tokenizer(ours)["input_ids"], classifier.encode(fresh))
    return sum(map(len, read[0])), sum(map(len, read[1]))


def shares(nlp: Language, sentences: Sequence[Doc], repeats: int) -> dict[str, list[float]]:
    """Per cent of the time from raw text that each component takes, in each of some rounds."""
    rounds = []
    for _ in range(repeats + 1):
        start = perf_counter()
        docs = [nlp.make_doc(sentence.text) for sentence in sentences]
        spent = {"tokenizer": perf_counter() - start}
        for name in nlp.pipe_names:
            start = perf_counter()
            docs = annotated(nlp, docs, [name])
            spent[name] = perf_counter() - start
        rounds.append({name: 100 * value / sum(spent.values()) for name, value in spent.items()})
    return {name: [found[name] for found in rounds[1:]] for name in rounds[0]}


def measure_scaling(
    pipeline: str, text: Path, console: Console
) -> dict[str, list[dict[str, float]]]:
    """Time and memory as the work grows, each in a process of its own."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in SCALING}
    for name, settings in SCALING.items():
        for setting in settings:
            options = [f"--{option}={value}" for option, value in setting.items()]
            command = [sys.executable, "-m", "benchmarks.speed.scaling", pipeline, *options]
            command.append(f"--text={text.resolve()}")
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
            measured[name].append({**setting, **json.loads(done.stdout)})
            console.print(measured[name][-1], highlight=False)
    return measured


if __name__ == "__main__":
    typer.run(main)
