r"""Where the time of a component goes, by torch operation.

    python -m benchmarks.speed.profile en_ddi_minilm DDICorpus/Train \
        --documents configs/dev_documents.txt
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import spacy
import torch
import typer
from torch.profiler import ProfilerActivity, profile

from benchmarks.speed.systems import annotated, with_mentions
from spacy_ddi.corpora.reader import read_docs


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    documents: Annotated[Path | None, typer.Option(help="File with document ids.")] = None,
    component: Annotated[str, typer.Option(help="Its name in the pipeline.")] = "ddi_relation",
    operations: Annotated[int, typer.Option(help="How many to print.")] = 12,
) -> None:
    """Print the seconds of a component on sentences with gold mentions, and its operations."""
    torch.set_num_threads(1)
    nlp = spacy.load(pipeline)
    names = [name for name in nlp.pipe_names if name not in ("ner", "doc_cleaner")]
    docs = with_mentions(list(read_docs(corpus, nlp.make_doc, documents=documents)), nlp)
    ready = annotated(nlp, docs, names[: names.index(component)])
    pipe = nlp.get_pipe(component)
    for _ in pipe.pipe(ready, batch_size=nlp.batch_size):  # warms up
        pass
    start = perf_counter()
    for _ in pipe.pipe(ready, batch_size=nlp.batch_size):
        pass
    typer.echo(f"{component}: {perf_counter() - start:.2f} s for {len(ready)} sentences")
    with profile(activities=[ProfilerActivity.CPU]) as found:
        for _ in pipe.pipe(ready, batch_size=nlp.batch_size):
            pass
    table = found.key_averages().table(sort_by="self_cpu_time_total", row_limit=operations)
    for line in table.splitlines():
        typer.echo(line[:100])


if __name__ == "__main__":
    typer.run(main)
