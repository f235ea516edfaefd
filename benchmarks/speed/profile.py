r"""Where the time of a component goes, by torch operation.

    python -m benchmarks.speed.profile en_ddi_minilm DDICorpus/Train \
        --documents configs/dev_documents.txt
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import spacy
import torch
import typer
from torch.profiler import ProfilerActivity, profile

from benchmarks.speed.systems import part_of, take_turns
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
    docs = list(read_docs(corpus, nlp.make_doc, documents=documents))
    alone = part_of(nlp, [component])
    (seconds,) = take_turns({component: alone}, docs, repeats=1).values()
    typer.echo(f"{component}: {seconds[0]:.2f} s for {len(docs)} sentences")
    ready = alone.prepare(docs)
    with profile(activities=[ProfilerActivity.CPU]) as found:
        alone.run(ready)
    table = found.key_averages().table(sort_by="self_cpu_time_total", row_limit=operations)
    typer.echo("\n".join(line[:100] for line in table.splitlines()))


if __name__ == "__main__":
    typer.run(main)
