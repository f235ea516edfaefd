"""Where `extract` writes to, and in which format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from spacy_ddi.cli.console import require_name
from spacy_ddi.errors import CorpusError, DDIError, Errors

PARTS: Final = ""
"""The format of a folder of parts, which has no name."""

EXPLAINED: Final = ("jsonl", "html")
"""The formats that can hold explanations."""


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
    from spacy_ddi.formats.format import formats

    path = Path(output)
    require_name(path)
    if to is None and (output.endswith(("/", os.sep)) or path.is_dir() or not path.suffix):
        return Target(path, PARTS)
    known = endings()
    if to is not None:
        if to not in known:
            template = Errors.FORMAT_ONE_WAY if to in formats() else Errors.FORMAT_NO_NAME
            raise CorpusError(template.format(name=to, done="written", names=", ".join(known)))
        return Target(path, to)
    fitting = [name for name, its_endings in known.items() if path.suffix.lower() in its_endings]
    if len(fitting) != 1:
        choice = f" ({' or '.join(fitting)})" if fitting else ""
        message = Errors.OUTPUT_UNKNOWN.format(path=path, choice=choice, names=", ".join(known))
        raise CorpusError(message)
    return Target(path, fitting[0])


def require_unused(target: Target) -> None:
    """See that nobody's annotation is overwritten, where a format is a folder, and that no folder
    is where a file should be.

    target (Target): What is to be written.
    RAISES (DDIError): If there is a folder that is not empty, or that should be none.
    """
    from spacy_ddi.formats.format import formats

    if not target.path.is_dir():
        return
    format = formats().get(target.name)
    if format is None or not format.writes_folder:
        raise DDIError(Errors.NOT_WRITABLE.format(path=target.path, problem="it is a folder"))
    if any(target.path.iterdir()):
        raise DDIError(Errors.FOLDER_NOT_EMPTY.format(path=target.path))


def endings() -> Mapping[str, tuple[str, ...]]:
    """The formats that `extract` writes.

    RETURNS (Mapping[str, Tuple[str, ...]]): The endings by which each is told, by its name: all of
        a table or page, the first of documents unless a table has it, none of a folder.
    """
    from spacy_ddi.formats.format import formats

    found: dict[str, tuple[str, ...]] = {}
    of_tables: set[str] = set()
    for name, each in formats().items():
        if each.write_rows or each.write_page:
            found[name] = each.endings
            of_tables.update(each.endings)
    for name, each in formats().items():
        if each.write and name not in found:
            first = () if each.writes_folder else each.endings[:1]
            found[name] = () if of_tables.intersection(first) else first
    return dict(sorted(found.items()))
