"""Structured Product Labels (SPL): the XML of DailyMed, and the zips that it comes in."""

from __future__ import annotations

import io
import lzma
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, cast

from lxml import etree

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.compressed_files import open_bytes
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.spl_lines import narrative_lines
from spacy_ddi.formats.text_document import Section, TextDocument
from spacy_ddi.formats.xml_pieces import CHUNK
from spacy_ddi.formats.xml_streams import (
    MAX_DOCUMENT,
    SAFE,
    check_entities,
    document_error,
    inline_text,
    read_prolog,
    root_of,
    syntax_error,
)

V3: Final = "{urn:hl7-org:v3}"
ROOT: Final = f"{V3}document"

MAX_ZIP: Final = 512 << 20
"""Bytes of a zip in a zip: it is unpacked into a temporary file."""

MAX_RATIO: Final = 200
"""How many times as long as in the zip a file of more than `ALWAYS_READ` bytes may be. Labels are
10 to 30 times as long."""

ALWAYS_READ: Final = 1 << 20

_ZIP: Final = b"PK"
_IN_ZIPS: Final = (b".xml", b".zip", b".jpg", b".jpeg", b".png", b".gif", b"/")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_DAMAGED_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the library raises for zips that are damaged, or packed in a way that it doesn't know."""


def read_spl(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read a label, a zip with one, or a zip of such zips; see `Reader`.

    A document is a label, with its set id as id. Its sections are in the order of the label, those
    inside others after the text of those. A section begins with its title.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of a label.
    columns (Columns): Not used.
    YIELDS (TextDocument): The labels.
    RAISES (CorpusError): If it is no label, or no zip that can be read.
    """
    with open_bytes(path) as file:
        is_zip = file.read(len(_ZIP)) == _ZIP or path.suffix.lower() == ".zip"
    with open_bytes(path) as file:
        if is_zip:
            yield from _read_zip(file, path, "", on_error)
        else:
            yield _read_label(file, path, "", MAX_DOCUMENT)


def _read_zip(
    file: IO[bytes], path: Path, inside: str, on_error: OnError
) -> Iterator[TextDocument]:
    """The labels of a zip, and, if it is in no other one, those of the zips in it."""
    n_read = 0
    try:
        packed = zipfile.ZipFile(file)
    except _DAMAGED_ZIP as error:
        raise document_error(path, inside or "the zip", f"it can't be read ({error})") from None
    if min((member.header_offset for member in packed.infolist()), default=0):
        # The list of files that was found is that of a zip inside this one.
        problem = "it can't be read (it does not begin with its first file, so it may be cut off)"
        raise document_error(path, inside or "the zip", problem)
    with packed:
        for member in packed.infolist():
            name = member.filename.lower()
            place = f"{inside}/{member.filename}" if inside else member.filename
            if not name.endswith((".xml", ".zip")):
                continue
            n_read += 1
            try:
                if name.endswith(".xml"):
                    yield _read_member(packed, member, path, place)
                elif inside:
                    problem = "a zip in a zip that is in a zip. Unpack the outer one first"
                    raise document_error(path, place, problem)
                else:
                    with tempfile.TemporaryFile() as unpacked:
                        _unpack(packed, member, unpacked, path=path, place=place)
                        yield from _read_zip(unpacked, path, place, on_error)
            except CorpusError as error:
                on_error(error)
    if not n_read:
        raise document_error(path, inside or "the zip", "no label (.xml) is in it, and no zip")


def _read_member(
    packed: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, place: str
) -> TextDocument:
    try:
        with packed.open(member) as file:
            return _read_label(file, path, place, _limit(member, MAX_DOCUMENT))
    except CorpusError:
        raise
    except _DAMAGED_ZIP as error:
        raise document_error(path, place, f"it can't be unpacked ({error})") from None


def _unpack(
    packed: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    unpacked: IO[bytes],
    *,
    path: Path,
    place: str,
) -> None:
    """Write a zip of a zip to a file, and go back to the file's beginning."""
    limit, size = _limit(member, MAX_ZIP), 0
    try:
        with packed.open(member) as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise _too_long(path, place, limit)
                unpacked.write(chunk)
    except CorpusError:
        raise
    except _DAMAGED_ZIP as error:
        raise document_error(path, place, f"it can't be unpacked ({error})") from None
    unpacked.seek(0)


def _limit(member: zipfile.ZipInfo, most: int) -> int:
    """How many bytes a file of a zip may have."""
    return min(most, max(ALWAYS_READ, MAX_RATIO * member.compress_size))


def _too_long(path: Path, place: str, limit: int) -> CorpusError:
    problem = f"it is longer than {limit:,} bytes, which no label (packed as it is) should be"
    return document_error(path, place, problem)


def _read_label(file: IO[bytes], path: Path, member: str, limit: int) -> TextDocument:
    """A label.

    file (IO[bytes]): Its XML.
    path (Path): The file that it is in.
    member (str): Where in a zip it is.
    limit (int): Bytes that it may have.
    RETURNS (TextDocument): The label.
    RAISES (CorpusError): If it is longer, no XML, or no label.
    """
    place = member or "the label"
    content = file.read(limit + 1)
    if len(content) > limit:
        raise _too_long(path, place, limit)
    prolog = read_prolog(io.BytesIO(content), path, member)
    if prolog.root != ROOT:
        problem = f"the root is <{prolog.root}>, and not <{ROOT}>, so it is no label"
        raise document_error(path, place, problem)
    try:
        root = etree.fromstring(content, cast(Any, etree.XMLParser)(**SAFE))
        check_entities(root)
        return _document(root, str(path), member)
    except etree.XMLSyntaxError as error:
        raise syntax_error(path, error, member=member) from None
    except ValueError as error:
        raise document_error(path, place, str(error)) from None


def _document(root: etree._Element, file: str, place: str) -> TextDocument:
    set_id = _attribute(root, "setId", "root") or _attribute(root, "id", "root")
    if not set_id:
        raise ValueError("it has no set id")
    text, sections = "", []
    for element in root.iter(f"{V3}section"):
        heading, narrative = element.find(f"{V3}title"), element.find(f"{V3}text")
        title = "" if heading is None else inline_text(heading)
        lines = [title] if title.strip() else []
        lines += [] if narrative is None else narrative_lines(narrative)
        if lines:
            start = len(text) + 2 if text else 0
            text += ("\n\n" if text else "") + "\n".join(lines)
            code = _attribute(element, "code", "code")
            sections.append(Section(start, len(text), code, title))
    name = root.find(f"{V3}title")
    year = _YEAR.match(_attribute(root, "effectiveTime", "value"))
    metadata = {
        "version": _attribute(root, "versionNumber", "value"),
        "title": "" if name is None else inline_text(name),
    }
    return TextDocument(
        set_id,
        text,
        tuple(sections),
        year=int(year[0]) if year else None,
        metadata={key: value for key, value in metadata.items() if value},
        file=file,
        place=place,
    )


def _attribute(element: etree._Element, child: str, name: str) -> str:
    """An attribute of a child, or nothing."""
    found = element.find(f"{V3}{child}")
    return "" if found is None else str(found.get(name, "")).strip()


def _recognizes(head: bytes) -> bool:
    if head.startswith(b"PK\x03\x04"):
        length = int.from_bytes(head[26:28], "little")
        return head[30 : 30 + length].lower().endswith(_IN_ZIPS)
    return root_of(head) == ROOT


SPL = Format("spl", (".xml", ".zip"), _recognizes, read_spl, has_versions=True)
