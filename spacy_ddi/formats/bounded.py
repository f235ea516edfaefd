"""How much of a file is in memory at a time, whatever it holds: a bomb of a few kilobytes may have
a line of gigabytes."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import IO, Final

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.format import OnError

MAX_DOCUMENT: Final = 64 << 20
"""Bytes that a document may have in its file, decompressed."""

MAX_PASSED_OVER: Final = 1 << 30
"""Bytes of a line that are passed over, before the rest of the file is."""

MAX_XZ: Final = 256 << 20
"""Bytes that xz may take to decompress a file; at its highest level it takes 65 MiB."""

_CHUNK: Final = 1 << 20


def too_long(path: object, place: str = "") -> CorpusError:
    """The error of a document that has more than `MAX_DOCUMENT` bytes.

    path (object): The file.
    place (str): Where it begins.
    RETURNS (CorpusError): Not raised.
    """
    return CorpusError.at(Errors.TOO_LONG, path, place, limit=MAX_DOCUMENT >> 20)


def read_whole(file: IO[bytes], path: object) -> bytes:
    """What is in a stream, for formats that have a file a document.

    file (IO[bytes]): The stream.
    path (object): The file, for messages.
    RETURNS (bytes): All of it.
    RAISES (CorpusError): If it has more than `MAX_DOCUMENT` bytes.
    """
    content = file.read(MAX_DOCUMENT + 1)
    if len(content) > MAX_DOCUMENT:
        raise too_long(path)
    return content


def check_xz(head: bytes) -> None:
    """See that what is compressed by xz takes no more memory than `MAX_XZ`.

    head (bytes): How it begins.
    RAISES (LZMAError): If it takes more, or is damaged.
    """
    lzma.LZMADecompressor(memlimit=MAX_XZ).decompress(head, max_length=1)


def numbered_lines(
    file: IO[bytes], path: Path, *, on_error: OnError
) -> Iterator[tuple[int, bytes]]:
    """The lines of a stream. One is in memory at a time.

    file (IO[bytes]): The stream.
    path (Path): The file, for messages.
    on_error (Callable[[CorpusError], None]): Gets the error of a line that has more than
        `MAX_DOCUMENT` bytes. It is passed over.
    YIELDS (Tuple[int, bytes]): Number from 1 and content of each other line, with its end.
    RAISES (CorpusError): If a line has no end in `MAX_PASSED_OVER` bytes.
    """
    for number in count(1):
        line = file.readline(MAX_DOCUMENT + 1)
        if not line:
            return
        if len(line) <= MAX_DOCUMENT:
            yield number, line
            continue
        place = f"line {number}"
        on_error(too_long(path, place))
        size = 0
        while line and not line.endswith(b"\n"):
            line = file.readline(_CHUNK)
            size += len(line)
            if size > MAX_PASSED_OVER:
                raise CorpusError.at(Errors.NO_LINE_END, path, place, limit=MAX_PASSED_OVER >> 20)
