"""Where `extract` writes to, and in which format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from spacy_ddi.errors import CorpusError, DDIError, Errors

PARTS: Final = ""
"""The format of a folder of parts, which has no name."""

PAGE: Final = "html"

EXPLAINED: Final = ("jsonl", PAGE)
"""The formats that can hold explanations."""

_BY_ENDING: Final = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".html": PAGE,
    ".htm": PAGE,
}


class Target(NamedTuple):
    """What is written.

    path (Path): A file, or a folder.
    name (str): The format; `PARTS` for a folder of parts.
    """

    path: Path
    name: str


def target_of(output: str | None, to: str | None) -> Target | None:
    """What is to be written.

    output (Optional[str]): A path. Without `to`, its ending tells the format; without an ending, or
        if a slash follows, it is a folder of parts.
    to (Optional[str]): Name of the format.
    RETURNS (Optional[Target]): None if there is no output.
    RAISES (DDIError): If it can't be told, if there is no such format, or a format and no path.
    """
    if output is None:
        if to is not None:
            raise DDIError(Errors.NO_OUTPUT.format(name=to))
        return None
    path = Path(output)
    if to is None and (output.endswith(("/", os.sep)) or path.is_dir() or not path.suffix):
        return Target(path, PARTS)
    known = endings()
    if to is not None:
        if to not in known:
            raise CorpusError(Errors.FORMAT_NO_NAME.format(name=to, names=", ".join(known)))
        return Target(path, to)
    ending = path.suffix.lower()
    if ending in _BY_ENDING:
        return Target(path, _BY_ENDING[ending])
    fitting = [name for name, its_ending in known.items() if its_ending == ending]
    if len(fitting) != 1:
        choice = f" ({' or '.join(fitting)})" if fitting else ""
        message = Errors.OUTPUT_UNKNOWN.format(path=path, choice=choice, names=", ".join(known))
        raise CorpusError(message)
    return Target(path, fitting[0])


def require_unused(target: Target) -> None:
    """See that nobody's annotation is overwritten, where a format is a folder.

    target (Target): What is to be written.
    RAISES (DDIError): If the folder is not empty.
    """
    from spacy_ddi.formats.format import formats

    format = formats().get(target.name)
    is_folder = format is not None and format.writes_folder
    if is_folder and target.path.is_dir() and any(target.path.iterdir()):
        raise DDIError(Errors.FOLDER_NOT_EMPTY.format(path=target.path))


def endings() -> Mapping[str, str]:
    """The formats that `extract` writes.

    RETURNS (Mapping[str, str]): The ending of each by its name, with a dot; that of a format which
        is a folder is empty.
    """
    from spacy_ddi.formats.format import formats
    from spacy_ddi.runs.row_files import ROW_WRITERS

    documents = {
        name: "" if each.writes_folder else each.endings[0]
        for name, each in formats().items()
        if each.write is not None
    }
    tables = {name: f".{name}" for name in (*ROW_WRITERS, PAGE)}
    return dict(sorted({**documents, **tables}.items()))
