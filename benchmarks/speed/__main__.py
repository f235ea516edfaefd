"""All measurements of speed and memory: a table in the terminal, and JSON.

    python -m benchmarks.speed en_ddi_minilm DDICorpus/Train --text labels.txt.xz \
        --documents configs/dev_documents.txt
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Any

import spacy
import srsly
import torch
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.speed.data import corpus_sentences, text_sentences, with_many_mentions
from benchmarks.speed.systems import (
    encoder_and_relations,
    mean_pooled_pairs,
    per_pair_classifier,
    relations_alone,
    whole_pipeline,
)
from benchmarks.speed.timing import Timing, take_turns

MENTIONS = (2, 4, 8, 16, 32, 64)
DOCUMENTS = (10, 100, 1_000, 10_000)
BATCH_SIZES = (8, 32, 128, 512)
TEXT_LINES = 6_000
"""Lines of the text in which sentences with many mentions are looked for."""

ROOT = Path(__file__).parents[2]


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    text: Annotated[Path, typer.Option(exists=True, help="A text, plain or .xz.")],
    documents: Annotated[Path | None, typer.Option(help="File with document ids.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 5,
    threads: Annotated[int, typer.Option(min=1, help="Threads of torch.")] = 1,
    scaling: Annotated[bool, typer.Option(help="Measure how cost grows, too.")] = True,
    output: Annotated[Path, typer.Option(help="The JSON file.")] = Path(
        "benchmarks/speed/results/speed.json"
    ),
) -> None:
    """Measure a pipeline against what people run in its place."""
    torch.set_num_threads(threads)
    console = Console()
    nlp = spacy.load(pipeline)
    dev = corpus_sentences(nlp, corpus, documents)
    labels = with_many_mentions(text_sentences(nlp, text, TEXT_LINES))
    systems = [
        system(nlp) for system in (whole_pipeline, encoder_and_relations, per_pair_classifier)
    ]
    heads = [relations_alone(nlp), mean_pooled_pairs(nlp)]
    figures: dict[str, Any] = {"threads": threads, "repeats": repeats}
    for name, docs in (("development documents", dev), ("ten mentions or more", labels)):
        timings = take_turns(systems, docs, nlp, repeats=repeats)
        figures[name] = [as_figures(timing, timings[-1]) for timing in timings]
        console.print(timing_table(f"{name}: {len(docs)} sentences", timings, timings[-1]))
    timings = take_turns(heads, dev, nlp, repeats=repeats)
    figures["heads"] = [as_figures(timing, timings[-1]) for timing in timings]
    console.print(timing_table("heads alone, development documents", timings, timings[-1]))
    figures["shares"] = shares(nlp, [doc.text for doc in dev], repeats)
    console.print(share_table(figures["shares"]))
    if scaling:
        figures["scaling"] = measure_scaling(pipeline, text, console)
    output.parent.mkdir(parents=True, exist_ok=True)
    srsly.write_json(output, figures)
    console.print(f"Figures: {output}", highlight=False)


def as_figures(timing: Timing, against: Timing) -> dict[str, Any]:
    """A timing as it is stored, with the ratio of each round."""
    ratios = [theirs / ours for ours, theirs in zip(timing.seconds, against.seconds, strict=True)]
    return {
        "system": timing.system,
        "n_pairs": timing.n_pairs,
        "seconds": timing.seconds,
        "pairs_a_second": timing.pairs_a_second,
        "against": against.system,
        "ratio": median(ratios),
        "ratio_low": min(ratios),
        "ratio_high": max(ratios),
    }


def timing_table(title: str, timings: Sequence[Timing], against: Timing) -> Table:
    """Pairs a second, and how many times as many as the last system."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("System", "Pairs a second", f"Times {against.system}", "Spread"):
        table.add_column(column, justify="left" if column == "System" else "right")
    for timing in timings:
        figures = as_figures(timing, against)
        table.add_row(
            timing.system,
            f"{timing.pairs_a_second:,.0f}",
            f"{figures['ratio']:.1f}",
            f"{figures['ratio_low']:.1f} to {figures['ratio_high']:.1f}",
        )
    return table


def shares(nlp: Language, texts: Sequence[str], repeats: int) -> dict[str, float]:
    """The share of each component in the time from raw text, by the medians of some rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in ("tokenizer", *nlp.pipe_names)}
    for round_number in range(repeats + 1):
        start = perf_counter()
        docs: list[Doc] = [nlp.make_doc(text) for text in texts]
        spent = {"tokenizer": perf_counter() - start}
        for name, pipe in nlp.pipeline:
            start = perf_counter()
            if hasattr(pipe, "pipe"):
                docs = list(pipe.pipe(docs, batch_size=nlp.batch_size))
            else:
                docs = [pipe(doc) for doc in docs]
            spent[name] = perf_counter() - start
        if round_number:
            for name, value in spent.items():
                seconds[name].append(value)
    medians = {name: median(values) for name, values in seconds.items()}
    return {name: value / sum(medians.values()) for name, value in medians.items()}


def share_table(found: dict[str, float]) -> Table:
    """The shares, in per cent."""
    table = Table(title="share of the time from raw text", title_justify="left", box=box.SIMPLE)
    table.add_column("Component")
    table.add_column("%", justify="right")
    for name, share in found.items():
        table.add_row(name, f"{100 * share:.1f}")
    return table


def measure_scaling(pipeline: str, text: Path, console: Console) -> list[dict[str, Any]]:
    """Time and memory as the work grows, each in a process of its own."""
    settings: list[dict[str, int]] = [{"mentions": n} for n in MENTIONS]
    settings += [{"documents": n} for n in DOCUMENTS]
    settings += [{"documents": 1_000, "batch-size": n} for n in BATCH_SIZES]
    settings += [{"documents": 10_000, "n-process": 2, "repeats": 1}]
    found = []
    for setting in settings:
        options = [f"--{name}={value}" for name, value in setting.items()]
        command = [sys.executable, "-m", "benchmarks.speed.scaling", pipeline, *options]
        command += ["--text", str(text.resolve())]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
        )
        figures = json.loads(done.stdout)
        found.append({**setting, **figures})
        told = " ".join(options)
        console.print(
            f"{told}: {figures['seconds']:.2f} s, {figures['megabytes_above_loaded']:.0f} MB",
            highlight=False,
        )
    return found


if __name__ == "__main__":
    typer.run(main)
