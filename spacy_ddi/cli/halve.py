"""The command `half-precision`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.cli.console import require_writable, say
from spacy_ddi.cli.loading import explained


def half_precision(
    pipeline: Annotated[
        Path,
        typer.Argument(exists=True, file_okay=False, help="Folder with a stored pipeline."),
    ],
    output: Annotated[Path, typer.Argument(file_okay=False, help="Folder for the smaller one.")],
) -> None:
    """Store a pipeline's weights in half precision.

    Its package is half as large. It still computes in 32 bits.
    """
    from spacy_ddi.training.half_precision import store_in_half_precision

    require_writable(output)
    with explained(str(pipeline)):
        n_weights = store_in_half_precision(pipeline, output)
    say(f"{n_weights:,} weights rounded to half precision: {output}")
