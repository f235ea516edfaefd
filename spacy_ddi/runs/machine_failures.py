"""What fails because of the machine, and not because of a document."""

from __future__ import annotations

import errno
import re
from typing import Final

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.shards import error_line

OF_MACHINE: Final = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE),
    *(errno.EMFILE, errno.ENFILE),
}
"""The disk is full, fails or is gone; too many files are open."""

_NO_MEMORY: Final = re.compile(r"out of memory|can(?:'t|not) allocate memory", re.IGNORECASE)
"""What torch says, whose errors are of any kind."""

_TRIED_AGAIN: Final = tuple(
    each[: each.index("]") + 1].strip("[]")
    for each in (
        Errors.PIPELINE_FAILED,
        Errors.NO_MEMORY,
        Errors.DOCUMENT_KILLS,
        Errors.CORPUS_FILE,
    )
)


def is_of_machine(error: BaseException) -> bool:
    """Whether a run should end, since other documents will fail as well.

    error (BaseException): What was raised.
    RETURNS (bool): Whether it is.
    """
    return isinstance(error, OSError) and error.errno in OF_MACHINE


def failure_line(document: TextDocument, error: Exception) -> str:
    """A line of the error table for a document on which the pipeline fails.

    document (TextDocument): The document.
    error (Exception): What was raised.
    RETURNS (str): JSON.
    """
    lacks_memory = isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)) is not None
    template = Errors.NO_MEMORY if lacks_memory else Errors.PIPELINE_FAILED
    problem = f"{type(error).__name__}: {words_of(error)}".rstrip(": ")
    return failed_line(document, template, problem)


def failed_line(document: TextDocument, template: str, problem: str = "") -> str:
    """A line of the error table for a document.

    document (TextDocument): The document.
    template (str): Takes path, place and problem.
    problem (str): What the pipeline says.
    RETURNS (str): JSON.
    """
    place = document.place or document.id
    return error_line(CorpusError.at(template, document.file, place, problem=problem))


def words_of(error: BaseException) -> str:
    """What an error says.

    error (BaseException): The error.
    RETURNS (str): Its message without a full stop.
    """
    return str(error).rstrip(" .")


def may_go_away(code: str) -> bool:
    """Whether an error of the error table may not come again: with more memory, another machine, a
    corrected pipeline. Documents that are damaged stay so.

    code (str): Such as DDI181.
    RETURNS (bool): Whether it may.
    """
    return code in _TRIED_AGAIN
