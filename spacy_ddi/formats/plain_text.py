"""Plain text without annotation, as people hand it over: bytes, .txt, and both compressed."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path, PurePath
from typing import IO, Any

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.bounded import check_xz, read_whole
from spacy_ddi.formats.content_types import ADVICE, binary_type, markup_type

_COMPRESSIONS: dict[str, tuple[bytes, Callable[[IO[bytes]], Any]]] = {
    ".gz": (b"\x1f\x8b", gzip.open),
    ".xz": (b"\xfd7zXZ\0", lzma.open),
    ".bz2": (b"BZh", bz2.open),
}

UTF_8 = "utf-8-sig"
"""With or without a byte order mark."""

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
    RAISES (CorpusError): If the bytes are no plain text, hold nothing but white space, or are more
        than a document may have.
    """
    content, name = _decompress(content, source)
    if kind := binary_type(content):
        raise CorpusError.at(Errors.BINARY_FILE, source, kind=kind, advice=ADVICE[kind])
    text = _decode_bytes(content, source)
    if not text.strip():
        raise CorpusError.at(Errors.TEXT_EMPTY, source)
    if not as_text:
        refuse_markup(text, source, name=name, option="--as-text")
    return text


def refuse_markup(text: str, source: object, *, name: str = "", option: str) -> None:
    """See that a text is prose.

    text (str): The text, or how it begins.
    source (object): Where it is from, for the message.
    name (str): The file's name, whose ending is looked at as well.
    option (str): By which option it is read all the same.
    RAISES (CorpusError): If it is markup, data or annotations.
    """
    if kind := markup_type(text, name):
        found = {"kind": kind, "advice": ADVICE[kind], "option": option}
        raise CorpusError.at(Errors.NO_PLAIN_TEXT, source, **found)


def encoding_of(head: bytes) -> str:
    """The encoding of a text.

    head (bytes): How it begins.
    RETURNS (str): UTF-16 or UTF-32 if its byte order mark says so; else `UTF_8`.
    """
    return next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), UTF_8)


def not_utf8(source: object, position: int) -> CorpusError:
    """The error of what is no UTF-8.

    source (object): The file.
    position (int): The byte that can't be decoded.
    RETURNS (CorpusError): Not raised.
    """
    return CorpusError.at(Errors.TEXT_ENCODING, source, f"byte {position}")


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
    for ending, (signature, opened) in _COMPRESSIONS.items():
        if content.startswith(signature) or suffix == ending:
            try:
                if opened is lzma.open:
                    check_xz(content)
                with opened(BytesIO(content)) as file:
                    content = read_whole(file, source)
            except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
                raise CorpusError.at(
                    Errors.TEXT_COMPRESSED, source, suffix=ending, problem=error
                ) from error
            return content, source[: -len(ending)] if suffix == ending else source
    return content, source


def _decode_bytes(content: bytes, source: str) -> str:
    encoding = encoding_of(content)
    if encoding == UTF_8 and b"\0" in content:
        raise _zero(source, content.index(b"\0"))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise not_utf8(source, error.start) from error
    if "\0" in text:
        raise _zero(source, text.index("\0"))
    return text


def _zero(source: str, position: int) -> CorpusError:
    return CorpusError.at(Errors.TEXT_ZERO, source, f"byte {position}", position=position)
