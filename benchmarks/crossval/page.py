"""What the scores of a recipe mean: a table and a plot.

python -m benchmarks.crossval.page read.seed1    # renews docs/confidence.md
"""

from __future__ import annotations

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
        markdown_table(by_threshold(found), n_words=4),
        markdown_table(by_type(found), n_words=3),
    )
    write_page(page, MODULE, "\n\n".join(content), draw(found))


def by_threshold(run: Run) -> Table:
    """Precision, recall and F1 (micro) of the relations that have a score or more."""
    table = []
    for threshold, precision, recall in run.curves["thresholds"]:
        f_score = 2 * precision * recall / max(precision + recall, 1e-9)
        table.append(
            {
                "least score": f"{threshold:.2f}",
                "precision": percent(precision),
                "recall": percent(recall),
                "F1": percent(f_score),
            }
        )
    return table


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
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for kind, bins in run.curves["reliability"].items():
        scores, rates, _ = zip(*bins, strict=True)
        width = 2.5 if kind == ANY else 1
        left.plot(scores, rates, marker="o", markersize=3, linewidth=width, label=kind)
    left.set(xlabel="score", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    left.legend()
    thresholds, precision, recall = zip(*run.curves["thresholds"], strict=True)
    right.plot(recall, precision, marker="o", markersize=3)
    for threshold, p, r in zip(thresholds, precision, recall, strict=True):
        if round(100 * threshold) % 10 == 0 and threshold:
            right.annotate(
                f"{threshold:.1f}", (r, p), textcoords="offset points", xytext=(4, 4), fontsize=8
            )
    right.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0.5, 1))
    right.set_title("by the least score", fontsize=10)
    return figure


if __name__ == "__main__":
    typer.run(main)
