"""Compare the figures of a pipeline with those of a smaller one: exit 1 if an F1 falls by more than
it may.

Storing weights in 8 bits changes some labels; how many is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import srsly
import typer

LABELS: Final = "gold.txt"
"""In each folder: the label of every pair, by `evaluate --submission`."""

COMPARED: Final = {
    "gold mentions": ("gold.json", "micro_f"),
    "raw text": ("predicted.json", "micro_f"),
    "mentions": ("predicted.json", "ner_f"),
}
"""In each folder: files of `evaluate --output`, and which of their figures is compared."""


def main(
    before: Annotated[Path, typer.Argument(exists=True, help="Folder with the figures.")],
    after: Annotated[Path, typer.Argument(exists=True, help="That of the smaller pipeline.")],
    most: Annotated[float, typer.Option(help="Points by which an F1 may fall.")] = 0.3,
) -> None:
    """Count the pairs with other labels, and subtract the figures."""
    lines = [
        (folder / LABELS).read_text(encoding="utf8").splitlines() for folder in (before, after)
    ]
    if len(lines[0]) != len(lines[1]):
        stop(f"{before / LABELS} has {len(lines[0])} lines, {after / LABELS} {len(lines[1])}")
    different = sum(one != other for one, other in zip(*lines, strict=True))
    typer.echo(f"{different} of {len(lines[0])} pairs are labelled differently")
    fallen = []
    for what, (name, key) in COMPARED.items():
        one, other = (100 * srsly.read_json(folder / name)[key] for folder in (before, after))
        typer.echo(f"{what}: F1 {other:.2f}, before {one:.2f}")
        if one - other > most:
            fallen.append(what)
    if fallen:
        stop(f"F1 has fallen by more than {most} points: {', '.join(fallen)}")


def stop(message: str) -> None:
    """Say what is wrong, and end.

    message (str): What was found.
    RAISES (Exit): Always, with exit code 1.
    """
    typer.secho(message, fg="red", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
