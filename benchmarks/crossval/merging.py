"""Average the weights of pipelines that went on from the same one.

The mean costs no more than one of them (Wortsman et al., Model soups, ICML 2022).

    python -m benchmarks.crossval.merging MERGED ONE/model-last OTHER/model-last
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import spacy
import typer
from spacy.language import Language

from spacy_ddi.cli.light_imports import import_transformers
from spacy_ddi.component.lookup import layers_of
from spacy_ddi.training.torch_modules import torch_modules

if TYPE_CHECKING:
    from torch import Tensor


def main(
    output: Annotated[Path, typer.Argument(file_okay=False, help="Folder to write.")],
    pipelines: Annotated[list[Path], typer.Argument(exists=True, help="Folders of pipelines.")],
) -> None:
    """Store the first of some pipelines with the mean of the weights of all."""
    import_transformers()
    merged = merge([spacy.load(each) for each in pipelines])
    merged.to_disk(output)
    typer.echo(f"{output}: the mean of {len(pipelines)}")


def merge(pipelines: Sequence[Language]) -> Language:
    """Give the first pipeline the mean of the weights of all.

    pipelines (Sequence[Language]): Pipelines of the same components.
    RETURNS (Language): The first one, changed in place. What is no weight stays its own.
    RAISES (ValueError): If they have other weights, or of other shapes.
    """
    import torch

    with torch.no_grad():
        for tensors in zip(*map(_tensors, pipelines), strict=True):
            tensors[0].copy_(torch.stack(tensors).mean(0))
    for layers in zip(*map(layers_of, pipelines), strict=True):
        for name in layers[0].param_names:
            if layers[0].has_param(name):
                values: list[Any] = [layer.get_param(name) for layer in layers]
                layers[0].set_param(name, sum(values) / len(values))
    return pipelines[0]


def _tensors(pipeline: Language) -> Iterator[Tensor]:
    """The weights of the torch modules, in their order."""
    modules = torch_modules(pipeline)
    return chain.from_iterable(module.parameters() for module in modules)


if __name__ == "__main__":
    typer.run(main)
