"""The table (Markdown, CSV, JSON) and the plot, from stored results; needs no corpus.

python -m benchmarks.table1.report --readme README.md
python -m benchmarks.table1.report --compare gcn_baseline lstm_baseline
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any

import srsly
import typer

from benchmarks.readme import markdown_table, renew
from benchmarks.table1.plot import draw_plot
from benchmarks.table1.results import RESULTS, Part, Run, Setting, read_setting, read_speed, runs_of
from benchmarks.table1.rows import Comparison, Row, read_comparisons, read_rows
from spacy_ddi.scoring.bootstrap import Difference, compare, mean_interval

MARK = "table1: written by `python -m benchmarks.table1.report --readme README.md`"
PARTS = {"dev": "development documents", "test": "official test part"}
MORE_COLUMNS = ("any type", "seeds", "paper: P", "paper: R")
TYPES = ("mechanism", "effect", "advise", "int")
RATES = {"p": "precision", "r": "recall", "f": "F1"}

NOTE = """\
Rates in per cent; F1 is micro-averaged over the four types, its interval (95 %) a bootstrap over
documents. The difference from the full model and its p-value are those of a paired bootstrap over
documents, for these runs: other seeds are not drawn, and p is not corrected for the number of rows.
No row's epoch was chosen; but the settings that all rows share were chosen for the full model's
kind, on the development documents. Rows with static vectors or a frozen encoder learn for three
times as many epochs. Rows were trained and timed two at a time, a core each, so minutes and pairs a
second are rough. Pairs a second: all pairs of gold mentions, also those that the negative filter
drops, through the whole pipeline with its parser. The paper's figures are of the official test
part.
"""


def main(
    results: Annotated[Path, typer.Option(exists=True, help="Stored results.")] = RESULTS,
    readme: Annotated[
        Path | None, typer.Option(exists=True, help="Also renew the table in this file.")
    ] = None,
    compare: Annotated[
        tuple[str, str] | None, typer.Option(help="Print the difference of two rows instead.")
    ] = None,
) -> None:
    """Write table and plot again."""
    if compare is not None:
        for line in comparison_lines(results, [Comparison("", *compare)]):
            typer.echo(markdown_comparison(line))
        return
    write_report(results)
    if readme is not None:
        text = renew(readme.read_text(encoding="utf8"), MARK, readme_part(results))
        readme.write_text(text, encoding="utf8")


def write_report(results: Path) -> None:
    """Write `table.md`, `table.csv`, `table.json` and `plot.svg` beside the results.

    results (Path): The folder of results, with the setting of its table.
    """
    lines = table_lines(results, read_rows())
    compared = comparison_lines(results, read_comparisons())
    srsly.write_json(results / "table.json", {"rows": lines, "comparisons": compared})
    (results / "table.csv").write_text(as_csv(lines), encoding="utf8")
    (results / "table.md").write_text(as_markdown(lines, compared), encoding="utf8")
    if lines:
        draw_plot(lines, results / "plot.svg")


def table_lines(results: Path, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table's lines: one for each row and part that has a run.

    results (Path): The folder of results.
    rows (Sequence[Row]): The rows; differences are from the first.
    RETURNS (List[Dict[str, Any]]): Rates in per cent, as means over the seeds; intervals and
        p-values by the bootstrap over documents.
    """
    setting = read_setting(results)
    lines = []
    for part in PARTS:
        for row in rows:
            runs = [run for run in runs_of(results, row.name, setting) if part in run.parts]
            if runs:
                line = table_line(row, part, runs, results)
                if row.name != rows[0].name:
                    found = difference(results, setting, part, row.name, rows[0].name)
                    line.update(found or {})
                lines.append(line)
    return lines


def table_line(row: Row, part: str, runs: Sequence[Run], results: Path) -> dict[str, Any]:
    """One line, without its difference; see `table_lines`."""
    scores = [run.parts[part].scores for run in runs]
    labels = list(scores[0]["per_type"])
    documents = [run.parts[part].documents() for run in runs]
    line: dict[str, Any] = {
        "row": row.name,
        "title": row.title,
        "part": part,
        "seeds": [run.seed for run in runs],
        "epochs": runs[0].epochs,
    }
    for rate in RATES:
        values = [100 * score[f"micro_{rate}"] for score in scores]
        low, high = mean_interval(documents, labels, rate=rate)
        line[f"micro_{rate}"] = mean(values)
        line[f"micro_{rate}_deviation"] = stdev(values) if len(values) > 1 else None
        line[f"micro_{rate}_low"] = 100 * low
        line[f"micro_{rate}_high"] = 100 * high
    for label in labels:
        line[label] = 100 * mean(score["per_type"][label]["f"] for score in scores)
    speed = read_speed(results, row.weights or row.name)
    if speed is not None and row.weights is None and speed.digest != runs[0].digest:
        speed = None  # of an earlier run
    line["detection_f"] = 100 * mean(score["detection_f"] for score in scores)
    line["parameters"] = runs[0].parameters
    line["train_seconds"] = mean(run.train_seconds for run in runs)
    line["pairs_a_second"] = None if speed is None else speed.pairs_a_second
    for rate, value in zip(RATES, row.paper or (None,) * len(RATES), strict=True):
        line[f"paper_{rate}"] = value
    return line


