"""How many of the true pairs get their type, by the length of their sentence in words.

    python -m spacy_ddi evaluate en_ddi_minilm CORPUS --documents configs/dev_documents.txt \
        --submission pairs.txt
    python -m benchmarks.sentence_lengths CORPUS pairs.txt
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Annotated, Final

import typer

from spacy_ddi.corpora.documents import Document
from spacy_ddi.formats.ddi2013 import read_document

BOUNDS: Final = (20, 40, 60, inf)
"""The most words of each group of sentences."""


@dataclass
class Found:
    """What was found in a group of sentences."""

    n_true: int = 0
    n_right: int = 0
    sentences: set[str] = field(default_factory=set)


def count_by_length(lines: Iterable[str], documents: Iterable[Document]) -> dict[float, Found]:
    """Count true pairs, and those of them that have their type.

    lines (Iterable[str]): What `evaluate --submission` wrote.
    documents (Iterable[Document]): The corpus; documents without a line do not count.
    RETURNS (Dict[float, Found]): Counts by the most words of a group.
    """
    labels = {
        frozenset((pair.head, pair.tail)): (pair.label, len(sentence.text.split()))
        for document in documents
        for sentence in document.sentences
        for pair in sentence.interactions
        if pair.label
    }
    counts = {bound: Found() for bound in BOUNDS}
    for line in lines:
        sentence_id, head, tail, _, label = line.strip().split("|")
        true_label, n_words = labels.get(frozenset((head, tail)), ("", 0))
        if true_label:
            group = counts[next(bound for bound in BOUNDS if n_words <= bound)]
            group.n_true += 1
            group.n_right += label == true_label
            group.sentences.add(sentence_id)
    return counts


def main(
    corpus: Annotated[Path, typer.Argument(exists=True, help="Folder with the corpus's XML.")],
    submission: Annotated[Path, typer.Argument(exists=True, help="From `evaluate --submission`.")],
) -> None:
    """Print the recall of typed pairs for each group of sentences."""
    documents = [read_document(path, on_problem=ignore) for path in sorted(corpus.rglob("*.xml"))]
    lines = submission.read_text(encoding="utf8").splitlines()
    for bound, found in count_by_length(lines, documents).items():
        recall = 100 * found.n_right / found.n_true if found.n_true else 0.0
        print(
            f"up to {bound} words: {found.n_right} of {found.n_true} true pairs ({recall:.1f} %) "
            f"in {len(found.sentences)} sentences"
        )


def ignore(*_: object) -> None:
    """What is odd in the XML is told by `evaluate`."""


if __name__ == "__main__":
    typer.run(main)
