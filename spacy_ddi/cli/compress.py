"""The command `compress`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.cli.console import require_writable, say
from spacy_ddi.cli.loading import explained


def compress(
    pipeline: Annotated[
        Path,
        typer.Argument(exists=True, file_okay=False, help="Folder with a stored pipeline."),
    ],
    output: Annotated[Path, typer.Argument(file_okay=False, help="Folder for the smaller one.")],
) -> None:
    """Store a pipeline's weights in 8 bits.

    Its package is a quarter as large. It loads as any other, and computes in 32 bits.
    """
    from spacy_ddi.training.compression import compress_pipeline

    require_writable(output)
    with explained(str(pipeline)):
        n_weights, n_all = compress_pipeline(pipeline, output)
    say(f"{n_weights:,} of {n_all:,} weights stored in 8 bits: {output}")
