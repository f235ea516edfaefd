"""Make a pipeline's scores probabilities, and tell it what precision to expect at each, by what its
recipe said of pairs in folds.

The pipeline itself has seen all documents, so none is left to fit it on. Pipelines of the same
recipe that had not seen a document stand in for it.

    python -m benchmarks.crossval.fit training/crossval/merged.short1.0.seed1 PIPELINE OUTPUT
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated

import numpy as np
import spacy
import srsly
import typer

from benchmarks.crossval.calibration import CLASSES, as_arrays
from benchmarks.crossval.recipes import PAIRS
from spacy_ddi.component.lookup import component_of
from spacy_ddi.component.targets import NONE
from spacy_ddi.training.temperature import fit


def main(
    run: Annotated[Path, typer.Argument(exists=True, help="Folder of a recipe and seed.")],
    pipeline: Annotated[Path, typer.Argument(exists=True, help="A stored pipeline.")],
    output: Annotated[Path, typer.Argument(file_okay=False, help="Folder to write.")],
) -> None:
    """Set temperature, calibration and expected precision, and store the pipeline anew."""
    files = sorted(run.glob(f"fold*/{PAIRS}"))
    if not files:
        raise typer.BadParameter(f"{run} has no fold*/{PAIRS}: run benchmarks.crossval first.")
    nlp = spacy.load(pipeline)
    component = component_of(nlp)
    names = (NONE, *component.labels)
    if set(names) != set(CLASSES):
        raise typer.BadParameter(f"{pipeline} knows {names}, the folds {CLASSES}.")
    probs, targets = as_arrays(list(chain.from_iterable(map(srsly.read_jsonl, files))))
    order = np.array([CLASSES.index(name) for name in names])
    temperature = fit(component, probs[:, order], targets[:, order])
    nlp.to_disk(output)
    typer.echo(f"Temperature {temperature:.2f}, by {len(probs):,} pairs: {output}")


if __name__ == "__main__":
    typer.run(main)
