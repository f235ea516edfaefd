"""What the scores of a recipe mean: a table and a plot.

python -m benchmarks.crossval.page merged.short1.0.seed1    # renews docs/confidence.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from matplotlib.figure import Figure

from benchmarks.crossval.calibration import ANY, FITTED, SCALED
from benchmarks.crossval.report import RESULTS, Run, percent, read_run
from benchmarks.page import Table, markdown_table, write_page

MODULE = "benchmarks.crossval.page"
PAGE = Path(__file__).parents[2] / "docs" / "confidence.md"


def main(
    run: Annotated[str, typer.Argument(help="Recipe and seed, as in the name of its results.")],
    results: Annotated[Path, typer.Option(exists=True, help="Stored counts.")] = RESULTS,
    page: Annotated[Path, typer.Option(help="The Markdown file to renew.")] = PAGE,
) -> None:
    """Write the tables and the plot again."""
    found = read_run(results / f"{run}.json")
    content = (
        f"{len(found.documents)} documents in {len(found.folds)} folds, gold mentions (`{run}`).",
        markdown_table(by_rate(found.curves["scores"], "`min_score`"), n_words=4),
        markdown_table(by_rate(found.curves["thresholds"], "`threshold`"), n_words=4),
        markdown_table(by_type(found), n_words=3),
    )
    write_page(page, MODULE, "\n\n".join(content), draw(found))


def by_rate(rows: Iterable[Sequence[float]], title: str) -> Table:
    """Precision, recall and F1 (micro) of the relations that reach each value.

    rows (Iterable[Sequence[float]]): Value, precision and recall, of `Curves`.
    title (str): What the value is.
    RETURNS (Table): A table.
    """
    return [
        {
            title: f"{value:.2f}",
            "precision": percent(precision),
            "recall": percent(recall),
            "F1": percent(2 * precision * recall / max(precision + recall, 1e-9)),
        }
        for value, precision, recall in rows
    ]


def by_type(run: Run) -> Table:
    """Expected calibration error of each type."""
    return [
        {
            "relations": kind,
            "calibration error": f"{error:.3f}",
            "with a temperature alone": f"{run.calibration[SCALED][kind]:.3f}",
        }
        for kind, error in run.calibration[FITTED].items()
    ]


def draw(run: Run) -> Figure:
    """Left: how many are right at each score. Right: precision against recall."""
    found = run.curves
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for kind, bins in found["reliability"].items():
        scores, rates, _ = zip(*bins, strict=True)
        width = 2.5 if kind == ANY else 1
        left.plot(scores, rates, marker="o", markersize=3, linewidth=width, label=kind)
    left.set(xlabel="score", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    left.legend()
    for name in ("scores", "thresholds"):
        values, precision, recall = zip(*found[name], strict=True)
        label = "threshold" if name == "thresholds" else "min_score"
        right.plot(recall, precision, marker="o", markersize=3, label=label)
        for value, p, r in zip(values, precision, recall, strict=True):
            if round(100 * value) % 20 == 0 and value:
                right.annotate(
                    f"{value:.1f}", (r, p), textcoords="offset points", xytext=(4, 4), fontsize=8
                )
    right.legend()
    right.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0.5, 1))
    return figure


if __name__ == "__main__":
    typer.run(main)
