"""Plain text: a document a file, a document a line."""

from __future__ import annotations

import gzip
import lzma
import tracemalloc

import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.inputs import format_of, read_documents
from spacy_ddi.formats.text_files import read_text, read_text_lines
from tests.formats.reading import read

TEXT = "Warfarin 💊 raises aspirin.\r\nAnd more.\n"


@pytest.mark.parametrize("name", ["a.b.txt", "a.b.TXT", "a.b.md", "a.b.text", "a.b.txt.gz"])
def test_a_file_is_a_document(tmp_path, name):
    content = TEXT.encode("utf-8-sig")
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    [document], errors = read(read_text, tmp_path / name)
    assert errors == []
    assert (document.id, document.text) == ("a.b", TEXT)
    assert format_of(tmp_path / name) is formats()["text"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.4", "DDI061.*pdftotext"),
        (b"<html><body>x</body></html>", "DDI060.*HTML"),
        (b"  \n", "DDI112"),
        (b"a\0b", "DDI111"),
        ("naïve".encode("latin1"), "DDI110"),
    ],
)
def test_what_is_no_text_is_refused_with_advice(tmp_path, content, code):
    (tmp_path / "a.txt").write_bytes(content)
    (tmp_path / "b.txt").write_text("Fine.")
    errors = []
    [document] = read_documents([str(tmp_path)], on_error=errors.append)
    assert document.id == "b"
    with pytest.raises(CorpusError, match=code):
        raise errors[0]


@pytest.mark.parametrize("compress", [bytes, lzma.compress])
def test_a_line_is_a_document(tmp_path, compress):
    content = (
        "\ufeffOne 💊.\r\n \n\nTwo\u2028half\x85.\n".encode() + b"\xff\nzero \0\n\xef\xbb\xbfFour"
    )
    (tmp_path / "a").write_bytes(compress(content))
    documents, errors = read(read_text_lines, tmp_path / "a")
    assert [(each.id, each.text) for each in documents] == [
        ("a:1", "One 💊."),
        ("a:4", "Two\u2028half\x85."),
        ("a:7", "\ufeffFour"),
    ]
    assert len(errors) == 2
    assert "line 5: not a line of UTF-8 text" in errors[0]
    assert "line 6: not a line of UTF-8 text (it holds a zero byte)" in errors[1]
    assert documents[1].origin == f"{tmp_path / 'a'}, line 4"


def test_lines_are_read_by_name_only(tmp_path):
    (tmp_path / "a.txt").write_text("One.\nTwo.")
    found = read_documents([str(tmp_path)], format_name="lines", on_error=pytest.fail)
    assert [each.text for each in found] == ["One.", "Two."]


@pytest.mark.parametrize("content", [b"%PDF-1.4\n", b'{"text": "x"}\n', b"<html><p>x</html>"])
def test_other_formats_are_no_lines(tmp_path, content):
    (tmp_path / "a.txt").write_bytes(content)
    documents, [error] = read(read_text_lines, tmp_path / "a.txt")
    assert documents == []
    assert "DDI061" in error or "this looks like" in error


def test_memory_does_not_grow_with_the_number_of_lines(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"Warfarin raises aspirin.\n" * 40_000))
    tracemalloc.start()
    n_read = sum(1 for _ in read_text_lines(tmp_path / "a.txt.gz", on_error=pytest.fail))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_read == 40_000
    assert peak < 5e5
