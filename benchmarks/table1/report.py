"""The table (Markdown, CSV, JSON) and the plot, from stored results; needs no corpus.

python -m benchmarks.table1.report --readme README.md
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

from benchmarks.table1.plot import draw_plot
from benchmarks.table1.results import RESULTS, Run, read_run, read_speed
from benchmarks.table1.rows import Row, read_rows
from spacy_ddi.scoring.bootstrap import compare, mean_interval

BEGIN = "<!-- table1: written by `python -m benchmarks.table1.report --readme README.md` -->"
END = "<!-- end of table1 -->"
PARTS = {"dev": "development documents", "test": "official test part"}


def main(
    results: Annotated[Path, typer.Option(exists=True, help="Stored results.")] = RESULTS,
    readme: Annotated[
        Path | None, typer.Option(exists=True, help="Also renew the table in this file.")
    ] = None,
) -> None:
    """Write table and plot again."""
    rows = read_rows()
    write_report(results, rows, stored_seeds(results, rows))
    if readme is not None:
        text = readme.read_text(encoding="utf8")
        readme.write_text(renew(text, results), encoding="utf8")


def stored_seeds(results: Path, rows: Sequence[Row]) -> list[int]:
    """The seeds of which there is a run."""
    names = {row.name for row in rows}
    stems = [path.stem.split(".seed") for path in results.glob("*.seed*.json")]
    return sorted({int(seed) for name, seed in stems if name in names})


def write_report(results: Path, rows: Sequence[Row], seeds: Sequence[int]) -> None:
    """Write `table.md`, `table.csv`, `table.json` and `plot.svg` beside the results.

    results (Path): The folder of results.
    rows (Sequence[Row]): The rows.
    seeds (Sequence[int]): The seeds.
    """
    lines = table_lines(results, rows, seeds)
    srsly.write_json(results / "table.json", lines)
    (results / "table.csv").write_text(as_csv(lines), encoding="utf8")
    (results / "table.md").write_text(as_markdown(lines), encoding="utf8")
    if lines:
        draw_plot(lines, results / "plot.svg")


def table_lines(results: Path, rows: Sequence[Row], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The table's lines: one for each row and part that has a run.

    results (Path): The folder of results.
    rows (Sequence[Row]): The rows; differences are against the first.
    seeds (Sequence[int]): The seeds.
    RETURNS (List[Dict[str, Any]]): Rates in per cent, as means over the seeds; intervals and
        p-values by the bootstrap over documents.
    """
    runs = {
        row.name: [run for seed in seeds if (run := read_run(results, row.name, seed))]
        for row in rows
    }
    lines = []
    for part in PARTS:
        full = [run for run in runs[rows[0].name] if part in run.scores]
        for row in rows:
            found = [run for run in runs[row.name] if part in run.scores]
            if found:
                lines.append(table_line(row, part, found, full, results))
    return lines


def table_line(
    row: Row, part: str, runs: Sequence[Run], full: Sequence[Run], results: Path
) -> dict[str, Any]:
    """One line; see `table_lines`."""
    scores = [run.scores[part] for run in runs]
    labels = list(scores[0]["per_type"])
    documents = [run.documents(part) for run in runs]
    low, high = mean_interval(documents, labels)
    f1 = [100 * score["micro_f"] for score in scores]
    speed = read_speed(results, row.weights or row.name)
    line: dict[str, Any] = {
        "row": row.name,
        "title": row.title,
        "part": part,
        "seeds": [run.seed for run in runs],
        "epochs": runs[0].epochs,
        "micro_p": 100 * mean(score["micro_p"] for score in scores),
        "micro_r": 100 * mean(score["micro_r"] for score in scores),
        "micro_f": mean(f1),
        "micro_f_deviation": stdev(f1) if len(f1) > 1 else None,
        "micro_f_low": 100 * low,
        "micro_f_high": 100 * high,
        **{
            label: 100 * mean(score["per_type"][label]["f"] for score in scores) for label in labels
        },
        "detection_f": 100 * mean(score["detection_f"] for score in scores),
        "parameters": runs[0].parameters,
        "train_seconds": mean(run.train_seconds for run in runs),
        "pairs_a_second": None if speed is None else speed.pairs_a_second,
        "paper": None if row.paper is None else list(row.paper),
    }
    same_seeds = [run.seed for run in full] == [run.seed for run in runs]
    if same_seeds and row.name != full[0].row:
        difference = compare(documents, [run.documents(part) for run in full], labels)
        line["difference"] = 100 * difference.mean
        line["difference_low"] = 100 * difference.low
        line["difference_high"] = 100 * difference.high
        line["p_value"] = difference.p_value
    return line


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


def as_markdown(lines: Iterable[dict[str, Any]]) -> str:
    """The lines as tables, one for each part."""
    lines = list(lines)
    tables = []
    for part, title in PARTS.items():
        of_part = [line for line in lines if line["part"] == part]
        if not of_part:
            continue
        types = [name for name in ("mechanism", "effect", "advise", "int") if name in of_part[0]]
        head = ["System", "P", "R", "F1", "95 % interval", "against the full model", "p"]
        head += [*types, "any type", "weights", "training", "pairs/s", "paper's F1"]
        seeds = ", ".join(map(str, of_part[0]["seeds"]))
        cells = [head, ["---"] + ["---:"] * (len(head) - 1)]
        cells += [markdown_cells(line, types) for line in of_part]
        table = "\n".join(f"| {' | '.join(row)} |" for row in cells)
        tables.append(f"Scored on the {title}; seeds: {seeds}.\n\n{table}\n")
    return "\n".join(tables)


def markdown_cells(line: dict[str, Any], types: Sequence[str]) -> list[str]:
    """One row of the Markdown table."""
    f1 = f"**{line['micro_f']:.1f}**"
    if line["micro_f_deviation"] is not None:
        f1 += f" ± {line['micro_f_deviation']:.1f}"
    against = p_value = ""
    if "difference" in line:
        low, high = line["difference_low"], line["difference_high"]
        against = f"{line['difference']:+.1f} ({low:+.1f} to {high:+.1f})"
        p_value = f"{line['p_value']:.3f}"
    speed = line["pairs_a_second"]
    return [
        line["title"],
        f"{line['micro_p']:.1f}",
        f"{line['micro_r']:.1f}",
        f1,
        f"{line['micro_f_low']:.1f} to {line['micro_f_high']:.1f}",
        against,
        p_value,
        *(f"{line[label]:.1f}" for label in types),
        f"{line['detection_f']:.1f}",
        f"{line['parameters'] / 1e6:.1f} M",
        f"{line['train_seconds'] / 60:.1f} min",
        "" if speed is None else f"{speed:,.0f}",
        "" if line["paper"] is None else f"{line['paper'][2]:.2f}",
    ]


def renew(text: str, results: Path) -> str:
    """Put the stored table into a text, between the marks.

    text (str): The text.
    results (Path): The folder of results.
    RETURNS (str): The text with the table of today's results.
    RAISES (ValueError): If the marks are not there.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(f"The text has no marks {BEGIN!r} and {END!r} to put the table between.")
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    table = as_markdown(srsly.read_json(results / "table.json"))
    return f"{before}{BEGIN}\n\n{table}\n{END}{after}"


if __name__ == "__main__":
    typer.run(main)
