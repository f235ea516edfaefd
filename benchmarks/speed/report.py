"""Tables and plot from stored figures.

python -m benchmarks.speed.report    # renews docs/speed.md
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import srsly
import typer
from matplotlib.figure import Figure

from benchmarks.page import Table, markdown_table, ratios, write_page

MODULE = "benchmarks.speed.report"
RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[2] / "docs" / "speed.md"

PANELS = {
    "mentions": "mentions a sentence (16 sentences)",
    "documents": "texts",
    "batch-size": "Docs a batch (1,000 texts)",
    "n-process": "processes (10,000 texts)",
}
"""What grows."""


def main(
    results: Annotated[Path, typer.Option(exists=True, help="Stored figures.")] = RESULTS,
    page: Annotated[Path, typer.Option(help="The Markdown file to renew.")] = PAGE,
) -> None:
    """Write tables and plot again."""
    figures = srsly.read_json(results / "speed.json")
    machine, rounds = figures["machine"], figures["repeats"]
    flags = " and ".join(machine["bfloat16"]) or "no bfloat16 arithmetic"
    content = [
        f"One thread of {machine['processor']} ({machine['cores']} cores, {flags}), torch "
        f"{machine['torch']}. Medians of {rounds} rounds, with the lowest and the highest round."
    ]
    for table in (*figures["tables"].values(), processes(figures["scaling"])):
        n_words = sum(isinstance(value, str) for value in table[0].values())
        content.append(markdown_table(table, n_words=n_words))
    write_page(page, MODULE, "\n\n".join(content), draw_plot(figures["scaling"]))


def processes(scaling: Sequence[dict[str, Any]]) -> Table:
    """Raw text in one process and in two, against one."""
    rounds: dict[str, list[dict[str, Any]]] = {}
    for found in scaling:
        if "n-process" in found:
            how = " by nlp.pipe alone" if found.get("plain") else ""
            title = f"{found['texts']:,} texts, n_process={found['n-process']}{how}"
            rounds.setdefault(title, []).append(found)
    seconds = {title: [each["seconds"] for each in found] for title, found in rounds.items()}
    single = next(iter(seconds.values()))
    return [
        {
            "From raw text": title,
            "seconds": spent,
            "times one process": ratios(spent, single),
            "peak MB above the loaded pipeline": peak(rounds[title]),
        }
        for title, spent in seconds.items()
    ]


def peak(rounds: Sequence[dict[str, Any]]) -> float:
    """The most megabytes of some measurements."""
    return max(1.0, *(found["megabytes_above_loaded"] for found in rounds))


def draw_plot(scaling: Sequence[dict[str, Any]]) -> Figure:
    """Seconds and megabytes against what grows, a column for each."""
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    grid = figure.subplots(2, len(PANELS), sharex="col", sharey="row")
    for column, (name, title) in enumerate(PANELS.items()):
        sizes, *values = zip(*sorted(points_of(scaling, name)), strict=True)
        for axis, ys in zip(grid[:, column], values, strict=True):
            axis.loglog(sizes, ys, "o-", color="#1f4e79")
            axis.set_xscale("log", base=10 if name == "documents" else 2)
            axis.grid(color="0.92")
        grid[1, column].set_xlabel(title)
    grid[0, 0].set_ylabel("seconds")
    grid[1, 0].set_ylabel("MB above the loaded pipeline")
    return figure


def points_of(scaling: Sequence[dict[str, Any]], name: str) -> list[tuple[int, float, float]]:
    """What grows, seconds (the median) and megabytes (the most), of the measurements where nothing
    else was changed; plain `nlp.pipe` in several processes is left out."""
    points: dict[int, list[dict[str, Any]]] = {}
    for found in scaling:
        changed = PANELS.keys() & found.keys()
        if name != "n-process" and found.get("n-process") == 1:
            changed -= {"n-process"}
        if changed <= {"documents", name} and name in changed and not found.get("plain"):
            points.setdefault(found[name], []).append(found)
    return [
        (size, median(found["seconds"] for found in rounds), peak(rounds))
        for size, rounds in points.items()
    ]


if __name__ == "__main__":
    typer.run(main)
