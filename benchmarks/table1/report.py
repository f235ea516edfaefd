"""Table and plot from stored results; needs no corpus. Of each row counts by document are stored,
from which all figures are computed. Unlike the truth of the pairs they hold nothing of the corpus.

python -m benchmarks.table1.report                                    # renews docs/table1.md
python -m benchmarks.table1.report --compare gcn_baseline lstm_baseline
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any

import srsly
import typer
from matplotlib.figure import Figure

from benchmarks.page import markdown_table, write_page
from benchmarks.table1.rows import ROOT, read_comparisons, read_rows
from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES
from spacy_ddi.scoring.bootstrap import Difference, compare, mean_interval
from spacy_ddi.scoring.counts import PairCounts, Tally
from spacy_ddi.scoring.metrics import compute_scores

MODULE = "benchmarks.table1.report"
RESULTS = Path(__file__).parent / "results"
PAGE = ROOT / "docs" / "table1.md"
PARTS = {"dev": "development documents", "test": "official test part"}

ANY = "any type"
"""Stands among the types for detection: right pair, any type."""

Runs = dict[str, list[dict[str, Any]]]
"""By name of a row what is stored of it, a dict a seed, with the counts of one part."""


def main(
    results: Annotated[Path, typer.Option(exists=True, help="Stored results.")] = RESULTS,
    page: Annotated[Path, typer.Option(help="The Markdown file to renew.")] = PAGE,
    compare: Annotated[
        tuple[str, str] | None, typer.Option(help="Print the difference of two rows instead.")
    ] = None,
) -> None:
    """Write table and plot again."""
    if compare is None:
        write_report(results, page)
        return
    for part, title in PARTS.items():
        if found := difference(read_runs(results, part), *compare):
            typer.echo(f"{title}: {in_words(*compare, found)}")


def write_report(results: Path, page: Path) -> None:
    """Write the tables into a page, and the plot beside it."""
    texts, plotted = [], {}
    for part, title in PARTS.items():
        if runs := read_runs(results, part):
            lines = table_lines(runs)
            plotted[title] = lines
            texts.append(as_markdown(title, runs, lines))
    if texts:
        write_page(page, MODULE, "\n\n".join(texts), draw_plot(plotted))


def read_runs(folder: Path, part: str) -> Runs:
    """What was scored on a part, with `documents`: its counts as the scorer takes them."""
    runs: Runs = {name: [] for name in read_rows()}
    for path in sorted(folder.glob("*.json")):
        run = srsly.read_json(path)
        run["documents"] = {
            document: PairCounts(
                per_type={label: Tally(*n) for label, n in counts.items() if label != ANY},
                detection=Tally(*counts[ANY]),
            )
            for document, counts in run["counts"].get(part, {}).items()
        }
        if run["documents"]:
            runs[run["row"]].append(run)
    return {name: of_row for name, of_row in runs.items() if of_row}


def table_lines(runs: Runs) -> list[dict[str, Any]]:
    """A line for each row that was scored: rates in per cent, F1 of each seed; intervals and
    differences from the first row by the bootstrap over documents."""
    lines = []
    for name, own in runs.items():
        documents = [run["documents"] for run in own]
        scores = [compute_scores(found, INTERACTION_TYPES) for found in documents]
        rates = {label: [s["per_type"][label]["f"] for s in scores] for label in INTERACTION_TYPES}
        rates |= {key: [score[key] for score in scores] for key in ("micro_p", "micro_r")}
        rates[ANY] = [score["detection_f"] for score in scores]
        line = {
            "row": read_rows()[name],
            "runs": own,
            "f": [100 * score["micro_f"] for score in scores],
            "interval": [100 * end for end in mean_interval(documents, INTERACTION_TYPES)],
            "difference": difference(runs, name, "full") if name != "full" else None,
            **{key: f"{100 * mean(values):.1f}" for key, values in rates.items()},
        }
        lines.append(line)
    return lines


def difference(runs: Runs, first: str, second: str) -> Difference | None:
    """The difference of two rows' F1, on the seeds that both have; None where there is none."""
    sides = [
        {run["seed"]: run["documents"] for run in runs.get(row, [])} for row in (first, second)
    ]
    seeds = sorted(sides[0].keys() & sides[1].keys())
    if not seeds:
        return None
    ours, theirs = ([side[seed] for seed in seeds] for side in sides)
    return compare(ours, theirs, INTERACTION_TYPES)


