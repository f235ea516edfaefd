"""Stored results, and what of them can be compared: each row on the same documents and seeds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import srsly

from benchmarks.table1.rows import read_rows
from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES
from spacy_ddi.scoring.counts import PairCounts, Tally

ANY = "any type"
"""Stands among the types for detection: right pair, any type."""

Runs = dict[str, list[dict[str, Any]]]
"""By name of a row what is stored of it, a dict a seed, with the counts of one part."""

FULL = "full"


@dataclass(frozen=True)
class Block:
    """What all rows of a table have.

    rows (Sequence[str]): Their names, in the table's order.
    seeds (Sequence[int]): Seeds.
    folds (Sequence[str]): Folds.
    """

    rows: Sequence[str]
    seeds: Sequence[int]
    folds: Sequence[str]

    @property
    def size(self) -> tuple[int, int, int]:
        """How many trainings it holds; of equal ones more folds, then more rows."""
        n_folds, n_rows = len(self.folds), len(self.rows)
        return n_rows * len(self.seeds) * n_folds, n_folds, n_rows


def read_runs(folder: Path, part: str, only: Sequence[str] = ()) -> Runs:
    """What was scored on a part, with `documents`: its counts as the scorer takes them.

    folder (Path): Folder with stored results.
    part (str): "dev", "test" or "folds".
    only (Sequence[str]): Names of the rows to read; none for all.
    RETURNS (Runs): Of folds, what all rows have of them: see `largest_block`.
    """
    files = [srsly.read_json(path) for path in sorted(folder.glob("*.json"))]
    files = [run for run in files if not only or run["row"] in only]
    of_folds = [run for run in files if "folds" in run]
    if part == "folds":
        return _by_row(_joined(of_folds, largest_block(of_folds, only)))
    found = {
        (run["row"], run["seed"]): {**run, "documents": to_counts(run["counts"].get(part, {}))}
        for run in files
        if "counts" in run
    }
    if part == "test":
        # What learned from all training documents takes the place of what learned from some.
        whole = (_of_whole(run) for run in of_folds if "whole" in run["folds"])
        found |= {(run["row"], run["seed"]): run for run in whole}
    return _by_row(found.values())


def largest_block(runs: Sequence[dict[str, Any]], needed: Sequence[str] = ()) -> Block | None:
    """The rows, seeds and folds of which most trainings are there, the full model among them where
    it has any. So one row that is unfinished does not cut the documents of all others.

    runs (Sequence[Dict[str, Any]]): What is stored, with `folds`.
    needed (Sequence[str]): Rows that must be in it, in place of the full model.
    RETURNS (Optional[Block]): The block; None if there is none.
    """
    have: dict[str, set[tuple[int, str]]] = {}
    for run in runs:
        folds = {(run["seed"], fold) for fold in run["folds"] if fold != "whole"}
        have.setdefault(run["row"], set()).update(folds)
    if not needed:
        needed = [FULL] if have.get(FULL) else []
    if needed:
        shared = set.intersection(*(have.get(name, set()) for name in needed))
    else:
        shared = set().union(*have.values())
    blocks = []
    for seeds in _subsets(sorted({seed for seed, _ in shared})):
        for folds in _subsets(sorted({fold for _, fold in shared})):
            trainings = set(itertools.product(seeds, folds))
            if trainings <= shared:
                rows = [name for name in read_rows() if trainings <= have.get(name, set())]
                blocks += [Block(rows, seeds, folds)] if rows else []
    return max(blocks, key=lambda block: block.size, default=None)


def left_out(folder: Path, runs: Runs) -> dict[str, str]:
    """By name of a row that lacks some of a table's folds, what it has."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.folds.json")):
        run = srsly.read_json(path)
        if run["row"] not in runs and (folds := [f for f in run["folds"] if f != "whole"]):
            numbers = ", ".join(fold.removeprefix("fold") for fold in sorted(folds))
            found.setdefault(run["row"], []).append(f"seed {run['seed']}: {numbers}")
    return {name: "; ".join(said) for name, said in found.items()}


def to_counts(stored: Mapping[str, Mapping[str, Sequence[int]]]) -> dict[str, PairCounts]:
    """Stored counts of documents as the scorer takes them."""
    return {
        document: PairCounts(
            per_type={label: Tally(*counts.get(label, ())) for label in INTERACTION_TYPES},
            detection=Tally(*counts.get(ANY, ())),
        )
        for document, counts in stored.items()
    }


def _joined(runs: Iterable[dict[str, Any]], block: Block | None) -> Iterator[dict[str, Any]]:
    """Each row and seed of a block, its folds together."""
    for run in runs:
        if block and run["row"] in block.rows and run["seed"] in block.seeds:
            stored = {k: v for fold in block.folds for k, v in run["folds"][fold].items()}
            costs = {
                key: mean(run[key][fold] for fold in block.folds)
                for key in ("epochs", "train_seconds", "pairs_a_second")
            }
            yield {**run, **costs, "folds": block.folds, "documents": to_counts(stored)}


def _of_whole(run: dict[str, Any]) -> dict[str, Any]:
    """What learned from all training documents."""
    costs = {key: run[key]["whole"] for key in ("epochs", "train_seconds", "pairs_a_second")}
    return {**run, **costs, "documents": to_counts(run["folds"]["whole"])}


def _by_row(runs: Iterable[dict[str, Any]]) -> Runs:
    found: Runs = {name: [] for name in read_rows()}
    for run in runs:
        if run["documents"]:
            found[run["row"]].append(run)
    return {name: of_row for name, of_row in found.items() if of_row}


def _subsets(values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    return itertools.chain.from_iterable(
        itertools.combinations(values, n) for n in range(1, len(values) + 1)
    )
