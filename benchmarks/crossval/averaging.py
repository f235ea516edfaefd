"""Score the mean of what several recipes say: an ensemble, the most that a student of it may learn.

python -m benchmarks.crossval.averaging both adapted.short0.5.seed1 teacher.short0.65.seed1
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any

import srsly
import typer

from benchmarks.crossval.recipes import PAIRS
from benchmarks.crossval.report import RESULTS, as_lines, store

Pair = dict[str, Any]


def main(
    name: Annotated[str, typer.Argument(help="What the mean is called.")],
    runs: Annotated[list[str], typer.Argument(help="Recipes and seeds that were run.")],
    folder: Annotated[Path, typer.Option(exists=True, help="Where they were run.")] = Path(
        "training/crossval"
    ),
    results: Annotated[Path, typer.Option(help="Where counts by document are stored.")] = RESULTS,
) -> None:
    """Average the probabilities of runs, fold by fold, and score the mean."""
    written = []
    for place in sorted((folder / runs[0]).glob(f"fold*/{PAIRS}")):
        files = [folder / run / place.parent.name / PAIRS for run in runs]
        output = folder / name / place.parent.name / PAIRS
        output.parent.mkdir(parents=True, exist_ok=True)
        srsly.write_jsonl(output, averaged([list(srsly.read_jsonl(file)) for file in files]))
        written.append(output)
    if not written:
        raise typer.BadParameter(f"{folder / runs[0]} has no folds that are done")
    typer.echo("\n".join(as_lines([store(name, written, results)])))


def averaged(runs: Sequence[Sequence[Pair]]) -> Iterator[Pair]:
    """What the first run says of each pair, with the mean of the probabilities of all.

    runs (Sequence[Sequence[Dict[str, Any]]]): Pairs of the same sentences; see `pairs_of`.
    YIELDS (Dict[str, Any]): A pair. It is a candidate if it was one in any run, and its mean is of
        those runs.
    RAISES (KeyError): If a run lacks a pair.
    """
    others = [{_place(pair): pair["probs"] for pair in run} for run in runs[1:]]
    for pair in runs[0]:
        of_runs = [pair["probs"], *(other[_place(pair)] for other in others)]
        said = [probs for probs in of_runs if probs is not None]
        mean = {label: fmean(probs[label] for probs in said) for label in next(iter(said), ())}
        yield {**pair, "probs": mean or None}


def _place(pair: Pair) -> tuple[str, str]:
    return pair["sentence"], str(pair["places"])


if __name__ == "__main__":
    typer.run(main)
