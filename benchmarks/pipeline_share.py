"""Where the time of `nlp.pipe` goes: the share of each component.

    python benchmarks/pipeline_share.py en_ddi_minilm DDICorpus/Train \
        --documents configs/dev_documents.txt
"""

from __future__ import annotations

import statistics
from pathlib import Path
from time import perf_counter
from typing import Annotated

import spacy
import typer

from spacy_ddi.corpora.reader import read_docs


def main(
    pipeline: str,
    corpus: Path,
    documents: Annotated[Path | None, typer.Option()] = None,
    repeats: int = 3,
) -> None:
    """Print the median share of each component over some runs from raw text."""
    nlp = spacy.load(pipeline)
    texts = [doc.text for doc in read_docs(corpus, nlp.make_doc, documents=documents)]
    seconds: dict[str, list[float]] = {name: [] for name in ("tokenizer", *nlp.pipe_names)}
    for repeat in range(repeats + 1):
        start = perf_counter()
        docs = [nlp.make_doc(text) for text in texts]
        spent = {"tokenizer": perf_counter() - start}
        for name, pipe in nlp.pipeline:
            start = perf_counter()
            if hasattr(pipe, "pipe"):
                docs = list(pipe.pipe(docs, batch_size=nlp.batch_size))
            else:
                docs = [pipe(doc) for doc in docs]
            spent[name] = perf_counter() - start
        if repeat:  # the first run warms up
            for name, value in spent.items():
                seconds[name].append(value)
    total = statistics.median(sum(run) for run in zip(*seconds.values(), strict=True))
    for name, values in seconds.items():
        median = statistics.median(values)
        typer.echo(f"{name:14} {median:7.2f} s {100 * median / total:6.1f} %")
    typer.echo(f"{'all':14} {total:7.2f} s  for {len(texts)} sentences, {repeats} runs")


if __name__ == "__main__":
    typer.run(main)
