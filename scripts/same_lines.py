"""Compare the submission lines of two pipelines: exit 1 if more labels differ than may."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def main(
    first: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    second: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    most: Annotated[float, typer.Option(help="Share of the labels that may differ.")] = 0.001,
) -> None:
    """Count the lines that differ."""
    lines = [path.read_text(encoding="utf8").splitlines() for path in (first, second)]
    if len(lines[0]) != len(lines[1]):
        typer.secho(f"{len(lines[0])} lines against {len(lines[1])}", fg="red", err=True)
        raise typer.Exit(1)
    different = sum(one != other for one, other in zip(*lines, strict=True))
    typer.echo(f"{different} of {len(lines[0])} pairs are labelled differently")
    if different > most * len(lines[0]):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
