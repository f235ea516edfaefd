"""Time and memory of one setting, in a process of its own, since memory is not given back.

python -m benchmarks.speed.scaling en_ddi_minilm --mentions 16
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated

import spacy
import torch
import typer
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.memory import ProcessTree, measure, read_status, tree_megabytes
from benchmarks.speed.data import list_sentence
from benchmarks.speed.systems import whole_pipeline, with_mentions
from spacy_ddi.formats.plain_text import read_lines
from spacy_ddi.parallel import pipe_in_processes

SENTENCES = 16
"""Sentences of a measurement of mentions."""


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    mentions: Annotated[int, typer.Option(help="Mentions of a sentence.")] = 0,
    documents: Annotated[int, typer.Option(help="Lines of the text.")] = 0,
    text: Annotated[Path | None, typer.Option(help="A text, plain or .xz.")] = None,
    batch_size: Annotated[int, typer.Option(help="0 for the pipeline's.")] = 0,
    n_process: Annotated[int, typer.Option(help="Processes.")] = 1,
    plain: Annotated[int, typer.Option(help="1: several processes by spaCy alone.")] = 0,
    threads: Annotated[int, typer.Option(help="Threads of each process.")] = 1,
    repeats: Annotated[int, typer.Option(help="Times that it is measured.")] = 3,
) -> None:
    """Print seconds and megabytes as JSON."""
    torch.set_num_threads(threads)
    nlp = spacy.load(pipeline)
    before = read_status("VmRSS") if n_process == 1 else tree_megabytes()
    if mentions:
        docs = [list_sentence(nlp, mentions)] * SENTENCES
        n_texts = SENTENCES
        read_mentions(nlp, docs[:1])
        measured = [
            measure(lambda: read_mentions(nlp, docs), before=before) for _ in range(repeats)
        ]
    else:
        if text is None:
            raise typer.BadParameter("a text is needed", param_hint="--text")
        lines = read_lines(text)[:documents]
        n_texts = len(lines)
        size = batch_size or nlp.batch_size
        pipe = nlp.pipe if plain else partial(pipe_in_processes, nlp)

        def read(texts: list[str], n_process: int) -> None:
            for _ in pipe(texts, batch_size=size, n_process=n_process):  # the Docs are not kept
                pass

        read(lines[: min(100, n_texts)], 1)
        measured = []
        for _ in range(repeats):
            with ProcessTree() as tree:
                alone, seconds = measure(lambda: read(lines, n_process), before=before)
            measured.append((alone if n_process == 1 else tree.peak - before, seconds))
    times = [seconds for _, seconds in measured]
    figures = {
        "texts": n_texts,
        "seconds": median(times),
        "repeats": times,
        "megabytes_above_loaded": max(megabytes for megabytes, _ in measured),
    }
    print(json.dumps(figures))


def read_mentions(nlp: Language, docs: list[Doc]) -> None:
    """The whole pipeline on given mentions."""
    whole_pipeline(nlp).run(with_mentions(docs, nlp))


if __name__ == "__main__":
    typer.run(main)
