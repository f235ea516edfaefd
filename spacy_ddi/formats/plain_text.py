"""Plain text without annotation, as people hand it over: bytes, .txt, and both compressed."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path, PurePath

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.content_types import ADVICE, binary_type, markup_type

_COMPRESSIONS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    ".gz": (b"\x1f\x8b", gzip.decompress),
    ".xz": (b"\xfd7zXZ\0", lzma.decompress),
    ".bz2": (b"BZh", bz2.decompress),
}

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes, source: str, *, as_text: bool = False) -> str:
    """The text in some bytes.

    content (bytes): UTF-8, with or without a byte order mark, or UTF-16 or UTF-32 with one. They
        may be compressed by gzip, xz or bzip2.
    source (str): Where they are from, for the message. The ending of a file's name is looked at.
    as_text (bool): Whether to take markup and data, such as HTML or CSV, for text.
    RETURNS (str): The text.
    RAISES (CorpusError): If the bytes are no plain text, or hold nothing but white space.
    """
    content, name = _decompress(content, source)
    if kind := binary_type(content):
        raise CorpusError(Errors.BINARY_FILE.format(source=source, kind=kind, advice=ADVICE[kind]))
    text = _decode_bytes(content, source)
    if not text.strip():
        raise CorpusError(Errors.TEXT_EMPTY.format(source=source))
    if not as_text and (kind := markup_type(text, name)):
        advice = ADVICE[kind]
        raise CorpusError(Errors.NO_PLAIN_TEXT.format(source=source, kind=kind, advice=advice))
    return text


def read_lines(path: Path, *, as_text: bool = False) -> list[str]:
    """The lines of a text file that are not empty, without the white space around them.

    path (Path): The file, which may be compressed.
    as_text (bool): As for `decode`.
    RETURNS (List[str]): The lines.
    RAISES (CorpusError): If the file can't be decompressed, or is no plain text.
    RAISES (OSError): If the file can't be read.
    """
    text = decode(path.read_bytes(), str(path), as_text=as_text)
    return [line for line in (line.strip() for line in text.splitlines()) if line]


def _decompress(content: bytes, source: str) -> tuple[bytes, str]:
    """What was compressed, and its name without the ending; both as they are, if nothing was."""
    suffix = PurePath(source).suffix.lower()
    for ending, (signature, decompress) in _COMPRESSIONS.items():
        if content.startswith(signature) or suffix == ending:
            try:
                content = decompress(content)
            # bz2 raises a ValueError for what is cut off.
            except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
                raise CorpusError(
                    Errors.TEXT_COMPRESSED.format(source=source, suffix=ending, problem=error)
                ) from error
            return content, source[: -len(ending)] if suffix == ending else source
    return content, source


def _decode_bytes(content: bytes, source: str) -> str:
    encoding = next(
        (name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8-sig"
    )
    if encoding == "utf-8-sig" and b"\0" in content:
        raise CorpusError(Errors.TEXT_ZERO.format(source=source, position=content.index(b"\0")))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise CorpusError(
            Errors.TEXT_ENCODING.format(source=source, position=error.start)
        ) from error
    if "\0" in text:
        raise CorpusError(Errors.TEXT_ZERO.format(source=source, position=text.index("\0")))
    return text
