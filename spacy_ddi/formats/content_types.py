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

PAGE = "an HTML page"
PAGE_ENDINGS = (".html", ".htm", ".xhtml")

_OFFICE_FILE = "an Office document (.docx, .xlsx, .pptx)"

ADVICE = {
    "a PDF file": _PDF,
    "an RTF document": _OFFICE,
    "an old Office document (.doc, .xls, .ppt)": _OFFICE,
    _OFFICE_FILE: _OFFICE,
    "an OpenDocument file (.odt, .ods)": _OFFICE,
    "an e-book (.epub)": _CONVERT,
    "a PostScript file": "Take the text out first, e.g. by ps2ascii.",
    "an image": _PICTURE,
    "audio or video": _NO_TEXT,
    "an archive": _UNPACK,
    "a program": _NO_TEXT,
    "a database": _NO_TEXT,
    PAGE: _CONVERT,
    "XML": f"{_ELEMENT} {_CORPUS}",
    "JSON": _VALUE,
    "a table (CSV)": _COLUMN,
    "a table (TSV)": _COLUMN,
    "brat annotations": "Give the .txt file beside it.",
    "PubTator annotations": "Give the title and the abstract.",
}
"""What to do with each kind."""

_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"%PDF-", "a PDF file"),
        (rb"\{\\rtf", "an RTF document"),
        (rb"%!PS", "a PostScript file"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls, .ppt)"),
        (rb"PK\x03\x04.*(?:word/document|xl/workbook|ppt/presentation)", _OFFICE_FILE),
        (rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis", "an OpenDocument file (.odt, .ods)"),
        (rb"PK\x03\x04.{26}mimetypeapplication/epub", "an e-book (.epub)"),
        (rb"PK[\x03\x05]", "an archive"),
        (rb"\x1f\x8b|BZh[1-9]1AY&SY|\xfd7zXZ\0|\x28\xb5\x2f\xfd", "an archive"),
        (rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|.{257}ustar", "an archive"),
        (rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|RIFF.{4}WEBP", "an image"),
        (rb"BM.{4}\0\0\0\0|\0\0\0.ftyp(?:hei|mif1|avif)", "an image"),
        (rb"RIFF.{4}(?:WAVE|AVI )|\0\0\0.ftyp|OggS\0|ID3[\x02-\x04]", "audio or video"),
        (rb"\x7fELF|MZ.\0", "a program"),
        (rb"SQLite format 3\0|PAR1[\x00-\x1f]", "a database"),
    )
)

_NAMES = {
    ".csv": "a table (CSV)",
    ".tsv": "a table (TSV)",
    ".json": "JSON",
    ".jsonl": "JSON",
    ".ndjson": "JSON",
    ".xml": "XML",
    ".nxml": "XML",
    **dict.fromkeys(PAGE_ENDINGS, PAGE),
    ".ann": "brat annotations",
}

_BEFORE_THE_ROOT = re.compile(r"\s*(?:<!--.*?-->\s*)*", re.DOTALL)
_OPENING_TAG = re.compile(r"<([A-Za-z][\w.:-]*)(?:\s[^<>]*)?/?>")
_INLINE_TAG = re.compile("a|b|em|font|i|small|span|strong|sub|sup|u", re.IGNORECASE)
_HTML_TAG = re.compile(
    "article|base|blockquote|body|br|center|d[dlt]|div|footer|form|h[1-6]|head|header|hr|html|img"
    "|li|link|main|meta|nav|ol|p|pre|script|section|style|t[dhr]|table|tbody|thead|title|ul",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(
    r"</(?:body|div|dd|dl|h[1-6]|li|ol|p|section|table|td|th|tr|ul)\s*>|<br\s*/?>", re.IGNORECASE
)
_PROSE_BETWEEN_TAGS = 500
"""Characters. A page has more tags; a text with fewer merely has some left in it."""
_JSON_OBJECT = re.compile(r'\s*(?:\[\s*)?\{\s*"[^"\n]*"\s*:')
_BRAT_LINE = re.compile(r"(?:T\d+\t\S+ \d+ \d+(?:;\d+ \d+)*\t|[RE]\d+\t\S+:\S*)")
_PUBTATOR_LINE = re.compile(r"\d+\|[ta]\|")
_COLUMN_NAME = re.compile(r"[A-Za-z_][\w()/%-]*(?: [\w()/%-]+){0,2}")


def binary_type(content: bytes) -> str | None:
    """What some bytes are, by those that they begin with.

    content (bytes): The bytes.
    RETURNS (Optional[str]): A key of `ADVICE`; None if they may be text.
    """
    return next((kind for pattern, kind in _SIGNATURES if pattern.match(content)), None)


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


def _xml_type(text: str) -> str | None:
    before = _BEFORE_THE_ROOT.match(text)
    start = before.end() if before else 0
    head = text[start : start + 500].lower()
    if head.startswith(("<!doctype html", "<html")) or (
        head.startswith("<?xml") and "<html" in head
    ):
        return PAGE
    if head.startswith(("<?xml", "<!doctype", "<!entity")):
        return "XML"
    root = _OPENING_TAG.match(text, start)
    if root and not _INLINE_TAG.fullmatch(root[1]):
        is_html = bool(_HTML_TAG.fullmatch(root[1]))
        if is_html or root[0].endswith("/>") or f"</{root[1]}" in text:
            return PAGE if is_html else "XML"
    n_tags = len(_BLOCK_TAG.findall(text))
    return PAGE if n_tags >= max(2, len(text) / _PROSE_BETWEEN_TAGS) else None


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
        and not all(
            cell[:1].isdigit() and row[0][-1:].isdigit() for row in rows for cell in row[1:]
        )
        and all(len(row[0].split()) <= 2 for row in rows)
    )
