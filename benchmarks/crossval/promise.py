"""Whether the precision that is promised is found, on documents that nothing was fitted on.

    python -m benchmarks.crossval.promise training/crossval/adapted.short0.5.seed1

In each fold: what precision to expect at which score is learned from the pairs of the other folds,
and the relations of the fold itself are reported by it. Prints tables in Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import numpy as np
import srsly
import typer

from benchmarks.crossval.calibration import FITTED, Relation, fitted_folds
from benchmarks.crossval.recipes import PAIRS
from benchmarks.page import markdown_table
from spacy_ddi.component.reported import is_reported, promised_score
from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES
from spacy_ddi.training.temperature import Fit

PROMISED = (0.8, 0.9, 0.95)
N_SAMPLES = 2000
SEED = 0


def main(
    run: Annotated[Path, typer.Argument(exists=True, help="Folder of a recipe and seed.")],
    promised: Annotated[
        list[float], typer.Option(min=0, max=1, help="Precision; may be given again.")
    ] = list(PROMISED),  # noqa: B006 (typer's way to have several)
) -> None:
    """Print promised and found precision, with 95 % intervals."""
    files = sorted(run.glob(f"fold*/{PAIRS}"))
    if len(files) < 2:
        raise typer.BadParameter(f"{run} has no two fold*/{PAIRS}: run benchmarks.crossval first.")
    folds = list(fitted_folds([list(srsly.read_jsonl(path)) for path in files]))
    every = list(chain.from_iterable(fold.relations for fold in folds))
    by_fold, by_type = [], []
    for precision in promised:
        kept = [reported(fold.fit, fold.relations, precision) for fold in folds]
        together = list(chain.from_iterable(kept))
        n_right = sum(each.is_right for each in together)
        share = n_right / sum(each.is_right for each in every)
        n_held = sum(holds(part, precision) for part in kept)
        row = {"promised": f"{precision:.2f}", "found": found(together)}
        by_fold.append(
            {
                **row,
                "relations": f"{len(together):,} of {len(every):,}",
                "right ones kept": f"{100 * share:.1f} %",
                "folds whose interval reaches it": f"{n_held} of {len(kept)}",
                **{f"fold {i}": found(part) for i, part in enumerate(kept)},
            }
        )
        of_types = {
            label: [each for each in together if each.label == label] for label in INTERACTION_TYPES
        }
        counted = {label: f"{found(part)}; {len(part):,}" for label, part in of_types.items()}
        by_type.append({**row, **counted})
    typer.echo("\n\n".join(markdown_table(table, n_words=1) for table in (by_fold, by_type)))


def reported(fit: Fit, relations: Sequence[Relation], precision: float) -> list[Relation]:
    """The relations that are reported where a precision is asked for.

    fit (Fit): What is known of scores.
    relations (Sequence[Relation]): Relations with scores that are fitted by it.
    precision (float): In [0, 1].
    RETURNS (List[Relation]): Those that are reported.
    """
    least = {label: promised_score(rows, precision) for label, rows in fit.precisions.items()}
    return [each for each in relations if is_reported(each.scores[FITTED], least[each.label])]


def interval(relations: Sequence[Relation]) -> tuple[float, float]:
    """The 95 % bootstrap interval, over documents, of the share that is right.

    relations (Sequence[Relation]): One relation or more.
    RETURNS (Tuple[float, float]): Its ends.
    """
    _, at = np.unique([each.document for each in relations], return_inverse=True)
    n = np.bincount(at)
    right = np.bincount(at, [each.is_right for each in relations])
    drawn = np.random.default_rng(SEED).integers(0, len(n), (N_SAMPLES, len(n)))
    low, high = np.percentile(right[drawn].sum(axis=1) / n[drawn].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


def holds(relations: Sequence[Relation], precision: float) -> bool:
    """Whether the interval of what was found reaches a promised precision, or nothing was found."""
    return not relations or interval(relations)[1] >= precision


def found(relations: Sequence[Relation]) -> str:
    """The share that is right, with its interval, as text."""
    if not relations:
        return "nothing"
    low, high = interval(relations)
    share = sum(each.is_right for each in relations) / len(relations)
    return f"{share:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    typer.run(main)
