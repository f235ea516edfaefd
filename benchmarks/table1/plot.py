"""The plot: a point with its interval for each row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure


def draw_plot(lines: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw micro F1 with its interval, the paper's figure beside it where there is one.

    lines (Sequence[dict]): As `benchmarks.table1.report.table_lines` gives them.
    path (Path): The file to write, e.g. a .svg.
    """
    parts = list(dict.fromkeys(line["part"] for line in lines))
    tallest = max(sum(line["part"] == part for line in lines) for part in parts)
    # The same results give the same file.
    with mpl.rc_context({"svg.hashsalt": "table1", "svg.fonttype": "none"}):
        figure = Figure(figsize=(7.5, 1.2 + 0.34 * tallest * len(parts)), layout="constrained")
        axes = figure.subplots(len(parts), 1, squeeze=False)[:, 0]
        for part, axis in zip(parts, axes, strict=True):
            draw_part(axis, [line for line in lines if line["part"] == part], part)
        figure.savefig(path, metadata={"Date": None})


def draw_part(axis: Any, lines: Sequence[dict[str, Any]], part: str) -> None:
    """The rows of one part, the first on top."""
    places = range(len(lines))
    points = [line["micro_f"] for line in lines]
    below = [line["micro_f"] - line["micro_f_low"] for line in lines]
    above = [line["micro_f_high"] - line["micro_f"] for line in lines]
    axis.errorbar(
        points, places, xerr=[below, above], fmt="o", color="#1f4e79", capsize=3, label="here"
    )
    of_paper = [(line["paper_f"], i) for i, line in enumerate(lines) if line["paper_f"]]
    if of_paper:
        label = "paper, official test part"
        axis.plot(*zip(*of_paper, strict=True), "D", color="#c55a11", mfc="none", label=label)
        axis.legend(loc="lower left")
    axis.set_yticks(places, [line["title"] for line in lines])
    axis.invert_yaxis()
    axis.grid(axis="x", color="0.92")
    axis.set_axisbelow(True)
    axis.set_xlabel(f"micro F1 ({part}), 95 % interval over documents")
