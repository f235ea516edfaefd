"""Compare a pipeline with a smaller one: exit 1 if F1 falls by more than it may.

Storing weights in 8 bits changes some labels; how many is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import srsly
import typer


def main(
    first: Annotated[Path, typer.Argument(exists=True, help="Figures of `evaluate --output`.")],
    second: Annotated[Path, typer.Argument(exists=True, help="Those of the smaller pipeline.")],
    first_lines: Annotated[Path, typer.Argument(exists=True, help="`evaluate --submission`.")],
    second_lines: Annotated[Path, typer.Argument(exists=True, help="The same.")],
    most: Annotated[float, typer.Option(help="Points by which F1 may fall.")] = 0.3,
) -> None:
    """Count the pairs with other labels, and subtract the figures."""
    lines = [path.read_text(encoding="utf8").splitlines() for path in (first_lines, second_lines)]
    if len(lines[0]) != len(lines[1]):
        typer.secho(f"{len(lines[0])} lines against {len(lines[1])}", fg="red", err=True)
        raise typer.Exit(1)
    different = sum(one != other for one, other in zip(*lines, strict=True))
    typer.echo(f"{different} of {len(lines[0])} pairs are labelled differently")
    before, after = (100 * srsly.read_json(path)["micro_f"] for path in (first, second))
    typer.echo(f"micro F1 {after:.2f}, before {before:.2f}")
    if before - after > most:
        typer.secho(f"F1 has fallen by more than {most} points", fg="red", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
