"""Unpack the public archive of the DDI corpus 2013 and check that its training part is whole."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.formats.ddi2013 import read_folder

TRAIN_DIGEST = "d058a767700a52579d4fb7dbdb61a2be98cc51826be44c56db0880a422df3094"
"""SHA-256 over the annotation of the training part as the reader sees it."""


def main(
    archive: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    output: Annotated[Path, typer.Argument(file_okay=False)],
) -> None:
    """Unpack, and compare the training part with what the project was built on."""
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(output)
    train = next((path for path in sorted(output.rglob("Train")) if path.is_dir()), None)
    if train is None:
        typer.secho(f"{archive}: no folder named Train in it", fg="red", err=True)
        raise typer.Exit(1)
    found = digest(train)
    if found != TRAIN_DIGEST:
        typer.secho(
            f"{train}: not the training part of 2013 (digest {found}, not {TRAIN_DIGEST})",
            fg="red",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo(f"Training part complete: {train}")


def digest(train: Path) -> str:
    """SHA-256 over every document of the training part, in the order of the ids."""
    # The digest answers for the content, its odd places included: no warning of them.
    found = read_folder(train, on_problem=lambda problem: None)
    documents = sorted(found, key=lambda document: document.id)
    return hashlib.sha256("\n".join(map(repr, documents)).encode("utf8")).hexdigest()


if __name__ == "__main__":
    typer.run(main)