def comparison_lines(results: Path, comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """The differences that are told apart from the table, for each part."""
    setting = read_setting(results)
    lines = []
    for part in PARTS:
        for comparison in comparisons:
            found = difference(results, setting, part, comparison.first, comparison.second)
            if found is not None:
                lines.append({"part": part, **vars(comparison), **found})
    return lines


def difference(
    results: Path, setting: Setting, part: str, first: str, second: str
) -> dict[str, float] | None:
    """The difference of two rows in F1, on the seeds that both have; None where there is none."""
    runs = [
        {run.seed: run.parts[part] for run in runs_of(results, name, setting) if part in run.parts}
        for name in (first, second)
    ]
    seeds = [seed for seed in runs[0] if seed in runs[1]]
    if not seeds:
        return None

    def documents(parts: dict[int, Part]) -> list[Any]:
        return [parts[seed].documents() for seed in seeds]

    labels = list(runs[0][seeds[0]].scores["per_type"])
    found: Difference = compare(documents(runs[0]), documents(runs[1]), labels)
    return {
        "difference": 100 * found.mean,
        "difference_low": 100 * found.low,
        "difference_high": 100 * found.high,
        "p_value": found.p_value,
    }


def as_csv(lines: Iterable[dict[str, Any]]) -> str:
    """The lines with all figures."""
    lines = list(lines)
    names = list(dict.fromkeys(name for line in lines for name in line))
    output = io.StringIO()
    writer = csv.DictWriter(output, names, lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: cell(value) for name, value in line.items()})
    return output.getvalue()


def cell(value: Any) -> str:
    """A value of the CSV file."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def as_markdown(
    lines: Iterable[dict[str, Any]], compared: Iterable[dict[str, Any]] = (), *, short: bool = False
) -> str:
    """The lines as tables, one for each part, and the other differences below.

    lines, compared (Iterable[dict]): See `table_lines` and `comparison_lines`.
    short (bool): Whether to leave out the columns of `MORE_COLUMNS`.
    RETURNS (str): Markdown.
    """
    lines, compared = list(lines), list(compared)
    tables = []
    for part, title in PARTS.items():
        of_part = [line for line in lines if line["part"] == part]
        if not of_part:
            continue
        types = [name for name in TYPES if name in of_part[0]]
        rows = [markdown_cells(line, types) for line in of_part]
        columns = [name for name in rows[0] if not (short and name in (*types, *MORE_COLUMNS))]
        table = markdown_table(columns, [[row[name] for name in columns] for row in rows])
        told = [f"- {markdown_comparison(line)}\n" for line in compared if line["part"] == part]
        tables.append(f"Scored on the {title}.\n\n{table}\n\n{''.join(told)}")
    return "\n".join([*tables, NOTE])


def markdown_cells(line: dict[str, Any], types: Sequence[str]) -> dict[str, str]:
    """One row of the Markdown table, by column."""
    f1 = f"**{line['micro_f']:.1f}**"
    if line["micro_f_deviation"] is not None:
        f1 += f" ± {line['micro_f_deviation']:.1f}"
    from_full = p_value = ""
    if "difference" in line:
        low, high = line["difference_low"], line["difference_high"]
        from_full = f"{line['difference']:+.1f} ({low:+.1f} to {high:+.1f})"
        p_value = f"{line['p_value']:.3f}"
    speed = line["pairs_a_second"]
    paper = {r: "" if line[f"paper_{r}"] is None else f"{line[f'paper_{r}']:.2f}" for r in RATES}
    return {
        "System": line["title"],
        "P": f"{line['micro_p']:.1f}",
        "R": f"{line['micro_r']:.1f}",
        "F1": f1,
        "interval": f"{line['micro_f_low']:.1f} to {line['micro_f_high']:.1f}",
        "from the full model": from_full,
        "p": p_value,
        **{label: f"{line[label]:.1f}" for label in types},
        "any type": f"{line['detection_f']:.1f}",
        "epochs": str(line["epochs"]),
        "seeds": " ".join(map(str, line["seeds"])),
        "parameters": f"{line['parameters'] / 1e6:.1f} M",
        "training": f"{line['train_seconds'] / 60:.1f} min",
        "pairs/s": "" if speed is None else f"{speed:,.0f}",
        "paper: P": paper["p"],
        "paper: R": paper["r"],
        "paper: F1": paper["f"],
    }


def markdown_comparison(line: dict[str, Any]) -> str:
    """A difference in words."""
    question = f"{line['question']} " if line["question"] else ""
    low, high = line["difference_low"], line["difference_high"]
    return (
        f"{question}`{line['first']}` less `{line['second']}`: "
        f"{line['difference']:+.1f} points of F1 ({low:+.1f} to {high:+.1f}), "
        f"p = {line['p_value']:.3f}."
    )


def readme_part(results: Path) -> str:
    """What the README says of stored results: the rows in short."""
    lines = table_lines(results, read_rows())
    return as_markdown(lines, comparison_lines(results, read_comparisons()), short=True)


if __name__ == "__main__":
    typer.run(main)
