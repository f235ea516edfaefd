"""Extra memory and time for the sentence with the most pairs, all of them classified. Linux only.

python -m benchmarks.giant_sentence en_ddi_minilm DDICorpus/Train
"""

from __future__ import annotations

from pathlib import Path

import spacy
import typer

from benchmarks.memory import measure, read_status
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import MENTIONS_KEY


def main(pipeline: str, corpus: Path) -> None:
    """Print megabytes above the loaded pipeline, and seconds, of one prediction and one update."""
    unfiltered = {"candidates.negative_filter": None, "candidates.max_sentence_pairs": 10_000}
    exclude = ["ner", "tagger", "doc_cleaner"]
    nlp = spacy.load(pipeline, exclude=exclude, config=unfiltered)
    loaded = read_status("VmRSS")
    docs = list(read_docs(corpus, nlp.make_doc))
    warm_up, giant = docs[:20], max(docs, key=lambda doc: len(doc.spans[MENTIONS_KEY]))
    frozen = [name for name in nlp.pipe_names if name not in ("transformer", "ddi_relation")]

    def predict(references: list[spacy.tokens.Doc]) -> None:
        examples = make_examples(references, nlp.make_doc, gold_mentions=True)
        list(nlp.pipe(example.predicted for example in examples))

    def update(references: list[spacy.tokens.Doc]) -> None:
        examples = list(make_examples(references, nlp.make_doc, gold_mentions=True))
        nlp.update(examples, annotates=frozen, exclude=frozen)

    n_mentions = len(giant.spans[MENTIONS_KEY])
    typer.echo(f"{len(giant)} tokens, {n_mentions * (n_mentions - 1) // 2} pairs")
    for step in (predict, update):
        step(warm_up)
        megabytes, seconds = measure(lambda step=step: step([giant]), before=loaded)
        typer.echo(f"{step.__name__:8} {megabytes:6.0f} MB extra {seconds:6.1f} s")


if __name__ == "__main__":
    typer.run(main)
