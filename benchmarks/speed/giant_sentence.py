"""Extra memory and time for the sentence with the most pairs, all of them classified. Linux only.

python -m benchmarks.speed.giant_sentence en_ddi_minilm DDICorpus/Train
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import spacy
import typer
from spacy.tokens import Doc

from benchmarks.speed.scaling import held, measure
from benchmarks.speed.systems import annotated, with_mentions
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import MENTIONS_KEY


def main(pipeline: str, corpus: Path) -> None:
    """Print megabytes above the loaded pipeline, and seconds, of one prediction and one update."""
    unfiltered = {"candidates.negative_filter": None, "candidates.max_sentence_pairs": 10_000}
    nlp = spacy.load(pipeline, exclude=["ner", "tagger", "doc_cleaner"], config=unfiltered)
    loaded = held()
    docs = list(read_docs(corpus, nlp.make_doc))
    giant = max(docs, key=lambda doc: len(doc.spans[MENTIONS_KEY]))
    frozen = [name for name in nlp.pipe_names if name not in ("transformer", "ddi_relation")]

    def predict(docs: list[Doc]) -> None:
        annotated(nlp, with_mentions(docs, nlp), nlp.pipe_names)

    def update(docs: list[Doc]) -> None:
        examples = list(make_examples(docs, nlp.make_doc, gold_mentions=True))
        nlp.update(examples, annotates=frozen, exclude=frozen)

    n_mentions = len(giant.spans[MENTIONS_KEY])
    typer.echo(f"{len(giant)} tokens, {n_mentions * (n_mentions - 1) // 2} pairs")
    for step in (predict, update):
        step(docs[:20])  # warms up
        megabytes, seconds = measure(partial(step, [giant]))
        typer.echo(f"{step.__name__:8} {megabytes - loaded:6.0f} MB extra {seconds:6.1f} s")


if __name__ == "__main__":
    typer.run(main)
