"""Folds of a corpus: whole documents, and the same share of each source in every fold, or of each
type of interaction as well.

python -m benchmarks.folds DDICorpus/Train training/folds --n-folds 5 --seed 1
"""

from __future__ import annotations

import random
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from sklearn.model_selection import StratifiedGroupKFold

from spacy_ddi.formats.ddi2013 import read_folder


def draw_folds(ids: Iterable[str], n_folds: int, seed: int) -> list[list[str]]:
    """Deal documents out to folds, the sources one after another.

    ids (Iterable[str]): Ids of documents, in any order. What stands before the last full stop is
        the source: 'DDI-DrugBank', 'DDI-MedLine'.
    n_folds (int): How many folds there are.
    seed (int): Seed of the shuffling.
    RETURNS (List[List[str]]): The ids of each fold. Folds differ by one document at most, and so do
        their shares of each source.
    """
    sources: dict[str, list[str]] = defaultdict(list)
    for document in sorted(ids):
        sources[document.rpartition(".")[0]].append(document)
    generator = random.Random(seed)
    dealt: list[str] = []
    for source in sorted(sources):
        generator.shuffle(sources[source])
        dealt += sources[source]
    return [sorted(dealt[i::n_folds]) for i in range(n_folds)]


def draw_even_folds(pairs: Mapping[str, Iterable[str]], n_folds: int, seed: int) -> list[list[str]]:
    """Deal documents out to folds, so that each fold has its share of each kind of pair.

    pairs (Mapping[str, Iterable[str]]): The label of each pair of a document, by its id. A kind is
        a label in a source; a document without pairs is a kind of its own in its source.
    n_folds (int): How many folds there are.
    seed (int): Seed of the shuffling.
    RETURNS (List[List[str]]): The ids of each fold.
    """
    rows = [
        (document, f"{document.rpartition('.')[0]} {label}")
        for document in sorted(pairs)
        for label in list(pairs[document]) or [""]
    ]
    documents, kinds = zip(*rows, strict=True)
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # A kind of few pairs can't be in every fold.
        warnings.filterwarnings("ignore", message="The least populated class")
        folds = list(splitter.split(documents, kinds, groups=documents))
    return [sorted({documents[i] for i in held_out}) for _, held_out in folds]


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    output: Annotated[Path, typer.Argument(help="Folder that gets one list of ids a fold.")],
    n_folds: Annotated[int, typer.Option(min=2, help="How many folds.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the shuffling.")] = 1,
) -> None:
    """Write the lists of documents of each fold: fold0.txt, fold1.txt, …"""
    # What is odd in a file is no business of a list of ids.
    documents = read_folder(corpus, on_problem=lambda problem: None)
    folds = draw_folds({document.id for document in documents}, n_folds, seed)
    output.mkdir(parents=True, exist_ok=True)
    for i, ids in enumerate(folds):
        (output / f"fold{i}.txt").write_text("".join(f"{id_}\n" for id_ in ids), encoding="utf8")
        print(f"{output / f'fold{i}.txt'}: {len(ids)} documents")


if __name__ == "__main__":
    typer.run(main)
