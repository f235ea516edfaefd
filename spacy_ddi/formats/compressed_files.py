"""Files that may be compressed: their bytes, how far they are read, and their names without the
ending that compression gives them."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, cast
from weakref import ref

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.bounded import check_xz, read_whole

HEAD: Final = 65_536
"""Bytes of a file by which its format is told."""

COMPRESSED: Final = (".gz", ".xz", ".bz2")

DAMAGED: Final = (OSError, EOFError, lzma.LZMAError, zlib.error)
"""What reading a file raises that is damaged or can't be read."""

_SIGNATURES: Final[dict[bytes, Callable[..., Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\0": lzma.open,
    b"BZh": bz2.open,
}


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, whether it is compressed or not.

    path (Path): The file; whether it is compressed by gzip, xz or bzip2 is told by its first bytes.
    RETURNS (IO[bytes]): What is in it, a stream.
    RAISES (OSError): If it can't be opened.
    RAISES (LZMAError): If it is damaged, or takes more memory than it may.
    """
    with path.open("rb") as file:
        start = file.read(HEAD)
    for signature, opened in _SIGNATURES.items():
        if start.startswith(signature):
            if opened is lzma.open:
                check_xz(start)
            return _noted(cast(IO[bytes], opened(path, "rb")))
    return _noted(path.open("rb"))


def bytes_read() -> int:
    """How far the file is read that `open_bytes` opened last.

    RETURNS (int): Bytes of the file as it lies there; 0 if it is closed.
    """
    file = _opened_last[0]() if _opened_last else None
    return 0 if file is None or file.closed else os.lseek(file.fileno(), 0, os.SEEK_CUR)


_opened_last: list[ref[IO[bytes]]] = []


def _noted(file: IO[bytes]) -> IO[bytes]:
    _opened_last[:] = [ref(file)]
    return file


def read_all(path: Path) -> bytes:
    """What is in a file, for formats that have a file a document.

    path (Path): The file, which may be compressed.
    RETURNS (bytes): All of it.
    RAISES (CorpusError): If it can't be read, or if a document may not have so much.
    """
    try:
        with open_bytes(path) as file:
            return read_whole(file, path)
    except DAMAGED as error:
        raise CorpusError.at(Errors.CORPUS_FILE, path, problem=problem_of(error)) from None


def problem_of(error: BaseException) -> str:
    """What an error of a library says, in a line.

    error (BaseException): The error.
    RETURNS (str): What the system says of a file, or the first line of the message.
    """
    said = str(getattr(error, "strerror", None) or error).strip()
    return said.splitlines()[0].rstrip(" .") if said else type(error).__name__


def name_parts(path: Path) -> tuple[str, str]:
    """The name of a file without the ending of its format.

    path (Path): The file.
    RETURNS (Tuple[str, str]): 'report' and '.txt' for 'report.txt' and for 'report.txt.gz'.
    """
    name = Path(path.name[: len(bare_name(path))])
    return name.stem, name.suffix


def companion_of(path: Path, ending: str) -> Path | None:
    """The file beside another that has its name with another ending.

    path (Path): The file.
    ending (str): How the name of the other ends.
    RETURNS (Optional[Path]): The other, which may be compressed, too; None if there is none.
    """
    named = (path.with_name(name_parts(path)[0] + ending + more) for more in ("", *COMPRESSED))
    return next((each for each in named if each.is_file()), None)


def head_of(path: Path) -> tuple[bytes, bool]:
    """How a file begins.

    path (Path): The file.
    RETURNS (Tuple[bytes, bool]): Its first bytes, `HEAD` of them at most, as far as they can be
        read; and whether they can't be read so far.
    """
    head = b""
    try:
        with open_bytes(path) as file:
            while len(head) < HEAD and (chunk := cast(Any, file).read1(HEAD - len(head))):
                head += chunk
    except DAMAGED:
        return head, True
    return head, False


def bare_name(path: Path) -> str:
    """The name of a file in small letters.

    path (Path): The file.
    RETURNS (str): Without the ending that compression gives it.
    """
    name = path.name.lower()
    for ending in COMPRESSED:
        name = name.removesuffix(ending)
    return name
