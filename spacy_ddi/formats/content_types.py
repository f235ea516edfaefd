"""What a file holds, recognized by its first bytes, by its text and by its name."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from io import StringIO
from itertools import islice
from pathlib import PurePath

_CONVERT = "Convert it to plain text first, e.g. by pandoc -t plain."
_OFFICE = "Save it as plain text (.txt) first, e.g. by soffice --convert-to txt."
_PDF = "Take the text out first, e.g. by pdftotext."
_PICTURE = "Take the text out first, e.g. by tesseract."
_UNPACK = "Unpack it first, and give the text in it."
_COLUMN = "Give the column that holds the text."
_VALUE = "Give the value that holds the text."
_ELEMENT = "Give the text of its elements."
_NO_TEXT = "Give a file of text."
_CORPUS = "To read a corpus, see the commands evaluate and convert."

ADVICE = {
    "a PDF file": _PDF,
    "an RTF document": _OFFICE,
    "an old Office document (.doc, .xls, .ppt)": _OFFICE,
    "an Office document (.docx, .xlsx, .pptx)": _OFFICE,
    "an OpenDocument file (.odt, .ods)": _OFFICE,
    "an e-book (.epub)": _CONVERT,
    "a PostScript file": "Take the text out first, e.g. by ps2ascii.",
    "an image": _PICTURE,
    "audio or video": _NO_TEXT,
    "an archive": _UNPACK,
    "a program": _NO_TEXT,
    "a database": _NO_TEXT,
    "an HTML page": _CONVERT,
    "XML": f"{_ELEMENT} {_CORPUS}",
    "JSON": _VALUE,
    "a table (CSV)": _COLUMN,
    "a table (TSV)": _COLUMN,
    "brat annotations": "Give the .txt file beside it.",
    "PubTator annotations": "Give the title and the abstract.",
}
"""What to do with each kind."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF file"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls, .ppt)"),
    (b"\x89PNG\r\n\x1a\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF87a", "an image"),
    (b"GIF89a", "an image"),
    (b"II*\0", "an image"),
    (b"MM\0*", "an image"),
    (b"\x1f\x8b", "an archive"),
    (b"BZh", "an archive"),
    (b"\xfd7zXZ\0", "an archive"),
    (b"\x28\xb5\x2f\xfd", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"OggS\0", "audio or video"),
    (b"ID3\x03", "audio or video"),
    (b"ID3\x04", "audio or video"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "a database"),
    (b"PAR1\x15", "a database"),
)

_NAMES = {
    ".csv": "a table (CSV)",
    ".tsv": "a table (TSV)",
    ".json": "JSON",
    ".jsonl": "JSON",
    ".ndjson": "JSON",
    ".xml": "XML",
    ".nxml": "XML",
    ".html": "an HTML page",
    ".htm": "an HTML page",
    ".xhtml": "an HTML page",
    ".ann": "brat annotations",
}

_BEFORE_THE_ROOT = re.compile(r"\s*(?:<!--.*?-->\s*)*", re.DOTALL)
_OPENING_TAG = re.compile(r"<([A-Za-z][\w.:-]*)(?:\s[^<>]*)?/?>")
_INLINE_TAGS = frozenset("a b em font i small span strong sub sup u".split())
_HTML_TAGS = frozenset(
    "article base blockquote body br center dd div dl dt footer form h1 h2 h3 h4 h5 h6 head header "
    "hr html img li link main meta nav ol p pre script section style table tbody td th thead title "
    "tr ul".split()
)
_BLOCK_TAG = re.compile(
    r"</(?:body|div|dd|dl|h[1-6]|li|ol|p|section|table|td|th|tr|ul)\s*>|<br\s*/?>", re.IGNORECASE
)
_JSON_OBJECT = re.compile(r'\s*(?:\[\s*)?\{\s*"[^"\n]*"\s*:')
_BRAT_LINE = re.compile(r"(?:T\d+\t\S+ \d+ \d+(?:;\d+ \d+)*\t|[RE]\d+\t\S+:\S*)")
_PUBTATOR_LINE = re.compile(r"\d+\|[ta]\|")
_COLUMN_NAME = re.compile(r"[A-Za-z_][\w()/%-]*(?: [\w()/%-]+){0,2}")


