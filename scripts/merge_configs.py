"""Write a config that is another one with some settings changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.training.configs import merge_configs


def main(
    base: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The config.")],
    differences: Annotated[
        list[Path],
        typer.Argument(
            exists=True, dir_okay=False, help="The settings that differ, later files on top."
        ),
    ],
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The config to write.")],
) -> None:
    """Change a config; see `spacy_ddi.training.configs`."""
    output.parent.mkdir(parents=True, exist_ok=True)
    merge_configs(base, differences).to_disk(output, interpolate=False)


if __name__ == "__main__":
    typer.run(main)
