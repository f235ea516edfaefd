"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from spacy_ddi.scoring.filter_counts import FilterCounts

LABEL_STYLES: Mapping[str, str] = {
    "mechanism": "cyan",
    "effect": "magenta",
    "advise": "yellow",
    "int": "green",
}


OTHERS: Final = 11 + 5 + 3 * 5 + 2
"""Characters of a line that type, score and blanks between columns take."""

SENTENCE: Final = 20
"""Characters that are left to sentences, however long names are."""


def relation_table(records: Iterable[Mapping[str, Any]], *, width: int = 80) -> Table:
    """The relations of a text, with the sentence where it is a new one.

    records (Iterable[Mapping[str, Any]]): The relations: each a `RelationRecord`, or that with a
        `document`, of which there is a column then.
    width (int): Characters of a line. Names are broken between words, and within one only where it
        would leave too little to the sentences.
    RETURNS (Table): One row a relation.
    """
    listed = list(records)
    has_documents = any("document" in record for record in listed)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    names = {"Drug": [record["head"] for record in listed]}
    names["Drug "] = [record["tail"] for record in listed]
    if has_documents:
        names = {"Document": [str(record["document"]) for record in listed], **names}
    *documents, heads, tails = _widths_of(names, width)
    for most in documents:
        table.add_column("Document", overflow="fold", max_width=most)
    table.add_column("Drug", style="bold", overflow="fold", max_width=heads)
    table.add_column("Interaction", no_wrap=True)
    table.add_column("Drug", style="bold", overflow="fold", max_width=tails)
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("Sentence", overflow="fold", ratio=1)
    previous = None
    for record in listed:
        place = (record.get("file"), record.get("document"), record["sentence_start"])
        is_new, previous = place != previous, place
        table.add_row(
            *([Text(str(record["document"]))] if has_documents else ()),
            Text(record["head"]),
            Text(record["label"], style=LABEL_STYLES.get(record["label"], "")),
            Text(record["tail"]),
            f"{record['score']:.2f}",
            Text(" ".join(record["sentence"].split()) if is_new else '"', style="dim"),
        )
    return table


def _widths_of(columns: Mapping[str, Sequence[str]], width: int) -> list[int]:
    """How wide columns of names may be. If there is too little room, the widest gives way: first
    those that can without breaking a word.

    columns (Mapping[str, Sequence[str]]): Their names, by what stands above them.
    width (int): Characters of a line.
    RETURNS (List[int]): A width a column.
    """
    listed = [[heading.strip(), *names] for heading, names in columns.items()]
    words = [max(cell_len(word) for name in names for word in name.split()) for names in listed]
    widest = [max(map(cell_len, names)) for names in listed]
    found = [max(word, min(name, width // 5)) for word, name in zip(words, widest, strict=True)]
    room = width - OTHERS - max(SENTENCE, width // 4)
    while sum(found) > max(room, 8 * len(found)):
        spare = [i for i, each in enumerate(found) if each > words[i]] or range(len(found))
        found[max(spare, key=found.__getitem__)] -= 1
    return found


def score_table(figures: Mapping[str, Any]) -> Table:
    """The figures of an evaluation.

    figures (Mapping[str, Any]): As `spacy_ddi.scoring.evaluation.summarize` gives them.
    RETURNS (Table): Rows of precision, recall and F1, in per cent.
    """
    low, high = figures["micro_f_ci"]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for name in ("P", "R", "F1"):
        table.add_column(name, justify="right")
    table.add_column("95 % interval of F1")

    def add(name: str, rates: Sequence[float], interval: str = "", style: str = "") -> None:
        cells = [f"{100 * rate:.1f}" for rate in rates]
        table.add_row(Text(name), *cells, interval, style=style)

    for label, rates in figures["per_type"].items():
        add(label, [rates[rate] for rate in "prf"])
    add("macro", [figures[f"macro_{rate}"] for rate in "prf"])
    micro = [figures[f"micro_{rate}"] for rate in "prf"]
    add("micro", micro, f"{100 * low:.1f} to {100 * high:.1f}", style="bold")
    add("detection", [figures[f"detection_{rate}"] for rate in "prf"])
    if "ner_f" in figures:
        add("mentions (ner)", [figures[f"ner_{rate}"] for rate in "prf"])
    return table


def filter_table(rows: Mapping[str, FilterCounts]) -> Table:
    """What negative filters remove.

    rows (Mapping[str, FilterCounts]): The counts of each filter.
    RETURNS (Table): One row a filter.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Negative filter", no_wrap=True)
    for name in ("Pairs left", "True left", "False removed", "True removed", "Recall"):
        table.add_column(name, justify="right")
    for name, counts in rows.items():
        table.add_row(
            Text(name),
            f"{counts.kept:,}",
            f"{counts.kept_true:,}",
            f"{counts.removed_false:,}",
            f"{counts.removed_true:,}",
            f"{100 * counts.recall:.2f} %",
        )
    return table
