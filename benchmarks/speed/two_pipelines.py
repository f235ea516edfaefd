r"""Two pipelines from raw text, in turns: how many times as fast is the first?

    python -m benchmarks.speed.two_pipelines en_ddi_minilm OLD DDICorpus/Train \
        --documents configs/dev_documents.txt
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from statistics import median
from typing import Annotated

import spacy
import torch
import typer

from benchmarks.page import cell, ratios
from benchmarks.speed.systems import System, take_turns
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
    docs = read_docs(corpus, spacy.blank("en").make_doc, documents=documents)
    texts = [doc.text for doc in docs]
    systems = {
        i: System(lambda texts, nlp=nlp: deque(nlp.pipe(texts), maxlen=0))  # no Doc is kept
        for i, nlp in enumerate(map(spacy.load, (first, second)))
    }
    ours, theirs = take_turns(systems, texts, repeats=repeats).values()
    for name, seconds in ((first, ours), (second, theirs)):
        typer.echo(f"{name}: {median(seconds):.2f} s for {len(texts)} sentences")
    typer.echo(f"{cell(ratios(ours, theirs))} times as fast")


if __name__ == "__main__":
    typer.run(main)
