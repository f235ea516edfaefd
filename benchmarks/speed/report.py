"""Tables and plot from stored figures.

python -m benchmarks.speed.report --readme README.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import srsly
import typer

from benchmarks.readme import markdown_table, renew
from benchmarks.speed.plot import draw_plot

RESULTS = Path(__file__).parent / "results"
MARK = "speed: written by `python -m benchmarks.speed.report --readme README.md`"


def main(
    results: Annotated[Path, typer.Option(exists=True, help="Stored figures.")] = RESULTS,
    readme: Annotated[
        Path | None, typer.Option(exists=True, help="Also renew the tables in this file.")
    ] = None,
) -> None:
    """Write tables and plot again."""
    write_report(results)
    if readme is not None:
        content = as_markdown(srsly.read_json(results / "speed.json"))
        text = renew(readme.read_text(encoding="utf8"), MARK, content)
        readme.write_text(text, encoding="utf8")


def write_report(results: Path) -> None:
    """Write `table.md` and `plot.svg` beside `speed.json`."""
    figures = srsly.read_json(results / "speed.json")
    (results / "table.md").write_text(as_markdown(figures), encoding="utf8")
    draw_plot(figures["scaling"], results / "plot.svg")


def as_markdown(figures: dict[str, Any]) -> str:
    """All tables, and what the scaling comes to."""
    made_on = figures["machine"]
    flags = " and ".join(made_on["bfloat16"]) or "no bfloat16 arithmetic"
    parts = [
        f"One thread of {made_on['processor']} ({made_on['cores']} cores, {flags}), torch "
        f"{made_on['torch']}. Medians of {figures['repeats']} rounds, the systems in turns; in "
        "brackets the lowest and the highest of a round. Pairs are candidates: those that the "
        "negative filter leaves.",
        extraction_table(figures["extraction"]),
        heads_table(figures["heads"]),
        share_table(figures["shares"]),
        training_table(figures["training"]),
        scaling_table(figures["scaling"]),
    ]
    return "\n\n".join(parts) + "\n"


def extraction_table(extraction: Iterable[dict[str, Any]]) -> str:
    """Pairs a second with gold mentions, and how many times those of one pass a pair; the word
    pieces that are read."""
    extraction = list(extraction)
    lines = [
        [
            f"{part['sentences']} ({part['n_sentences']} sentences)",
            found["precision"],
            found["system"],
            f"{found['pairs_a_second']:,.0f}",
            ratio(found),
            ratio(found["against_float32"]),
        ]
        for part in extraction
        for found in part["systems"]
    ]
    head = [
        "Sentences",
        "encoder in",
        "System",
        "pairs/s",
        "times one pass a pair",
        "times one pass a pair in float32",
    ]
    pieces = "; ".join(
        f"{part['sentences']}: {part['n_pieces']['ours']:,} in place of "
        f"{part['n_pieces']['one pass a pair']:,}"
        for part in extraction
    )
    return f"{markdown_table(head, lines, n_words=3)}\n\nWord pieces that are read: {pieces}."


def heads_table(heads: Iterable[dict[str, Any]]) -> str:
    """What the head costs beside the cheapest one."""
    lines = [[found["system"], f"{found['pairs_a_second']:,.0f}", ratio(found)] for found in heads]
    return markdown_table(["Head alone", "pairs/s", "times mean-pooled spans"], lines)


def share_table(found: dict[str, dict[str, list[float]]]) -> str:
    """The share of each component, from raw text."""
    names = list(next(iter(found.values())))
    head = ["Share of the time from raw text, %", *names]
    lines = [
        [precision, *(spread([100 * share for share in shares[name]]) for name in names)]
        for precision, shares in found.items()
    ]
    return markdown_table(head, lines)


def training_table(training: dict[str, Any]) -> str:
    """Pairs a second in training, and what an epoch comes to."""
    n_sentences, n_timed = training["n_sentences"], training["n_timed"]
    head = ["Training", "pairs/s", "times per-pair fine-tuning", "minutes an epoch"]
    lines = []
    for found in training["systems"]:
        minutes = [each * n_sentences / n_timed / 60 for each in found["seconds"]]
        rate = f"{found['pairs_a_second']:,.0f}"
        lines.append([found["system"], rate, ratio(found), spread(minutes)])
    told = f"An epoch is {n_sentences:,} sentences, extrapolated from {n_timed} of them."
    return f"{markdown_table(head, lines)}\n\n{told}"


def scaling_table(scaling: Iterable[dict[str, Any]]) -> str:
    """Raw text in one process and in two."""
    largest: dict[str, list[dict[str, Any]]] = {}
    for found in scaling:
        if "n-process" in found:
            how = " by nlp.pipe alone" if found.get("plain") else ""
            title = f"{found['texts']:,} texts, n_process={found['n-process']}{how}"
            largest.setdefault(title, []).append(found)
    lines = []
    single = next(iter(largest.values()))
    for title, rounds in largest.items():
        seconds = [found["seconds"] for found in rounds]
        ratios = [one["seconds"] / other for one, other in zip(single, seconds, strict=True)]
        megabytes = max(found["megabytes_above_loaded"] for found in rounds)
        lines.append([title, spread(seconds), spread(ratios, ".2f"), f"{megabytes:,.0f}"])
    head = ["From raw text", "seconds", "times one process", "peak MB above the loaded pipeline"]
    note = (
        f"Medians of {len(single)} rounds, in turns, each in a process of its own. Memory of "
        "several processes is that of all together, looked at four times a second; that of one is "
        "exact. By nlp.pipe alone, too, each process had one thread."
    )
    return f"{markdown_table(head, lines)}\n\n{note}"


def spread(values: Sequence[float], form: str = ".1f") -> str:
    """The median with the lowest and the highest."""
    low, high = min(values), max(values)
    told = f"{median(values):{form}}"
    return (
        told if f"{low:{form}}" == f"{high:{form}}" else f"{told} ({low:{form}} to {high:{form}})"
    )


def ratio(found: dict[str, Any]) -> str:
    """A ratio with its spread; that of a system to itself is 1."""
    low, high = found["ratio_low"], found["ratio_high"]
    return "1" if low == high == 1 else f"{found['ratio']:.1f} ({low:.1f} to {high:.1f})"


if __name__ == "__main__":
    typer.run(main)
