"""Do the steps of a recipe with all documents: what is shipped is trained as its folds were.

    python -m benchmarks.crossval.whole corpus/all.spacy training/adapted --recipe adapted

This can be interrupted and given again: steps that are done stay.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from spacy.cli._util import parse_config_overrides

from benchmarks.crossval.recipes import WORKFLOW, read_recipes, write_project
from benchmarks.projects import run_project

MODEL = "model-last"


def main(
    corpus: Annotated[Path, typer.Argument(exists=True, help="Sentences of the corpus, .spacy.")],
    output: Annotated[Path, typer.Argument(file_okay=False, help="Folder for all that is made.")],
    recipe: Annotated[str, typer.Option(help="Name of the recipe, in recipes.yml.")],
    parser: Annotated[Path, typer.Option(exists=True, help="Folder of the parser.")] = Path(
        "training/parser/model-best"
    ),
    shorter: Annotated[
        float, typer.Option(min=0.001, max=1.0, help="Share of the steps that is trained.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of training.")] = 1,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A setting of trainings whose recipe does not set it, PATH=VALUE; may be given "
            "again.",
        ),
    ] = None,
) -> None:
    """Train a recipe on the whole corpus, and put what its last step made into OUTPUT."""
    recipes = read_recipes()
    if recipe not in recipes:
        raise typer.BadParameter(f"{recipe} is none of {', '.join(recipes)}", param_hint="--recipe")
    write_project(
        recipes[recipe],
        output,
        train=corpus,
        test=None,
        parser=parser,
        seed=seed,
        shorter=shorter,
        settings=parse_config_overrides([f"--{each}" for each in given or []]),
    )
    if run_project(output, workflow=WORKFLOW):
        typer.secho(f"Failed: see {output}/run.log", fg="red", err=True)
        raise typer.Exit(1)
    shutil.rmtree(output / MODEL, ignore_errors=True)
    shutil.copytree(output / recipes[recipe].scored / MODEL, output / MODEL)
    typer.echo(output / MODEL)


if __name__ == "__main__":
    typer.run(main)
