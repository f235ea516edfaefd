"""Tables and plot from stored figures.

python -m benchmarks.speed.report    # renews docs/speed.md
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Annotated

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

MEGABYTES = "peak MB above the loaded pipeline"


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
    for table in (*figures["tables"].values(), processes(figures["scaling"]["n-process"])):
        n_words = sum(isinstance(value, str) for value in table[0].values())
        content.append(markdown_table(table, n_words=n_words))
    write_page(page, MODULE, "\n\n".join(content), draw_plot(figures["scaling"]))


def processes(measured: list[dict[str, float]]) -> Table:
    """Raw text in one process and in two, against one."""
    rounds: dict[tuple[float, float], list[dict[str, float]]] = {}
    for found in measured:
        rounds.setdefault((found["n-process"], found["plain"]), []).append(found)
    single = [found["seconds"] for found in rounds[1, 0]]
    table = []
    for (n_process, plain), of_way in rounds.items():
        way = f"n_process={n_process}{' by nlp.pipe alone' if plain else ''}"
        seconds = [found["seconds"] for found in of_way]
        line = {
            "From raw text": f"{of_way[0]['texts']:,} texts, {way}",
            "seconds": seconds,
            "times one process": ratios(seconds, single),
            MEGABYTES: max(found["megabytes_above_loaded"] for found in of_way),
        }
        table.append(line)
    return table


def draw_plot(scaling: dict[str, list[dict[str, float]]]) -> Figure:
    """Seconds and megabytes against what grows, a column for each."""
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    grid = figure.subplots(2, len(PANELS), sharex="col", sharey="row")
    for column, (name, title) in zip(grid.T, PANELS.items(), strict=True):
        found = [each for each in scaling[name] if not each.get("plain")]
        sizes = sorted({each[name] for each in found})
        for axis, figures in zip(column, ("seconds", "megabytes_above_loaded"), strict=True):
            means = [mean(each[figures] for each in found if each[name] == size) for size in sizes]
            axis.loglog(sizes, means, "o-", color="#1f4e79")
            axis.set_xscale("log", base=10 if name == "documents" else 2)
            axis.grid(color="0.92")
        axis.set_xlabel(title)
    grid[0, 0].set_ylabel("seconds")
    grid[1, 0].set_ylabel("MB above the loaded pipeline")
    return figure


if __name__ == "__main__":
    typer.run(main)
