"""Table and plot from stored results; needs no corpus. Of each row counts by document are stored,
from which all figures are computed. Unlike the truth of the pairs they hold nothing of the corpus.

python -m benchmarks.table1.report                                    # renews docs/table1.md
python -m benchmarks.table1.report --compare gcn_baseline lstm_baseline
python -m benchmarks.table1.report --worst gcn_baseline
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any

import typer
from matplotlib.figure import Figure

from benchmarks.page import markdown_table, write_page
from benchmarks.table1.rows import ROOT, read_comparisons, read_rows
from benchmarks.table1.runs import ANY, FULL, Runs, read_tables, to_counts
from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES
from spacy_ddi.scoring.bootstrap import Difference, compare, holm, mean_interval
from spacy_ddi.scoring.counts import PairCounts, Tally
from spacy_ddi.scoring.metrics import compute_scores

MODULE = "benchmarks.table1.report"
RESULTS = Path(__file__).parent / "results"
PAGE = ROOT / "docs" / "table1.md"
PARTS = {
    "folds": "folds of the training documents",
    "test": "official test part",
    "dev": "development documents",
}

N_WORST = 5
"""Documents with most errors of a row that are printed."""

N_RESAMPLES = 10_000
"""Draws of documents: corrected for many comparisons, p of 2,000 could not be small."""


def main(
    results: Annotated[Path, typer.Option(exists=True, help="Stored results.")] = RESULTS,
    page: Annotated[Path, typer.Option(help="The Markdown file to renew.")] = PAGE,
    only: Annotated[str, typer.Option(help="Rows, with commas between; by default all.")] = "",
    compare: Annotated[
        tuple[str, str] | None, typer.Option(help="Print the difference of two rows instead.")
    ] = None,
    worst: Annotated[
        str, typer.Option(help="Print the documents with most errors of this row instead.")
    ] = "",
    without: Annotated[
        str, typer.Option(help="Documents to leave out of what is printed, with commas between.")
    ] = "",
) -> None:
    """Write table and plot again."""
    if compare is None and not worst:
        if without:
            raise typer.BadParameter("needs --compare or --worst.", param_hint="--without")
        write_report(results, page, only.split(",") if only else ())
        return
    rows, aside = compare or (worst,), without.split(",")
    for part, title in PARTS.items():
        for runs in read_tables(results, part, rows, aside):
            if compare and (found := difference(runs, *compare)):
                typer.echo(f"{scope(runs, title)}: {in_words(*compare, found, found.p_value)}")
            elif worst:
                typer.echo(f"{scope(runs, title)}:\n{worst_documents(runs[worst])}")


def write_report(results: Path, page: Path, only: Sequence[str] = ()) -> None:
    """Write the tables into a page, and the plot beside it."""
    texts, plotted = [], {}
    for part, title in PARTS.items():
        if not (tables := read_tables(results, part, only)):
            continue
        for runs in tables:
            documents = scope(runs, title)
            plotted[documents] = table_lines(runs)
            texts.append(as_markdown(documents, plotted[documents]))
        texts.append(answers(results, part, title))
    if texts:
        write_page(page, MODULE, "\n\n".join(filter(None, texts)), draw_plot(plotted))


def scores_of(run: dict[str, Any]) -> dict[str, float]:
    """The micro F1 of a training by part, in per cent."""
    found = {part: to_counts(counts) for part, counts in run["counts"].items()}
    return {
        part: 100 * compute_scores(documents, INTERACTION_TYPES)["micro_f"]
        for part, documents in found.items()
    }


def scope(runs: Runs, title: str) -> str:
    """What documents a table is of; of folds also which, and which seeds."""
    first = next(iter(runs.values()))
    if "folds" not in first[0]:
        return title
    folds, n_folds = first[0]["folds"], first[0]["n_folds"]
    of_folds = listed("fold", [fold.removeprefix("fold") for fold in folds])
    which = f"all {n_folds} folds" if len(folds) == n_folds else f"{of_folds} of {n_folds} alone"
    seeds = listed("seed", [str(run["seed"]) for run in first])
    return f"{title} ({len(first[0]['documents'])} documents, {which}, {seeds})"


def listed(what: str, values: Sequence[str]) -> str:
    """Such as "fold 1" or "folds 0, 1"."""
    return f"{what}{'s' if len(values) > 1 else ''} {', '.join(values)}"


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
            "difference": difference(runs, name, FULL) if name != FULL else None,
            **{key: f"{100 * mean(values):.1f}" for key, values in rates.items()},
        }
        lines.append(line)
    compared = [line for line in lines if line["difference"]]
    p_values = holm([line["difference"].p_value for line in compared])
    for line, p_value in zip(compared, p_values, strict=True):
        line["p"] = p_value
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
    return compare(ours, theirs, INTERACTION_TYPES, n_resamples=N_RESAMPLES)


def as_markdown(documents: str, lines: list[dict[str, Any]]) -> str:
    """Scores of some rows on the same documents; then types and costs of each."""
    rows = [cells(line) for line in lines]
    split = list(rows[0]).index("paper: F1") + 1
    scores = [dict(list(row.items())[:split]) for row in rows]
    costs = [{"System": row["System"], **dict(list(row.items())[split:])} for row in rows]
    notes = [f"- {line['row'].title}: {line['row'].note}\n" for line in lines if line["row"].note]
    return (
        f"Scores on the {documents}:\n\n{markdown_table(scores)}\n\n"
        f"{''.join(notes)}\n"
        f"F1 by type on the {documents}, and costs:\n\n{markdown_table(costs)}"
    )


def answers(results: Path, part: str, title: str) -> str:
    """The differences that `rows.yml` asks for, each on the documents that both rows have."""
    asked = [
        (each, len(runs[each["first"]][0]["documents"]), found)
        for each in read_comparisons()
        for runs in read_tables(results, part, [each["first"], each["second"]])
        if (found := difference(runs, each["first"], each["second"]))
    ]
    p_values = holm([found.p_value for *_, found in asked])
    told = [
        f"- {each['question']} {in_words(each['first'], each['second'], found, p_value)} "
        f"({n} documents)"
        for (each, n, found), p_value in zip(asked, p_values, strict=True)
    ]
    return "\n".join([f"Differences on the {title}:\n", *told]) if told else ""


def worst_documents(runs: Sequence[dict[str, Any]]) -> str:
    """F1 of each seed of a row, and the documents in which it has most errors."""
    lines = []
    for run in runs:
        documents: dict[str, PairCounts] = run["documents"]
        f = 100 * compute_scores(documents, INTERACTION_TYPES)["micro_f"]
        lines.append(f"`{run['row']}`, seed {run['seed']}: F1 {f:.1f}")
        tallies = {name: sum_of(counts.per_type.values()) for name, counts in documents.items()}
        worst = sorted(tallies.items(), key=lambda each: -each[1].fp - each[1].fn)
        lines += [
            f"  {name}: {tally.tp} right, {tally.fp} wrong, {tally.fn} missed"
            for name, tally in worst[:N_WORST]
        ]
    return "\n".join(lines)


def sum_of(tallies: Iterable[Tally]) -> Tally:
    """Some counts together."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


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
        "p (Holm)": f"{line['p']:.3f}" if found else "",
        **dict(zip(("paper: P", "paper: R", "paper: F1"), paper, strict=True)),
        **{label: line[label] for label in (*INTERACTION_TYPES, ANY)},
        "epochs": f"{mean(run['epochs'] for run in runs):.3g}",
        "seeds": " ".join(str(run["seed"]) for run in runs),
        "parameters": f"{runs[0]['parameters'] / 1e6:.1f} M",
        "training": f"{mean(run['train_seconds'] for run in runs) / 60:.1f} min",
        "pairs/s": f"{mean(run['pairs_a_second'] for run in runs):,.0f}",
    }


