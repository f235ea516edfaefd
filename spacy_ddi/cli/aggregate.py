"""The command `aggregate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.cli.console import require_writable, say
from spacy_ddi.warning_messages import Warnings


def aggregate(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="What extract --output wrote.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            dir_okay=False,
            metavar="FILE",
            help="The file to write; its ending tells the format: .parquet, .csv, .tsv or .jsonl.",
        ),
    ],
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Pass over interactions with a lower score.")
    ] = 0.0,
    memory: Annotated[
        str | None, typer.Option(metavar="SIZE", help="How much to take, e.g. 2GB.")
    ] = None,
) -> None:
    """Make a row of each pair of drugs and type: how often it is said, how surely, and where."""
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.runs.knowledge import aggregate as write_pairs
    from spacy_ddi.runs.knowledge import format_to_write
    from spacy_ddi.runs.manifest import missing_inputs

    format_to_write(output)
    require_writable(output)
    missing, n_inputs = missing_inputs(folder)
    if missing:
        found = {"n_missing": len(missing), "n_inputs": n_inputs, "example": missing[0]}
        say(Warnings.RUN_UNFINISHED.format(path=folder, **found), style="yellow")
    counts = write_pairs(folder, output, min_score=min_score, memory=memory)
    said = count_of(counts.statements, "interaction")
    say(
        f"{count_of(counts.rows, 'row')} (a pair of drugs and a type each), "
        f"{count_of(counts.pairs, 'pair')} of drugs, of {said}: {output}"
    )
    if counts.of_itself:
        say(f"Left out: {count_of(counts.of_itself, 'interaction')} of a drug with itself.")
