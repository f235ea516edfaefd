"""Extra memory and time for the sentence with the most pairs, all of them classified. Linux only.

python benchmarks/giant_sentence.py en_ddi_minilm DDICorpus/Train
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import spacy
import typer

from spacy_ddi.annotations import MENTIONS_KEY
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.corpora.reader import read_docs

STATUS = Path("/proc/self/status")
RESET_PEAK = Path("/proc/self/clear_refs")


def main(pipeline: str, corpus: Path) -> None:
    """Print megabytes above the loaded pipeline, and seconds, of one prediction and one update."""
    nlp = spacy.load(pipeline, exclude=["ner", "tagger", "doc_cleaner"])
    component = nlp.get_pipe("ddi_relation")
    component.negative_filter = None
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
        megabytes, seconds = measure(lambda step=step: step([giant]))
        typer.echo(f"{step.__name__:8} {megabytes:6.0f} MB extra {seconds:6.1f} s")


def measure(function: Callable[[], None]) -> tuple[float, float]:
    """Peak memory above what is held before, in megabytes, and seconds."""
    before = read_status("VmRSS")
    RESET_PEAK.write_text("5")
    start = perf_counter()
    function()
    seconds = perf_counter() - start
    return read_status("VmHWM") - before, seconds


def read_status(name: str) -> float:
    """A field of the process's status, in megabytes."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"{STATUS} has no {name}")


if __name__ == "__main__":
    typer.run(main)
