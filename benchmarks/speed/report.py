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

from benchmarks.page import markdown_table, ratios, spread, write_page

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

Seconds = dict[str, list[float]]
"""Of each system the seconds of each round."""


def main(
    results: Annotated[Path, typer.Option(exists=True, help="Stored figures.")] = RESULTS,
    page: Annotated[Path, typer.Option(help="The Markdown file to renew.")] = PAGE,
) -> None:
    """Write tables and plot again."""
    figures = srsly.read_json(results / "speed.json")
    write_page(page, MODULE, as_markdown(figures), draw_plot(figures["scaling"]))


def as_markdown(figures: dict[str, Any]) -> str:
    """All tables."""
    machine = figures["machine"]
    heads = system_lines(**figures["heads"], against="mean-pooled spans", form=".2f")
    shares = figures["shares"]
    share_lines = [
        [precision, *(spread([100 * share for share in part]) for part in of_precision.values())]
        for precision, of_precision in shares.items()
    ]
    head_of_shares = ["Share of the time from raw text, %", *next(iter(shares.values()))]
    parts = [
        f"One thread of {machine['processor']} ({machine['cores']} cores, "
        f"{' and '.join(machine['bfloat16']) or 'no bfloat16 arithmetic'}), torch "
        f"{machine['torch']}. Medians of {figures['repeats']} rounds, the systems in turns; in "
        "brackets the lowest and the highest round. Pairs are candidates: those that the negative "
        "filter leaves.",
        extraction_table(figures["extraction"]),
        markdown_table(["Head alone", "pairs/s", "times mean-pooled spans"], heads),
        markdown_table(head_of_shares, share_lines),
        training_table(**figures["training"]),
        processes_table(figures["scaling"]),
    ]
    return "\n\n".join(parts)


def system_lines(
    n_pairs: int, seconds: Seconds, against: str, form: str = ".1f"
) -> list[list[str]]:
    """For each system its name, pairs a second, and how many times as fast as another it is."""
    return [
        [name, f"{n_pairs / median(spent):,.0f}", spread(ratios(spent, seconds[against]), form)]
        for name, spent in seconds.items()
    ]


def extraction_table(extraction: Sequence[dict[str, Any]]) -> str:
    """Pairs a second with gold mentions, against one pass a pair; the word pieces that are read."""
    per_pair = "one pass a pair"
    head = ["Sentences", "encoder in", "System", "pairs/s"]
    head += [f"times {per_pair}", f"times {per_pair} in float32"]
    lines, pieces = [], []
    for part in extraction:
        sentences = f"{part['sentences']} ({part['n_sentences']} sentences)"
        slowest = part["seconds"]["float32"][per_pair]
        for precision, seconds in part["seconds"].items():
            for cells in system_lines(part["n_pairs"], seconds, per_pair):
                last = spread(ratios(seconds[cells[0]], slowest))
                lines.append([sentences, precision, *cells, last])
        read = part["n_pieces"]
        pieces.append(f"{part['sentences']}: {read['ours']:,} instead of {read[per_pair]:,}")
    table = markdown_table(head, lines, n_words=3)
    return f"{table}\n\nWord pieces that are read: {'; '.join(pieces)}."


def training_table(n_sentences: int, n_timed: int, n_pairs: int, seconds: Seconds) -> str:
    """Pairs a second in training, and what an epoch comes to."""
    per_pair = "per-pair fine-tuning"
    lines = [
        [*cells, spread([each * n_sentences / n_timed / 60 for each in seconds[cells[0]]])]
        for cells in system_lines(n_pairs, seconds, per_pair)
    ]
    table = markdown_table(["Training", "pairs/s", f"times {per_pair}", "minutes an epoch"], lines)
    return f"{table}\n\nAn epoch is {n_sentences:,} sentences, extrapolated from {n_timed} of them."


def processes_table(scaling: Sequence[dict[str, Any]]) -> str:
    """Raw text in one process and in two."""
    rounds: dict[str, list[dict[str, Any]]] = {}
    for found in scaling:
        if "n-process" in found:
            how = " by nlp.pipe alone" if found.get("plain") else ""
            title = f"{found['texts']:,} texts, n_process={found['n-process']}{how}"
            rounds.setdefault(title, []).append(found)
    seconds = {title: [each["seconds"] for each in found] for title, found in rounds.items()}
    single = next(iter(seconds.values()))
    lines = [
        [title, spread(spent), spread(ratios(spent, single), ".2f"), f"{peak(rounds[title]):,.0f}"]
        for title, spent in seconds.items()
    ]
    head = ["From raw text", "seconds", "times one process", "peak MB above the loaded pipeline"]
    return (
        f"{markdown_table(head, lines)}\n\nMedians of {len(single)} rounds, in turns, each in a "
        "process of its own. Memory of several processes is that of all together, looked at four "
        "times a second; that of one is exact. With nlp.pipe alone, each process had one thread, "
        "too."
    )


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
            axis.plot(sizes, ys, "o-", color="#1f4e79")
            axis.set_xscale("log", base=10 if name == "documents" else 2)
            axis.set_yscale("log")
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
