"""All commands of `python -m spacy_ddi`."""

from __future__ import annotations

import gc
import os
import sys

import typer

from spacy_ddi.cli.aggregate import aggregate
from spacy_ddi.cli.calibrate import calibrate
from spacy_ddi.cli.candidates import candidates
from spacy_ddi.cli.compress import compress
from spacy_ddi.cli.console import STOPPED, Command
from spacy_ddi.cli.convert import convert
from spacy_ddi.cli.count_candidates import count_candidates
from spacy_ddi.cli.distill import soft_labels
from spacy_ddi.cli.evaluate import evaluate
from spacy_ddi.cli.extract import ExtractCommand, extract
from spacy_ddi.cli.graph import graph
from spacy_ddi.cli.label_mentions import label_mentions
from spacy_ddi.cli.select import select
from spacy_ddi.cli.serve import serve

app = typer.Typer(
    name="python -m spacy_ddi",
    help="Find drug-drug interactions in text; train and score what finds them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(cls=ExtractCommand)(extract)
app.command(cls=Command)(aggregate)
app.command(cls=Command)(graph)
app.command(cls=Command)(serve)
app.command(cls=Command)(evaluate)
app.command(cls=Command)(convert)
app.command(cls=Command)(candidates)
app.command(cls=Command)(select)
app.command(cls=Command)(calibrate)
app.command(cls=Command)(soft_labels)
app.command(cls=Command)(compress)
app.command(cls=Command)(label_mentions)
app.command(cls=Command)(count_candidates)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # What a terminal's encoding lacks is printed as an escape, not as an error.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    try:
        app()
    except SystemExit as end:
        if end.code == STOPPED:
            # Else Python waits for texts to be sent to worker processes that are gone.
            os._exit(STOPPED)
        raise
    finally:
        # Else Python looks through all objects once more before it ends, for a second.
        gc.freeze()
