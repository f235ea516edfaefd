"""Time and memory of one setting, in a process of its own, since memory is not given back.

python -m benchmarks.speed.scaling mentions 16 en_ddi_minilm --repeats 3
"""

from __future__ import annotations

import json
import resource
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import spacy
import torch
import typer
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.speed.data import list_sentence
from benchmarks.speed.systems import whole_pipeline, with_mentions
from spacy_ddi.corpora.text import read_lines

SENTENCES = 64
"""Sentences of a measurement of mentions."""

app = typer.Typer()


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    mentions: Annotated[int, typer.Option(help="Mentions of a sentence.")] = 0,
    documents: Annotated[int, typer.Option(help="Lines of the text.")] = 0,
    text: Annotated[Path | None, typer.Option(help="A text, plain or .xz.")] = None,
    batch_size: Annotated[int, typer.Option(help="0 for the pipeline's.")] = 0,
    n_process: Annotated[int, typer.Option(help="Processes.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads of each process.")] = 1,
    repeats: Annotated[int, typer.Option(help="Times that it is measured.")] = 3,
) -> None:
    """Print seconds and megabytes as JSON."""
    torch.set_num_threads(threads)
    nlp = spacy.load(pipeline)
    if mentions:
        docs = [list_sentence(nlp, mentions)] * SENTENCES
        seconds = [time_mentions(nlp, docs) for _ in range(repeats + 1)][1:]
        n_texts = SENTENCES
    else:
        if text is None:
            raise typer.BadParameter("a text is needed", param_hint="--text")
        lines = read_lines(text)[:documents]
        n_texts = len(lines)
        nlp("Aspirin may interact with warfarin.")
    loaded = peak_megabytes()
    if not mentions:
        size = batch_size or nlp.batch_size
        seconds = [time_texts(nlp, lines, size, n_process) for _ in range(repeats)]
    figures = {
        "texts": n_texts,
        "seconds": median(seconds),
        "repeats": seconds,
        "megabytes_above_loaded": peak_megabytes() - loaded,
    }
    print(json.dumps(figures))


def time_mentions(nlp: Language, docs: list[Doc]) -> float:
    """Seconds of the whole pipeline on given mentions."""
    fresh = with_mentions(docs, nlp)
    start = perf_counter()
    whole_pipeline(nlp).run(fresh)
    return perf_counter() - start


def time_texts(nlp: Language, lines: list[str], batch_size: int, n_process: int) -> float:
    """Seconds from raw text, the Docs not kept."""
    start = perf_counter()
    for _ in nlp.pipe(lines, batch_size=batch_size, n_process=n_process):
        pass
    return perf_counter() - start


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
