"""Write the lines of a text as JSON objects, which `spacy apply` reads."""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import Annotated

import srsly
import typer


def main(
    text: Annotated[Path, typer.Argument(help="Plain text, or .xz of it; a text a line.")],
    output: Annotated[Path, typer.Argument(help="The .jsonl file to write.")],
    every: Annotated[int, typer.Option(min=1, help="Take one line in so many.")] = 1,
) -> None:
    """Convert a text."""
    opener = lzma.open if text.suffix == ".xz" else open
    with opener(text, "rt", encoding="utf8") as file:
        lines = [line.strip() for line in file]
    kept = [{"text": line} for line in lines if line][::every]
    srsly.write_jsonl(output, kept)
    typer.echo(f"{len(kept):,} lines: {output}")


if __name__ == "__main__":
    typer.run(main)
