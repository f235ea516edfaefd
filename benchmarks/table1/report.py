"""Tables and plot from stored results; needs no corpus. Of each row counts by document are stored,
from which all figures are computed. Unlike the truth of the pairs they hold nothing of the corpus.

python -m benchmarks.table1.report                  # renews docs/table1.md and table1_results.md
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
PAGE = ROOT / "docs" / "table1_results.md"
SUMMARY = ROOT / "docs" / "table1.md"
IN_SUMMARY = ("own", "peer")
"""Groups of rows that stand in the summary and the plot."""

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
    page: Annotated[
        Path,
        typer.Option(help="The Markdown file to renew; with that of docs also docs/table1.md."),
    ] = PAGE,
    only: Annotated[str, typer.Option(help="Rows, with commas between; by default all.")] = "",
    compare: Annotated[
        tuple[str, str] | None, typer.Option(help="Print the difference of two rows instead.")
    ] = None,
    worst: Annotated[
        str, typer.Option(help="Print the documents with most errors of this row instead.")
    ] = "",
    folds: Annotated[
        str, typer.Option(help="Numbers of the folds to print, with commas between; else all.")
    ] = "",
    without: Annotated[
        str, typer.Option(help="Documents to leave out of what is printed, with commas between.")
    ] = "",
) -> None:
    """Write table and plot again."""
    rows = compare or ((worst,) if worst else ())
    if unknown := set(rows) - set(read_rows()):
        raise typer.BadParameter(f"rows.yml has no row {', '.join(sorted(unknown))}.")
    if not rows:
        if without or folds:
            raise typer.BadParameter("--without and --folds need --compare or --worst.")
        write_report(results, page, only.split(",") if only else ())
        return
    names = [f"fold{number}" for number in folds.split(",")] if folds else []
    told = []
    for part, title in PARTS.items():
        tables = read_tables(results, part, rows, folds=names, without=without.split(","))
        for runs in tables if part == "folds" or not folds else ():
            of = f"{title}, {scope(next(iter(runs.values())), ' documents')}"
            if compare and (found := difference(runs, *compare)):
                told.append(f"{of}: {in_words(*compare, found, found.p_value)}")
            elif worst:
                told.append(f"{of}:\n{worst_documents(runs[worst])}")
    if not told:
        raise typer.BadParameter(
            f"{results} has no result of {', '.join(rows)} on the same documents."
        )
    typer.echo("\n".join(told))


def write_report(results: Path, page: Path, only: Sequence[str] = ()) -> None:
    """Write all tables into a page. The plot is beside it; of the page of docs it is beside the
    summary, which is renewed then."""
    lines = {part: part_lines(results, part, only) for part in PARTS}
    lines = {part: of_part for part, of_part in lines.items() if of_part}
    if not lines:
        return
    texts = [
        "\n\n".join(filter(None, (as_markdown(of_part, part), answers(results, part))))
        for part, of_part in lines.items()
    ]
    first = next(iter(lines))
    shown = [line for line in lines[first] if line["row"].group in IN_SUMMARY] or lines[first]
    plot = draw_plot(shown, first)
    is_of_docs = page == PAGE
    write_page(page, MODULE, "\n\n".join(texts), None if is_of_docs else plot)
    if is_of_docs:
        write_page(SUMMARY, MODULE, summary(shown), plot)


def part_lines(results: Path, part: str, only: Sequence[str] = ()) -> list[dict[str, Any]]:
    """A line for each row that was scored on a part, in the order of `rows.yml`; p is corrected for
    all of them."""
    found: dict[str, dict[str, Any]] = {}
    for runs in read_tables(results, part, only):
        found = {line["row"].name: line for line in table_lines(runs)} | found
    lines = [found[name] for name in read_rows() if name in found]
    compared = [line for line in lines if line["difference"]]
    p_values = holm([line["difference"].p_value for line in compared])
    for line, p_value in zip(compared, p_values, strict=True):
        line["p"] = p_value
    return lines


def scores_of(run: dict[str, Any]) -> dict[str, float]:
    """The micro F1 of a training by part, in per cent."""
    found = {part: to_counts(counts) for part, counts in run["counts"].items()}
    return {
        part: 100 * compute_scores(documents, INTERACTION_TYPES)["micro_f"]
        for part, documents in found.items()
    }


def scope(runs: Sequence[dict[str, Any]], unit: str = "") -> str:
    """What documents a row was scored on: how many; of folds also which, if not all."""
    told = f"{len(runs[0]['documents'])}{unit}"
    folds, n_folds = runs[0].get("folds", ()), runs[0].get("n_folds", 0)
    if len(folds) == n_folds:
        return told
    numbers = ", ".join(fold.removeprefix("fold") for fold in folds)
    return f"{told} (fold{'s' if len(folds) > 1 else ''} {numbers})"


def table_lines(runs: Runs) -> list[dict[str, Any]]:
    """A line for each row of a table: rates in per cent, F1 of each seed; intervals and differences
    from the full model by the bootstrap over documents."""
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


def as_markdown(lines: Sequence[dict[str, Any]], part: str) -> str:
    """Scores and costs of some rows; then types, precision and recall."""
    title = PARTS[part]
    return (
        f"Scores on the {title}:\n\n{summary(lines)}\n\n"
        f"Precision, recall, and F1 by type, on the {title}. In *{ANY}* a right pair counts with "
        f"any type:\n\n{markdown_table([details(line) for line in lines])}"
    )


def summary(lines: Sequence[dict[str, Any]]) -> str:
    """Scores and costs of some rows, and notes on them."""
    rows = [line["row"] for line in lines]
    notes = "\n".join(f"- {row.title}: {row.note}" for row in rows if row.note)
    tables = [markdown_table([columns(line) for line in lines]) for columns in (scores, costs)]
    return "\n\n".join(filter(None, (tables[0], notes, "Costs:", tables[1])))


def answers(results: Path, part: str) -> str:
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
    return "\n".join([f"Differences on the {PARTS[part]}:\n", *told]) if told else ""


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


def scores(line: dict[str, Any]) -> dict[str, str]:
    """What a row has reached beside the full model, by column."""
    runs, (low, high) = line["runs"], line["interval"]
    deviation = f" ± {stdev(line['f']):.1f}" if len(line["f"]) > 1 else ""
    found: Difference | None = line["difference"]
    return {
        "System": line["row"].title,
        "documents": scope(runs),
        "seed": ", ".join(str(run["seed"]) for run in runs),
        "F1": f"**{mean(line['f']):.1f}**{deviation}",
        "interval": f"{low:.1f} to {high:.1f}",
        "from the full model": points(found) if found else "",
        "p (Holm)": probability(line["p"]) if found else "",
        "published": rate(line["row"].paper, 2),
    }


def costs(line: dict[str, Any]) -> dict[str, str]:
    """What a row costs, by column."""
    runs = line["runs"]
    return {
        "System": line["row"].title,
        "parameters": f"{runs[0]['parameters'] / 1e6:.1f} M",
        "best epoch": f"{mean(run['epochs'] for run in runs):.3g}",
        "training": f"{mean(run['train_seconds'] for run in runs) / 60:.1f} min",
        "pairs/s": f"{mean(run['pairs_a_second'] for run in runs):,.0f}",
    }


def details(line: dict[str, Any]) -> dict[str, str]:
    """Rates of a row by column."""
    paper = line["row"].paper
    return {
        "System": line["row"].title,
        "documents": scope(line["runs"]),
        "P": line["micro_p"],
        "published P": rate(paper, 0),
        "R": line["micro_r"],
        "published R": rate(paper, 1),
        **{label: line[label] for label in (*INTERACTION_TYPES, ANY)},
    }


def rate(paper: Sequence[float | None], place: int) -> str:
    """A published rate, where there is one."""
    return f"{paper[place]:.2f}" if paper and paper[place] is not None else ""


def probability(p_value: float) -> str:
    """A p-value, as far as the number of resamples tells it."""
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def in_words(first: str, second: str, found: Difference, p_value: float) -> str:
    """A difference of two rows in a sentence."""
    told = probability(p_value) if p_value < 0.001 else f"= {p_value:.3f}"
    return f"`{first}` minus `{second}`: {points(found)} points of F1, p {told}."


def points(found: Difference) -> str:
    """A difference with its interval, in points of F1."""
    middle, low, high = (round(100 * x, 1) + 0.0 for x in (found.mean, found.low, found.high))
    return f"{middle:+.1f} ({low:+.1f} to {high:+.1f})"


def draw_plot(lines: Sequence[dict[str, Any]], part: str) -> Figure:
    """Micro F1 with its interval, the published figure beside it where there is one."""
    figure = Figure(figsize=(7.5, 1.0 + 0.37 * len(lines)), layout="constrained")
    axis = figure.subplots()
    for place, line in enumerate(lines):
        (low, high), f = line["interval"], mean(line["f"])
        axis.errorbar(f, place, xerr=[[f - low], [high - f]], fmt="o", color="C0", capsize=3)
        for published in filter(None, line["row"].paper[2:]):
            axis.plot(published, place, "D", color="C1", mfc="none")
    names = [f"{line['row'].title}\n{scope(line['runs'], ' documents')}" for line in lines]
    axis.set_yticks(range(len(lines)), names, fontsize="small")
    axis.invert_yaxis()
    axis.grid(axis="x", color="0.92")
    axis.set_xlabel(f"micro F1, {PARTS[part]}\ndiamonds: as published, official test part")
    return figure


if __name__ == "__main__":
    typer.run(main)
