"""Two pipelines from raw text, in turns: how many times as fast is the first?

    python -m benchmarks.speed.two_pipelines en_ddi_minilm OLD DDICorpus/Train \
        --documents configs/dev_documents.txt
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import spacy
import torch
import typer

from spacy_ddi.corpora.reader import read_docs


def main(
    first: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    second: Annotated[str, typer.Argument(help="What it is measured against.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    documents: Annotated[Path | None, typer.Option(help="File with document ids.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 5,
    threads: Annotated[int, typer.Option(min=1, help="Threads of torch.")] = 2,
) -> None:
    """Print seconds and ratios, each pipeline with its own batch size."""
    torch.set_num_threads(threads)
    pipelines = [spacy.load(first), spacy.load(second)]
    docs = read_docs(corpus, spacy.blank("en").make_doc, documents=documents)
    texts = [doc.text for doc in docs]
    seconds: list[list[float]] = [[], []]
    for round_number in range(repeats + 1):
        for nlp, spent in zip(pipelines, seconds, strict=True):
            start = perf_counter()
            for _ in nlp.pipe(texts):
                pass
            if round_number:  # the first round warms up
                spent.append(perf_counter() - start)
    ratios = sorted(theirs / ours for ours, theirs in zip(*seconds, strict=True))
    for name, spent in zip((first, second), seconds, strict=True):
        typer.echo(f"{name}: {median(spent):.2f} s for {len(texts)} sentences")
    typer.echo(f"{median(ratios):.2f} times as fast ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    typer.run(main)
