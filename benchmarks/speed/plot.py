"""The plot: time and memory as the work grows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

PANELS = (
    ("mentions", "mentions a sentence (16 sentences)"),
    ("documents", "texts"),
    ("batch-size", "Docs a batch (1,000 texts)"),
    ("n-process", "processes (10,000 texts)"),
)


def draw_plot(scaling: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw seconds and megabytes against what grows, a column for each.

    scaling (Sequence[dict]): As `benchmarks.speed.__main__.measure_scaling` gives them.
    path (Path): The file to write, e.g. a .svg.
    """
    # The same results give the same file.
    with mpl.rc_context({"svg.hashsalt": "speed", "svg.fonttype": "none"}):
        figure = Figure(figsize=(11, 4.6), layout="constrained")
        grid = figure.subplots(2, len(PANELS), sharex="col", sharey="row")
        for column, (name, title) in enumerate(PANELS):
            points = sorted(points_of(scaling, name))
            for axis, value in zip(grid[:, column], (1, 2), strict=True):
                axis.plot([p[0] for p in points], [p[value] for p in points], "o-", color="#1f4e79")
                axis.set_xscale("log", base=2 if name != "documents" else 10)
                axis.set_yscale("log")
                axis.grid(color="0.92")
                axis.set_axisbelow(True)
            grid[1, column].set_xlabel(title)
        grid[0, 0].set_ylabel("seconds")
        grid[1, 0].set_ylabel("MB above the loaded pipeline")
        figure.savefig(path, metadata={"Date": None})


def points_of(scaling: Sequence[dict[str, Any]], name: str) -> list[tuple[int, float, float]]:
    """What grows, seconds (the median) and megabytes (the most), of the measurements where nothing
    else was changed; plain `nlp.pipe` in several processes is left out."""
    own = {"mentions": {"mentions"}, "documents": {"documents"}}.get(name, {"documents", name})
    settings = {"mentions", "documents", "batch-size"} | ({"n-process"} & own)
    points: dict[int, list[dict[str, Any]]] = {}
    for found in scaling:
        is_one_process = "n-process" in own or found.get("n-process", 1) == 1
        if settings & found.keys() == own and is_one_process and not found.get("plain"):
            points.setdefault(found[name], []).append(found)
    return [
        (
            value,
            median(found["seconds"] for found in rounds),
            max(1.0, *(found["megabytes_above_loaded"] for found in rounds)),
        )
        for value, rounds in points.items()
    ]
