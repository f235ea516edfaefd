r"""Two pipelines from raw text, in turns: how many times as fast is the first?

    python -m benchmarks.speed.two_pipelines en_ddi_minilm OLD DDICorpus/Train \
        --documents configs/dev_documents.txt --old-python OLD_ENVIRONMENT/bin/python
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Annotated

import spacy
import typer

from benchmarks.page import cell, ratios
from benchmarks.speed.systems import System, take_turns
from spacy_ddi.corpora.reader import read_docs

PROGRAM = """
import collections, json, sys, spacy, torch
torch.set_num_threads(int(sys.argv[2]))
nlp = spacy.load(sys.argv[1])
for line in sys.stdin:
    collections.deque(nlp.pipe(json.loads(line)), maxlen=0)
    print("done", flush=True)
"""
"""Reads texts, a JSON list a line; it runs with the package of another version, too."""


def main(
    first: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    second: Annotated[str, typer.Argument(help="What it is measured against.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    documents: Annotated[Path | None, typer.Option(help="File with document ids.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 5,
    threads: Annotated[int, typer.Option(min=1, help="Threads of torch.")] = 2,
    old_python: Annotated[
        str, typer.Option(help="Python that runs the second, e.g. with an older spacy-ddi.")
    ] = sys.executable,
) -> None:
    """Print seconds and ratios, each pipeline with its own batch size, in a process of its own."""
    docs = read_docs(corpus, spacy.blank("en").make_doc, documents=documents)
    texts = [doc.text for doc in docs]
    systems = {
        0: in_process(sys.executable, first, threads),
        1: in_process(old_python, second, threads),
    }
    ours, theirs = take_turns(systems, texts, repeats=repeats).values()
    for name, seconds in ((first, ours), (second, theirs)):
        typer.echo(f"{name}: {median(seconds):.2f} s for {len(texts)} sentences")
    typer.echo(f"{cell(ratios(ours, theirs))} times as fast")


def in_process(python: str, pipeline: str, threads: int) -> System:
    """A pipeline in a process that ends with this one."""
    process = subprocess.Popen(
        [python, "-I", "-c", PROGRAM, pipeline, str(threads)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(texts: list[str]) -> None:
        print(json.dumps(texts), file=process.stdin, flush=True)
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError(f"The process of {pipeline} ended; its error is above.")

    return System(run)


if __name__ == "__main__":
    typer.run(main)