def in_words(first: str, second: str, found: Difference, p_value: float) -> str:
    """A difference of two rows in a sentence."""
    return f"`{first}` minus `{second}`: {points(found)} points of F1, p = {p_value:.3f}."


def points(found: Difference) -> str:
    """A difference with its interval, in points of F1."""
    return f"{100 * found.mean:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def draw_plot(parts: dict[str, list[dict[str, Any]]]) -> Figure:
    """Micro F1 with its interval, the published figure beside it where there is one."""
    heights = [1.0 + 0.37 * len(lines) for lines in parts.values()]
    figure = Figure(figsize=(7.5, sum(heights)), layout="constrained")
    axes = figure.subplots(len(parts), squeeze=False, sharex=True, height_ratios=heights)[:, 0]
    for (title, lines), axis in zip(parts.items(), axes, strict=True):
        for place, line in enumerate(lines):
            (low, high), f = line["interval"], mean(line["f"])
            axis.errorbar(f, place, xerr=[[f - low], [high - f]], fmt="o", color="C0", capsize=3)
            for rate in filter(None, line["row"].paper[2:]):
                axis.plot(rate, place, "D", color="C1", mfc="none")
        axis.set_yticks(range(len(lines)), [line["row"].title for line in lines])
        axis.invert_yaxis()
        axis.tick_params(labelbottom=True)
        axis.grid(axis="x", color="0.92")
        label = f"micro F1, {title}".replace(" (", "\n(")
        axis.set_xlabel(f"{label}\ndiamonds: as published, official test part")
    return figure


if __name__ == "__main__":
    typer.run(main)
