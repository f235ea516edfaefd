"""How fast a trained row is: pairs a second, alone on one core. A process of its own.

python -m benchmarks.table1.speed full training/table1/full.seed1/model-last dev.spacy out.json ID
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import spacy
import srsly
import typer
from spacy.tokens import Doc, DocBin

from benchmarks.table1.results import Speed
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.pipeline.pipes import component_of


def main(
    pipeline: Annotated[Path, typer.Argument(exists=True, help="The trained pipeline.")],
    sentences: Annotated[Path, typer.Argument(exists=True, help="A .spacy file with mentions.")],
    output: Annotated[Path, typer.Argument(help="The file to write.")],
    fingerprint: Annotated[str, typer.Argument(help="Of the run that trained the pipeline.")],
    repeats: Annotated[int, typer.Option(min=1, help="Times that all sentences are read.")] = 3,
) -> None:
    """Time the whole pipeline on sentences with gold mentions."""
    nlp = spacy.load(pipeline)
    references = list(DocBin().from_disk(sentences).get_docs(nlp.vocab))
    component = component_of(nlp)

    def fresh() -> list[Doc]:
        examples = make_examples(
            references,
            nlp.make_doc,
            gold_mentions=True,
            spans_key=component.mentions.spans_key,
        )
        return [example.predicted for example in examples]

    n_pairs = sum(len(component.find_candidates(doc).pairs) for doc in nlp.pipe(fresh()))
    rates = []
    for _ in range(repeats):
        docs = fresh()
        start = perf_counter()
        for _doc in nlp.pipe(docs):
            pass
        rates.append(n_pairs / (perf_counter() - start))
    speed = Speed(fingerprint=fingerprint, pairs_a_second=median(rates), repeats=rates)
    srsly.write_json(output, asdict(speed))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    typer.run(main)
