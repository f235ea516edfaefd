"""Files that are sent: read by the readers of `formats`, from a folder that is gone at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.compressed_files import DAMAGED, open_bytes
from spacy_ddi.formats.format import readable_names
from spacy_ddi.formats.inputs import find_inputs, read_input
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.web.refusal import Refusal

NOT_TAKEN: Final = ("parquet", "spacy")
"""Formats that compress within the file, so that a small one may fill the memory."""

_PARAMETERS: Final = {
    "--from": "format",
    "--text-column": "text_column",
    "--id-column": "id_column",
}
"""What options of the command line, which messages name, are called here."""

_LONGEST_NAME: Final = 100
_BLOCK: Final = 1_000_000


def taken_formats() -> list[str]:
    """Names of the formats that a file sent may have."""
    return readable_names(NOT_TAKEN)


def read_upload(
    content: bytes,
    name: str,
    *,
    format_name: str | None,
    columns: Columns,
    max_bytes: int,
) -> tuple[list[TextDocument], list[str]]:
    """Read the documents of a file.

    content (bytes): The file.
    name (str): What it is called; its ending tells the format.
    format_name (Optional[str]): The format; None to tell it by name and content.
    columns (Columns): Where tables have text and id.
    max_bytes (int): The longest file, decompressed.
    RETURNS (Tuple[List[TextDocument], List[str]]): The documents, and what could not be read.
    RAISES (Refusal): If nothing could be read, or if it is too long.
    """
    if not content:
        raise Refusal(422, Errors.UPLOAD_EMPTY.format(name=name[:_LONGEST_NAME] or "The file"))
    with TemporaryDirectory(prefix="spacy-ddi-") as folder:
        path = Path(folder) / _safe(name)
        path.write_bytes(content)
        _require_bounded(path, max_bytes)
        problems: list[str] = []

        def note(error: CorpusError) -> None:
            words = str(error).replace(f"{folder}/", "")
            for option, parameter in _PARAMETERS.items():
                words = words.replace(option, f"the parameter {parameter}")
            problems.append(words)

        try:
            documents = list(_documents(path, format_name, columns, note, max_bytes))
        except CorpusError as error:
            note(error)
            documents = []
    if not documents and problems:
        raise Refusal(422, problems[0])
    return documents, problems


def _documents(
    path: Path,
    format_name: str | None,
    columns: Columns,
    note: Callable[[CorpusError], None],
    max_bytes: int,
) -> Iterator[TextDocument]:
    n_characters = 0
    for found in find_inputs(
        [str(path)], format_name=format_name, on_error=note, without=NOT_TAKEN
    ):
        if found.format.name in NOT_TAKEN:
            names = ", ".join(taken_formats())
            raise CorpusError(Errors.UPLOAD_FORMAT.format(name=found.format.name, names=names))
        for document in read_input(found, columns=columns, on_error=note):
            n_characters += len(document.text)
            if n_characters > max_bytes:
                note(CorpusError(Errors.UPLOAD_EXPANDS.format(name=path.name, limit=max_bytes)))
                return
            yield document


def _require_bounded(path: Path, max_bytes: int) -> None:
    """See that a compressed file is not too long; damaged ones are told of where they are read."""
    n_bytes = 0
    with suppress(*DAMAGED), open_bytes(path) as file:
        while block := file.read(_BLOCK):
            n_bytes += len(block)
            if n_bytes > max_bytes:
                break
    if n_bytes > max_bytes:
        raise Refusal(413, Errors.UPLOAD_EXPANDS.format(name=path.name, limit=max_bytes))


def _safe(name: str) -> str:
    """A name for a file of ours: that of the sender's file, without what leads elsewhere."""
    kept = re.sub(r"[^\w .()-]", "_", Path(name.replace("\\", "/")).name, flags=re.ASCII)
    return kept[-_LONGEST_NAME:].lstrip(". ") or "file"
