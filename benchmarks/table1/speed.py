"""How fast a trained row is: pairs a second, on one core. A process of its own.

python -m benchmarks.table1.speed full.seed1/model-last dev.spacy results/full.speed.json DIGEST
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import spacy
import typer
from spacy.tokens import Doc, DocBin

from benchmarks.table1.results import Speed, write
from spacy_ddi.candidates.generators import sentence_pairs
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.gold import gold_mentions_of


def main(
    pipeline: Annotated[Path, typer.Argument(exists=True, help="The trained pipeline.")],
    sentences: Annotated[Path, typer.Argument(exists=True, help="A .spacy file with mentions.")],
    output: Annotated[Path, typer.Argument(help="The file to write.")],
    digest: Annotated[str, typer.Argument(help="Of the run that trained the pipeline.")],
    repeats: Annotated[int, typer.Option(min=1, help="Times that all sentences are read.")] = 3,
) -> None:
    """Time the whole pipeline, parser included, on sentences with gold mentions."""
    nlp = spacy.load(pipeline)
    references = list(DocBin().from_disk(sentences).get_docs(nlp.vocab))
    spans_key = component_of(nlp).candidates.mentions.spans_key

    def fresh() -> list[Doc]:
        examples = make_examples(references, nlp.make_doc, gold_mentions=True, spans_key=spans_key)
        return [example.predicted for example in examples]

    n_pairs = sum(len(sentence_pairs(doc, gold_mentions_of(doc))) for doc in references)
    for _doc in nlp.pipe(fresh()):  # warms up
        pass
    rates = []
    for _ in range(repeats):
        docs = fresh()
        start = perf_counter()
        for _doc in nlp.pipe(docs):
            pass
        rates.append(n_pairs / (perf_counter() - start))
    write(output, Speed(digest, median(rates), rates))


if __name__ == "__main__":
    typer.run(main)
