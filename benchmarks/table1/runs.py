"""Stored results, and what of them can be compared: each row on the same documents and seeds."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    """What the rows of a table of folds have in common.

    seeds (Tuple[int, ...]): Seeds.
    folds (Tuple[str, ...]): Folds, of each of which there is a training with each seed.
    """

    seeds: tuple[int, ...]
    folds: tuple[str, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Trainings a row; of equal ones more folds."""
        return len(self.seeds) * len(self.folds), len(self.folds)


def read_tables(
    folder: Path,
    part: str,
    only: Sequence[str] = (),
    *,
    folds: Collection[str] = (),
    without: Collection[str] = (),
) -> list[Runs]:
    """What was scored on a part, with `documents`: its counts as the scorer takes them.

    folder (Path): Folder with stored results.
    part (str): "dev", "test" or "folds".
    only (Sequence[str]): Names of the rows to read; none for all.
    folds (Collection[str]): Names of the folds to read; none for all.
    without (Collection[str]): Ids of documents to leave out.
    RETURNS (List[Runs]): A table each; an empty list if nothing was scored. Of folds there may be
        several: rows stand together that share the same seeds and folds with the full model, which
        stands in each; that of most trainings comes first. With `only` there is one, of the folds
        that these rows share.
    """
    files = [srsly.read_json(path) for path in sorted(folder.glob("*.json"))]
    files = [run for run in files if not only or run["row"] in only]
    of_folds = [run for run in files if "folds" in run]
    if part == "folds":
        if folds:
            of_folds = [
                {**run, "folds": {f: run["folds"][f] for f in folds if f in run["folds"]}}
                for run in of_folds
            ]
        tables = _tables(of_folds, only)
        return [_by_row(_joined(of_folds, *table), without) for table in tables]
    found = {
        (run["row"], run["seed"]): {**run, "documents": to_counts(run["counts"].get(part, {}))}
        for run in files
        if "counts" in run
    }
    if part == "test":
        # What learned from all training documents takes the place of what learned from some.
        whole = (_of_whole(run) for run in of_folds if "whole" in run["folds"])
        found |= {(run["row"], run["seed"]): run for run in whole}
    runs = _by_row(found.values(), without)
    return [runs] if runs else []


def _tables(
    runs: Sequence[dict[str, Any]], only: Sequence[str]
) -> list[tuple[Sequence[str], Block]]:
    """The rows of each table of folds, and what they share."""
    if only:
        block = shared_block(runs, only)
        return [(only, block)] if block else []
    stored = {run["row"] for run in runs}
    names = [name for name in read_rows() if name in stored]
    beside = [FULL] if FULL in stored else []
    tables: dict[Block, list[str]] = {}
    for name in [name for name in names if name != FULL] or names:
        if block := shared_block(runs, [*beside, name]):
            tables.setdefault(block, [*beside]).append(name)
    found = [(rows, block) for block, rows in tables.items()]
    return sorted(found, key=lambda table: (table[1].size, len(table[0])), reverse=True)


def shared_block(runs: Sequence[dict[str, Any]], rows: Sequence[str]) -> Block | None:
    """The seeds and folds that some rows share, of which there are most trainings.

    runs (Sequence[Dict[str, Any]]): What is stored, with `folds`.
    rows (Sequence[str]): Names of rows.
    RETURNS (Optional[Block]): The block; None if they share nothing.
    """
    have: dict[str, set[tuple[int, str]]] = {name: set() for name in rows}
    for run in runs:
        if run["row"] in have:
            have[run["row"]] |= {(run["seed"], fold) for fold in run["folds"] if fold != "whole"}
    shared = set.intersection(*have.values())
    blocks = [
        Block(seeds, folds)
        for seeds in _subsets(sorted({seed for seed, _ in shared}))
        for folds in _subsets(sorted({fold for _, fold in shared}))
        if set(itertools.product(seeds, folds)) <= shared
    ]
    return max(blocks, key=lambda block: block.size, default=None)


def to_counts(stored: Mapping[str, Mapping[str, Sequence[int]]]) -> dict[str, PairCounts]:
    """Stored counts of documents as the scorer takes them."""
    return {
        document: PairCounts(
            per_type={label: Tally(*counts.get(label, ())) for label in INTERACTION_TYPES},
            detection=Tally(*counts.get(ANY, ())),
        )
        for document, counts in stored.items()
    }


def _joined(
    runs: Iterable[dict[str, Any]], rows: Sequence[str], block: Block
) -> Iterator[dict[str, Any]]:
    """Each of some rows with each seed of a block, its folds together."""
    for run in runs:
        if run["row"] in rows and run["seed"] in block.seeds:
            stored = {k: v for fold in block.folds for k, v in run["folds"][fold].items()}
            costs = {
                key: mean(run[key][fold] for fold in block.folds)
                for key in ("epochs", "train_seconds", "pairs_a_second")
            }
            yield {**run, **costs, "folds": block.folds, "documents": to_counts(stored)}


def _of_whole(run: dict[str, Any]) -> dict[str, Any]:
    """What learned from all training documents."""
    costs = {key: run[key]["whole"] for key in ("epochs", "train_seconds", "pairs_a_second")}
    of_test = to_counts(run["folds"]["whole"])
    return {**run, **costs, "documents": of_test, "folds": (), "n_folds": 0}


def _by_row(runs: Iterable[dict[str, Any]], without: Collection[str]) -> Runs:
    found: Runs = {name: [] for name in read_rows()}
    for run in runs:
        documents = {name: c for name, c in run["documents"].items() if name not in without}
        if documents:
            found[run["row"]].append({**run, "documents": documents})
    return {name: of_row for name, of_row in found.items() if of_row}


def _subsets(values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    return itertools.chain.from_iterable(
        itertools.combinations(values, n) for n in range(1, len(values) + 1)
    )
