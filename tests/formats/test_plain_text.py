"""Plain text from bytes and files."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.plain_text import decode, read_lines

TEXT = "Warfarin (5 µg) raises aspirin.\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le BOM", "utf-16-be BOM"]
)
def test_unicode_is_read_as_its_byte_order_mark_says(encoding):
    name, _, mark = encoding.partition(" ")
    content = ("\ufeff" + TEXT if mark else TEXT).encode(name)
    assert decode(content, "report.txt") == TEXT


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress])
@pytest.mark.parametrize("source", ["standard input", "report.txt.gz", "report"])
def test_compressed_text_is_read(compress, source):
    if source.endswith(".gz") and compress is not gzip.compress:
        source = "report.txt"
    assert decode(compress(TEXT.encode()), source) == TEXT


@pytest.mark.parametrize(
    ("content", "source", "code"),
    [
        (b"", "a.txt", "DDI112"),
        (b" \n\t", "a.txt", "DDI112"),
        (b"\xff\xfe", "a.txt", "DDI112"),
        (gzip.compress(b"", mtime=0), "a.gz", "DDI112"),
        ("naïve".encode("latin1"), "a.txt", "DDI110"),
        (b"\xff\xfea\0b", "a.txt", "DDI110"),
        (TEXT.encode("utf-16-le"), "a.txt", "DDI111.*UTF-16LE"),
        (b"Warfarin\0aspirin", "a.txt", "DDI111.* at 8"),
        (TEXT.encode(), "a.txt.gz", "DDI113"),
        (TEXT.encode(), "a.xz", "DDI113"),
        (TEXT.encode(), "a.bz2", "DDI113"),
        (gzip.compress(TEXT.encode() * 100, mtime=0)[:-9], "a.gz", "DDI113"),
        (lzma.compress(TEXT.encode())[:-9], "a", "DDI113"),
        (bz2.compress(TEXT.encode())[:-9], "a", "DDI113"),
        (b"%PDF-1.4", "a.txt", "DDI061.*PDF.*pdftotext"),
        (gzip.compress(b"%PDF-1.4", mtime=0), "a.gz", "DDI061"),
        (gzip.compress(gzip.compress(b"text", mtime=0), mtime=0), "a.gz", "DDI061.*archive"),
        (b"<html></html>", "a.txt", "DDI060.*HTML.*--as-text"),
        ("<html></html>".encode("utf-16"), "a.txt", "DDI060"),
        (TEXT.encode(), "a.csv", "DDI060"),
        (gzip.compress(TEXT.encode(), mtime=0), "a.csv.gz", "DDI060"),
        (gzip.compress(b"<html>", mtime=0), "a.txt.gz", "DDI060"),
    ],
)
def test_what_is_no_plain_text_is_refused(content, source, code):
    with pytest.raises(CorpusError, match=f"{code}") as caught:
        decode(content, source)
    assert source in str(caught.value)


def test_markup_is_read_where_it_is_said_to_be_text():
    assert decode(b"<html></html>", "a.html", as_text=True) == "<html></html>"
    with pytest.raises(CorpusError, match="DDI061"):
        decode(b"%PDF-1.4", "a.pdf", as_text=True)


@pytest.mark.parametrize("name", ["text.txt", "text.txt.xz"])
def test_lines_that_are_not_empty_are_read(tmp_path, name):
    content = b"  one \r\n\n\ttwo\n"
    (tmp_path / name).write_bytes(lzma.compress(content) if name.endswith("xz") else content)
    assert read_lines(tmp_path / name) == ["one", "two"]
    (tmp_path / "a.html").write_text("<p>one</p>", encoding="utf8")
    with pytest.raises(CorpusError, match="DDI060"):
        read_lines(tmp_path / "a.html")
    assert read_lines(tmp_path / "a.html", as_text=True) == ["<p>one</p>"]