def binary_type(content: bytes) -> str | None:
    """What some bytes are, by those that they begin with.

    content (bytes): The bytes.
    RETURNS (Optional[str]): A key of `ADVICE`; None if they may be text.
    """
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _zip_type(content)
    if content.startswith(b"BM") and b"\0" in content[:32]:
        return "an image"
    if content.startswith(b"RIFF") and b"\0" in content[:64]:
        return "an image" if content[8:12] == b"WEBP" else "audio or video"
    if content.startswith(b"MZ") and b"\0" in content[:64]:
        return "a program"
    if content[4:8] == b"ftyp" and b"\0" in content[:4]:
        is_image = content[8:12] in (b"heic", b"heix", b"mif1", b"avif")
        return "an image" if is_image else "audio or video"
    return "an archive" if content[257:262] == b"ustar" else None


def markup_type(text: str, name: str = "") -> str | None:
    """What kind of text it is, if not prose: markup, data or annotations.

    text (str): The text.
    name (str): The file's name, whose ending is looked at as well.
    RETURNS (Optional[str]): A key of `ADVICE`; None for prose. A few tags, commas or brackets in
        prose are no markup.
    """
    by_content: tuple[Callable[[str], str | None], ...] = (_xml_type, _json_type, _data_type)
    for look in by_content:
        if kind := look(text):
            return kind
    return _NAMES.get(PurePath(name).suffix.lower())


def _zip_type(content: bytes) -> str:
    if b"mimetypeapplication/vnd.oasis.opendocument" in content[:200]:
        return "an OpenDocument file (.odt, .ods)"
    if b"mimetypeapplication/epub+zip" in content[:200]:
        return "an e-book (.epub)"
    if any(folder in content for folder in (b"word/document", b"xl/workbook", b"ppt/presentation")):
        return "an Office document (.docx, .xlsx, .pptx)"
    return "an archive"


def _xml_type(text: str) -> str | None:
    before = _BEFORE_THE_ROOT.match(text)
    start = before.end() if before else 0
    head = text[start : start + 500].lower()
    if head.startswith(("<!doctype html", "<html")) or (head.startswith("<?xml") and "<html" in head):
        return "an HTML page"
    if head.startswith(("<?xml", "<!doctype", "<!entity")):
        return "XML"
    if (root := _OPENING_TAG.match(text, start)) and root[1].lower() not in _INLINE_TAGS:
        is_html = root[1].lower() in _HTML_TAGS
        if is_html or root[0].endswith("/>") or re.search(rf"</{re.escape(root[1])}\s*>", text):
            return "an HTML page" if is_html else "XML"
    return "an HTML page" if len(_BLOCK_TAG.findall(text)) >= 2 else None


def _json_type(text: str) -> str | None:
    if _JSON_OBJECT.match(text):
        return "JSON"
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    # A footnote such as [12] is prose.
    has_data = isinstance(value, dict) or any(not isinstance(item, int) for item in value)
    return "JSON" if has_data else None


def _data_type(text: str) -> str | None:
    start = text.lstrip()
    if _BRAT_LINE.match(start):
        return "brat annotations"
    if _PUBTATOR_LINE.match(start):
        return "PubTator annotations"
    return "a table (CSV)" if any(_is_table(start, sign) for sign in ",;") else None


def _is_table(text: str, delimiter: str) -> bool:
    """Whether the lines are rows of columns: with the names of the columns above them, or three
    rows and more of as many cells each. In prose a blank follows a comma."""
    try:
        rows = list(islice(filter(None, csv.reader(StringIO(text), delimiter=delimiter)), 50))
    except csv.Error:
        return False
    if len(rows) < 2 or min(len(row) for row in rows) < 2:
        return False
    names = rows[0]
    if all(_COLUMN_NAME.fullmatch(name) for name in names):
        return any(any(row[1:]) for row in rows[1:])
    cells = [cell for row in rows for cell in row[1:]]
    filled = [cell for cell in cells if cell]
    return (
        len(rows) >= 3
        and len({len(row) for row in rows}) == 1
        and 2 * len(filled) >= len(cells)
        and not any(cell[:1].isspace() for cell in filled)
        and not all(cell[:1].isdigit() and row[0][-1:].isdigit() for row in rows for cell in row[1:])
        and all(len(row[0].split()) <= 2 for row in rows)
    )
