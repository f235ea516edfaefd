"""Write a config that is another one with some settings changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from spacy.util import load_config


def main(
    base: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The config.")],
    difference: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="The settings and sections that differ."),
    ],
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The config to write.")],
) -> None:
    """Change a config. A block with another registered function takes the old one's place."""
    merged = load_config(base, interpolate=False).merge(load_config(difference, interpolate=False))
    output.parent.mkdir(parents=True, exist_ok=True)
    merged.to_disk(output, interpolate=False)


if __name__ == "__main__":
    typer.run(main)
