"""Figures of recipes from stored counts by document, which hold nothing of the corpus.

python -m benchmarks.crossval.report annotated
python -m benchmarks.crossval.report annotated plain    # … and how the first differs
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any

import srsly
import typer

from benchmarks.crossval.calibration import (
    ANY,
    FITTED,
    SCALED,
    Curves,
    curves_of,
    errors_of,
    fitted_folds,
)
from spacy_ddi.component.targets import NONE
from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES
from spacy_ddi.scoring.bootstrap import compare, mean_interval
from spacy_ddi.scoring.counts import PairCounts, Tally
from spacy_ddi.scoring.metrics import compute_scores

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True)
class Run:
    """A recipe, trained and scored with one seed.

    name (str): Recipe and seed.
    folds (Sequence[Dict[str, PairCounts]]): Of each fold the counts of each document.
    calibration (Dict[str, Dict[str, float]]): Expected calibration error; see `errors_of`.
    curves (Curves): How scores, precision and recall hang together.
    """

    name: str
    folds: Sequence[dict[str, PairCounts]]
    calibration: dict[str, dict[str, float]]
    curves: Curves

    @property
    def documents(self) -> dict[str, PairCounts]:
        """The counts of each document."""
        return {id_: counts for fold in self.folds for id_, counts in fold.items()}


def main(
    recipe: Annotated[str, typer.Argument(help="Name of the recipe, as it was run.")],
    other: Annotated[str | None, typer.Argument(help="One that it is compared with.")] = None,
    results: Annotated[Path, typer.Option(exists=True, help="Stored counts.")] = RESULTS,
    output: Annotated[Path | None, typer.Option(help="JSON file for the figures.")] = None,
) -> None:
    """Print the figures of a recipe, all its seeds together."""
    runs = read_runs(recipe, results)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        srsly.write_json(output, figures(runs))
    typer.echo("\n".join(as_lines(runs)))
    if other is not None:
        others = read_runs(other, results)
        typer.echo("\n".join(as_lines(others)))
        typer.echo("\n".join(differences(runs, others)))


def store(run: str, files: Sequence[Path], results: Path) -> Run:
    """Count what was said of the pairs of each fold, and store the counts.

    run (str): Recipe and seed.
    files (Sequence[Path]): What `benchmarks.crossval.fold score` wrote, a file a fold.
    results (Path): Folder that gets a file of this run.
    RETURNS (Run): The counts.
    """
    folds = [list(srsly.read_jsonl(path)) for path in files]
    fitted = list(fitted_folds(folds))
    found = chain.from_iterable(fold.relations for fold in fitted)
    n_true = sum(pair["gold"] != NONE for fold in folds for pair in fold)
    counted = Run(
        run, [count(fold) for fold in folds], errors_of(found), curves_of(fitted, n_true=n_true)
    )
    stored = {
        "calibration": {
            how: {kind: round(error, 4) for kind, error in errors.items()}
            for how, errors in counted.calibration.items()
        },
        "curves": counted.curves,
        "folds": [
            {id_: to_lists(counts) for id_, counts in sorted(fold.items())}
            for fold in counted.folds
        ],
    }
    results.mkdir(parents=True, exist_ok=True)
    (results / f"{run}.json").write_text(srsly.json_dumps(stored) + "\n", encoding="utf8")
    return counted


def count(pairs: Iterable[dict[str, Any]]) -> dict[str, PairCounts]:
    """Count pairs as the scorer does, by document.

    pairs (Iterable[Dict[str, Any]]): What `fold.pairs_of` yields.
    RETURNS (Dict[str, PairCounts]): The counts of each document.
    """
    documents: dict[str, PairCounts] = {}
    for pair in pairs:
        counts = documents.setdefault(
            pair["document"], PairCounts(per_type={label: Tally() for label in INTERACTION_TYPES})
        )
        gold, found = pair["gold"], label_of(pair)
        tallies = [(label, counts.per_type[label]) for label in INTERACTION_TYPES]
        for label, tally in tallies:
            tally.tp += gold == found == label
            tally.fp += found == label != gold
            tally.fn += gold == label != found
        counts.detection.tp += NONE not in (gold, found)
        counts.detection.fp += gold == NONE != found
        counts.detection.fn += found == NONE != gold
    return documents


def label_of(pair: dict[str, Any]) -> str:
    """The likeliest class of a pair; none if it was no candidate."""
    probs: dict[str, float] | None = pair["probs"]
    return max(probs, key=lambda name: probs[name]) if probs else NONE


def to_lists(counts: PairCounts) -> dict[str, list[int]]:
    """The counts of a document that are not all zero, for a file."""
    every = {**counts.per_type, ANY: counts.detection}
    return {kind: [t.tp, t.fp, t.fn] for kind, t in every.items() if t.tp or t.fp or t.fn}


def read_runs(recipe: str, results: Path) -> list[Run]:
    """The runs of a recipe, one a seed.

    recipe (str): Its name, with `.shortX`, the share of its steps that was trained.
    results (Path): Folder with stored counts.
    RETURNS (List[Run]): The runs.
    RAISES (BadParameter): If there is none.
    """
    runs = [read_run(path) for path in sorted(results.glob(f"{recipe}.seed*.json"))]
    if not runs:
        raise typer.BadParameter(f"{results} has no results of {recipe}")
    return runs


def read_run(path: Path) -> Run:
    """A stored run.

    path (Path): What `store` wrote.
    RETURNS (Run): The run.
    RAISES (BadParameter): If it isn't there.
    """
    if not path.exists():
        raise typer.BadParameter(f"{path} is not there: run benchmarks.crossval first.")
    stored = srsly.read_json(path)
    folds = [
        {
            id_: PairCounts(
                per_type={kind: Tally(*counts.get(kind, ())) for kind in INTERACTION_TYPES},
                detection=Tally(*counts.get(ANY, ())),
            )
            for id_, counts in fold.items()
        }
        for fold in stored["folds"]
    ]
    return Run(path.stem, folds, stored["calibration"], stored["curves"])


def figures(runs: Sequence[Run]) -> dict[str, Any]:
    """The figures of a recipe: means over its seeds, fractions in [0, 1].

    runs (Sequence[Run]): Its runs. Documents that not all of them have are left out.
    RETURNS (Dict[str, Any]): Rates as in `Scores`, `micro_f_ci` (bootstrap over documents),
        `folds` (micro F1 of each, a mean over runs of the same folds), `per_source`, `calibration`
        (see `errors_of`), `n_documents` (with a pair of mentions).
    """
    runs = with_the_same_documents(runs)
    scores: list[Any] = [compute_scores(run.documents, INTERACTION_TYPES) for run in runs]
    sources = sources_of(runs)
    low, high = mean_interval([run.documents for run in runs], INTERACTION_TYPES)
    fold_scores = [
        [compute_scores(fold, INTERACTION_TYPES)["micro_f"] for fold in run.folds if fold]
        for run in runs
    ]
    return {
        **{
            f"{kind}_{rate}": mean(each[f"{kind}_{rate}"] for each in scores)
            for kind in ("micro", "macro", "detection")
            for rate in "prf"
        },
        "micro_f_ci": [low, high],
        "folds": list(map(mean, zip(*fold_scores, strict=False))),
        "per_type": {
            label: {rate: mean(each["per_type"][label][rate] for each in scores) for rate in "prf"}
            for label in INTERACTION_TYPES
        },
        "per_source": {source: mean(micro_f_of(run, source) for run in runs) for source in sources},
        "calibration": {
            how: {
                kind: mean(run.calibration[how].get(kind, 0.0) for run in runs)
                for kind in (ANY, *INTERACTION_TYPES)
            }
            for how in (FITTED, SCALED)
        },
        "n_documents": len(set.union(*(set(run.documents) for run in runs))),
        "runs": [run.name for run in runs],
    }


def micro_f_of(run: Run, source: str) -> float:
    """The micro F1 on the documents of a source, such as `DDI-MedLine`."""
    return compute_scores(_of_source(run.documents, source), INTERACTION_TYPES)["micro_f"]


def as_lines(runs: Sequence[Run]) -> list[str]:
    """The figures of a recipe, to print.

    runs (Sequence[Run]): Its runs.
    RETURNS (List[str]): Lines.
    """
    found = figures(runs)
    folds = found["folds"]
    low, high = found["micro_f_ci"]
    spread = percent(stdev(folds) / len(folds) ** 0.5) if len(folds) > 1 else "unknown"
    per_type = ", ".join(
        f"{label} {percent(rates['f'])}" for label, rates in found["per_type"].items()
    )
    return [
        f"{', '.join(found['runs'])}: {len(folds)} folds",
        f"  micro F1 {percent(found['micro_f'])} (P {percent(found['micro_p'])} "
        f"R {percent(found['micro_r'])}); {percent(low)} to {percent(high)}; "
        f"standard error over the folds {spread}",
        "  folds: " + ", ".join(map(percent, folds)),
        f"  detection {percent(found['detection_f'])}, {per_type}",
        *(f"  {source}: {percent(rate)}" for source, rate in found["per_source"].items()),
        *(
            f"  calibration error, {how}: "
            + ", ".join(f"{kind} {error:.3f}" for kind, error in errors.items())
            for how, errors in found["calibration"].items()
        ),
    ]


def differences(first: Sequence[Run], second: Sequence[Run]) -> list[str]:
    """How two recipes differ: paired bootstrap over the documents that all their runs have.

    first, second (Sequence[Run]): Their runs.
    RETURNS (List[str]): Lines to print, for all documents, each source and each type.
    """
    runs = with_the_same_documents([*first, *second])
    documents = [run.documents for run in runs]
    if not documents[0]:
        return ["They have no document in common."]
    lines = [_difference("all", documents, len(first), INTERACTION_TYPES)]
    for source in sources_of(runs):
        chosen = [_of_source(each, source) for each in documents]
        lines.append(_difference(source, chosen, len(first), INTERACTION_TYPES))
    lines += [_difference(label, documents, len(first), [label]) for label in INTERACTION_TYPES]
    return lines


def _difference(
    name: str, documents: Sequence[dict[str, PairCounts]], n_first: int, labels: Sequence[str]
) -> str:
    found = compare(documents[:n_first], documents[n_first:], labels)
    return (
        f"difference, {name} ({len(documents[0])} documents): {100 * found.mean:+.1f} "
        f"({100 * found.low:+.1f} to {100 * found.high:+.1f}), p = {found.p_value:.3f}"
    )


def with_the_same_documents(runs: Sequence[Run]) -> list[Run]:
    """The runs with the documents alone that all of them have."""
    shared = set.intersection(*(set(run.documents) for run in runs))
    return [
        replace(run, folds=[{k: fold[k] for k in sorted(shared & set(fold))} for fold in run.folds])
        for run in runs
    ]


def sources_of(runs: Sequence[Run]) -> list[str]:
    """What the documents of runs are of, such as `DDI-MedLine`."""
    return sorted({id_.rpartition(".")[0] for run in runs for id_ in run.documents})


def _of_source(documents: dict[str, PairCounts], source: str) -> dict[str, PairCounts]:
    return {k: v for k, v in documents.items() if k.startswith(f"{source}.")}


def percent(rate: float) -> str:
    """A rate as text."""
    return f"{100 * rate:.1f}"


if __name__ == "__main__":
    typer.run(main)
