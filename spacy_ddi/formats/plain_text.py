"""Plain text without annotation, as people hand it over: bytes, .txt and .txt.xz."""

from __future__ import annotations

import lzma
from pathlib import Path

from spacy_ddi.errors import CorpusError, Errors


def decode(content: bytes, source: str) -> str:
    """The text in some bytes.

    content (bytes): UTF-8, with or without a byte order mark.
    source (str): Where they are from, for the message.
    RETURNS (str): The text.
    RAISES (CorpusError): If the bytes are no text, or hold nothing but white space.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(
            Errors.TEXT_ENCODING.format(source=source, position=error.start)
        ) from error
    if "\0" in text:
        raise CorpusError(Errors.TEXT_ZERO.format(source=source, position=text.index("\0")))
    if not text.strip():
        raise CorpusError(Errors.TEXT_EMPTY.format(source=source))
    return text


def read_lines(path: Path) -> list[str]:
    """The lines of a text file that are not empty, without the white space around them.

    path (Path): Plain text, or compressed with the name's end .xz.
    RETURNS (List[str]): The lines.
    RAISES (CorpusError): If the file can't be decompressed, or is no text.
    RAISES (OSError): If the file can't be read.
    """
    content = path.read_bytes()
    if path.suffix == ".xz":
        try:
            content = lzma.decompress(content)
        except lzma.LZMAError as error:
            raise CorpusError(Errors.TEXT_XZ.format(path=path, problem=error)) from error
    lines = (line.strip() for line in decode(content, str(path)).splitlines())
    return [line for line in lines if line]