def as_markdown(title: str, runs: Runs, lines: list[dict[str, Any]]) -> str:
    """Scores of a part and the differences of `rows.yml`; then types and costs of each row."""
    rows = [cells(line) for line in lines]
    split = list(rows[0]).index("paper: F1") + 1
    scores = [dict(list(row.items())[:split]) for row in rows]
    costs = [{"System": row["System"], **dict(list(row.items())[split:])} for row in rows]
    compared = [
        f"- {asked['question']} {in_words(asked['first'], asked['second'], found)}\n"
        for asked in read_comparisons()
        if (found := difference(runs, asked["first"], asked["second"]))
    ]
    return (
        f"Scores on the {title}:\n\n{markdown_table(scores)}\n\n{''.join(compared)}\n"
        f"F1 by type on the {title}, and costs:\n\n{markdown_table(costs)}"
    )


def cells(line: dict[str, Any]) -> dict[str, str]:
    """A row of both tables, by column."""
    runs, (low, high) = line["runs"], line["interval"]
    deviation = f" ± {stdev(line['f']):.1f}" if len(line["f"]) > 1 else ""
    found: Difference | None = line["difference"]
    paper = ["" if rate is None else f"{rate:.2f}" for rate in line["row"].paper] or ["", "", ""]
    return {
        "System": line["row"].title,
        "P": line["micro_p"],
        "R": line["micro_r"],
        "F1": f"**{mean(line['f']):.1f}**{deviation}",
        "interval": f"{low:.1f} to {high:.1f}",
        "from the full model": points(found) if found else "",
        "p": f"{found.p_value:.3f}" if found else "",
        **dict(zip(("paper: P", "paper: R", "paper: F1"), paper, strict=True)),
        **{label: line[label] for label in (*INTERACTION_TYPES, ANY)},
        "epochs": str(runs[0]["epochs"]),
        "seeds": " ".join(str(run["seed"]) for run in runs),
        "parameters": f"{runs[0]['parameters'] / 1e6:.1f} M",
        "training": f"{mean(run['train_seconds'] for run in runs) / 60:.1f} min",
        "pairs/s": f"{mean(run['pairs_a_second'] for run in runs):,.0f}",
    }


def in_words(first: str, second: str, found: Difference) -> str:
    """A difference of two rows in a sentence."""
    return f"`{first}` minus `{second}`: {points(found)} points of F1, p = {found.p_value:.3f}."


def points(found: Difference) -> str:
    """A difference with its interval, in points of F1."""
    return f"{100 * found.mean:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def draw_plot(parts: dict[str, list[dict[str, Any]]]) -> Figure:
    """Micro F1 with its interval, the paper's figure beside it where there is one."""
    figure = Figure(figsize=(7.5, 6.3 * len(parts)), layout="constrained")
    axes = figure.subplots(len(parts), squeeze=False)[:, 0]
    for (title, lines), axis in zip(parts.items(), axes, strict=True):
        for place, line in enumerate(lines):
            (low, high), f = line["interval"], mean(line["f"])
            axis.errorbar(f, place, xerr=[[f - low], [high - f]], fmt="o", color="C0", capsize=3)
            for rate in line["row"].paper[2:]:
                axis.plot(rate, place, "D", color="C1", mfc="none")
        axis.set_yticks(range(len(lines)), [line["row"].title for line in lines])
        axis.invert_yaxis()
        axis.grid(axis="x", color="0.92")
        axis.set_xlabel(f"micro F1, {title}; diamonds: the paper's, official test part")
    return figure


if __name__ == "__main__":
    typer.run(main)
