"""A stream of XML in pieces, each with one element at most: cut by tags, without a parser, so that
what is damaged does not take what follows with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final, NamedTuple

CHUNK: Final = 65_536
"""Bytes that are read at a time."""

_LONGEST_TAG: Final = 100


class Piece(NamedTuple):
    """A piece of a stream.

    content (bytes): What is in it.
    n_starts (int): Elements whose start tags begin in it.
    is_end (bool): Whether it ends with an end tag.
    """

    content: bytes
    n_starts: int
    is_end: bool


def pieces(file: IO[bytes], names: tuple[str, ...]) -> Iterator[Piece]:
    """Cut a stream.

    file (IO[bytes]): The stream.
    names (Tuple[str, ...]): Which elements, without namespace.
    YIELDS (Piece): Up to the end of an element, or of what is read.
    """
    name = b"(?:" + "|".join(names).encode() + b")"
    tag = re.compile(b"<" + name + rb"[ \t\r\n/>]|</" + name + rb"[ \t\r\n]{0,9}>")
    rest = b""
    while chunk := file.read(CHUNK):
        data, start = rest + chunk, 0
        starts: list[int] = []
        for found in tag.finditer(data):
            if not found[0].startswith(b"</"):
                starts.append(found.start())
                continue
            yield Piece(data[start : found.end()], len(starts), True)
            start, starts = found.end(), []
        # A tag may have begun.
        cut = max(start, len(data) - _LONGEST_TAG)
        if cut > start:
            yield Piece(data[start:cut], sum(each < cut for each in starts), False)
        rest = data[cut:]
    if rest:
        yield Piece(rest, len(tag.findall(rest)), False)
