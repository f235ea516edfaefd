"""One command at a time in the folder of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from spacy_ddi.errors import CorpusError, Errors

LOCK: Final = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """A block in which no other command writes into a folder. The system holds the lock for as long
    as the process lives, so the file that it is on means nothing by itself.

    folder (Path): The output's folder; it is made.
    RAISES (CorpusError): If another command is at work there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise CorpusError(Errors.OUTPUT_AT_WORK.format(path=folder)) from None
    try:
        yield
    finally:
        lock.release()
