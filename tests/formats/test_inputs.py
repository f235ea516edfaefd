"""Which files a user's names give, and of which format they are."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from spacy.tokens import DocBin

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.compressed_files import (
    bytes_read,
    companion_of,
    name_parts,
    open_bytes,
    read_all,
)
from spacy_ddi.formats.format import format_named, formats, reader_named, writer_named
from spacy_ddi.formats.inputs import find_inputs, format_of, read_documents

LINE = b'{"id": "a", "text": "Warfarin raises aspirin."}\n'
COMPRESSED = {".gz": gzip.compress, ".xz": lzma.compress, ".bz2": bz2.compress}


@pytest.fixture
def folder(tmp_path):
    for name, content in {
        "b.jsonl": LINE,
        "sub/deep/a.csv": b"id,text\n1,Warfarin.\n",
        "c.txt": b"Warfarin.",
        ".hidden.jsonl": LINE,
        ".git/a.jsonl": LINE,
        "sub/.x/a.jsonl": LINE,
        "picture.png": b"\x89PNG\r\n\x1a\n",
        "package.json": b'{"name": "x"}',
        "README": b"Read me.",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def inputs(*names, **more):
    errors = []
    found = [
        (each.path.name, each.format.name)
        for each in find_inputs(map(str, names), on_error=errors.append, **more)
    ]
    return found, [str(error) for error in errors]


def test_a_folder_is_searched_at_any_depth_without_what_is_hidden_or_of_other_endings(folder):
    found, [error] = inputs(folder)
    assert found == [("b.jsonl", "jsonl"), ("c.txt", "text"), ("a.csv", "csv")]
    # It may be a damaged file of one of the formats that have this ending.
    assert error.startswith(f"[DDI120] {folder / 'package.json'}: ")


def test_patterns_name_files(folder):
    assert inputs(folder / "*.jsonl")[0] == [("b.jsonl", "jsonl")]
    assert inputs(folder / "**" / "*.csv")[0] == [("a.csv", "csv")]
    assert inputs(folder / "sub*")[1][0].startswith("[DDI123]")


def test_a_name_with_brackets_is_a_file_if_there_is_one(tmp_path):
    (tmp_path / "a[1].jsonl").write_bytes(LINE)
    assert inputs(tmp_path / "a[1].jsonl")[0] == [("a[1].jsonl", "jsonl")]


def test_each_file_is_given_once(folder):
    os.symlink(folder / "b.jsonl", folder / "z.jsonl")
    names = (folder / "b.jsonl", folder, folder / "sub" / ".." / "b.jsonl", folder / "*")
    found, errors = inputs(*names)
    assert [name for name, _ in found] == ["b.jsonl", "c.txt", "a.csv"]
    named = sorted(Path(error.split()[1].rstrip(":")).name for error in errors)
    assert named == ["README", "package.json", "package.json", "picture.png"]


def test_a_file_that_is_named_must_be_of_a_known_format(folder):
    found, errors = inputs(folder / "picture.png", folder / "package.json", folder / "README")
    assert found == []
    assert errors[0].startswith(f"[DDI061] {folder / 'picture.png'} is an image")
    assert [error.split(":")[0] for error in errors[1:]] == [
        f"[DDI120] {folder / name}" for name in ("package.json", "README")
    ]


def test_what_gives_nothing_is_said(tmp_path):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    errors = inputs(tmp_path, tmp_path / "no", tmp_path / "no*")[1]
    assert [error[1:7] for error in errors] == ["DDI124", "DDI123", "DDI123"]


def test_the_format_may_be_given(folder):
    assert inputs(folder / "README", format_name="lines")[0] == [("README", "lines")]
    assert len(inputs(folder / "sub", format_name="text")[0]) == 1
    with pytest.raises(CorpusError, match="DDI121"):
        inputs(folder, format_name="word")


@pytest.mark.parametrize("ending", COMPRESSED)
@pytest.mark.parametrize(("content", "code"), [(b"\x89PNG", "DDI061"), (b"1\tA\n", "DDI120")])
def test_what_is_in_a_compressed_file_is_said(tmp_path, ending, content, code):
    path = tmp_path / f"a.other{ending}"
    path.write_bytes(COMPRESSED[ending](content))
    assert inputs(path)[1][0][1:7] == code


@pytest.mark.parametrize("ending", COMPRESSED)
def test_compressed_files_are_read(tmp_path, ending):
    path = tmp_path / f"a.JSONL{ending}"
    path.write_bytes(COMPRESSED[ending](LINE))
    assert inputs(tmp_path)[0] == [(path.name, "jsonl")]
    [document] = read_documents([str(path)], on_error=pytest.fail)
    assert document.text == "Warfarin raises aspirin."
    renamed = path.rename(tmp_path / "b.jsonl")
    assert [each.id for each in read_documents([str(renamed)], on_error=pytest.fail)] == ["a"]
    assert read_all(renamed) == LINE
    with open_bytes(renamed) as file:
        assert file.read(3) == LINE[:3]


@pytest.mark.parametrize("ending", COMPRESSED)
@pytest.mark.parametrize("name", ["a.jsonl", "a.txt", "a.csv", "a.xml", "a.json", "a.spacy"])
def test_damaged_compressed_files_cost_themselves_only(tmp_path, ending, name):
    content = COMPRESSED[ending](b"".join(LINE + os.urandom(50).hex().encode() for _ in range(99)))
    (tmp_path / f"{name}{ending}").write_bytes(content[: len(content) // 2])
    (tmp_path / "good.jsonl").write_bytes(LINE)
    errors = []
    documents = list(read_documents([str(tmp_path)], on_error=errors.append))
    assert documents[-1].origin.endswith("good.jsonl, line 1")
    assert errors
    assert all(f"{name}{ending}" in str(error) for error in errors)
    with pytest.raises(CorpusError, match=f"DDI108.*{name}{ending}"):
        read_all(tmp_path / f"{name}{ending}")


def test_a_file_that_cannot_be_read_costs_itself_only(tmp_path):
    for name in ("a.jsonl", "gone.jsonl", "z.jsonl"):
        (tmp_path / name).write_bytes(LINE)
    errors = []
    documents = read_documents([str(tmp_path)], on_error=errors.append)
    assert next(documents).origin == f"{tmp_path / 'a.jsonl'}, line 1"
    gone = tmp_path / "gone.jsonl"
    gone.unlink()
    assert [each.origin for each in documents] == [f"{tmp_path / 'z.jsonl'}, line 1"]
    assert [str(error) for error in errors] == [
        f"[DDI108] {gone}: the file can't be read: No such file or directory."
    ]


def test_formats_that_share_an_ending_are_told_by_content(tmp_path):
    for name, content, expected in (
        ("a.jsonl", LINE, "jsonl"),
        ("b.jsonl", b'{"text": "x", "spans": []}', "prodigy"),
        ("c.json", b'[{"data": {"text": "x"}}]', "label-studio"),
        ("d.xml", b'<?xml version="1.0"?><document id="x"/>', "ddi2013"),
        ("e.txt", b"x", "text"),
    ):
        (tmp_path / name).write_bytes(content)
        assert format_of(tmp_path / name) is formats()[expected]
    for name in ("f.xml", "f.json", "f.parquet"):
        (tmp_path / name).write_bytes(b"<other/>")
        with pytest.raises(CorpusError, match=rf"DDI120.*{name}"):
            format_of(tmp_path / name)
    (tmp_path / "f.docx").write_bytes(b"PK")
    assert format_of(tmp_path / "f.docx") is None
    (tmp_path / "e.ann").write_bytes(b"")
    assert format_of(tmp_path / "e.txt") is formats()["brat"]


def test_names_of_files_have_parts_and_companions(tmp_path):
    assert name_parts(tmp_path / "a.b.TXT.gz") == ("a.b", ".TXT")
    assert name_parts(tmp_path / "a") == ("a", "")
    assert companion_of(tmp_path / "a.txt", ".ann") is None
    (tmp_path / "a.ann.xz").write_bytes(b"")
    assert companion_of(tmp_path / "a.txt.gz", ".ann") == tmp_path / "a.ann.xz"


def test_formats_have_names_readers_and_writers():
    assert list(formats()) == sorted(formats())
    assert format_named("csv") is formats()["csv"]
    assert reader_named("csv") is formats()["csv"].read
    assert writer_named("brat") is formats()["brat"].write
    with pytest.raises(CorpusError, match=r"DDI122.*written as 'lines'.*brat"):
        writer_named("lines")
    with pytest.raises(CorpusError, match=r"DDI121.*brat, csv"):
        format_named("docx")
    for each in formats().values():
        assert each.name in formats()
        assert each.read or each.write or each.write_page
        assert all(end == end.lower() and end.startswith(".") for end in each.endings)


def test_the_second_of_two_files_stands_for_both(tmp_path):
    (tmp_path / "a.txt").write_text("Tin.", encoding="utf8")
    (tmp_path / "a.ann").write_text("", encoding="utf8")
    (tmp_path / "b.ann").write_text("", encoding="utf8")
    errors: list[CorpusError] = []
    names = [str(tmp_path / "a.ann"), str(tmp_path / "*")]
    found = list(find_inputs(names, on_error=errors.append))
    assert [(each.path.name, each.format.name) for each in found] == [("a.txt", "brat")]
    assert ["b.ann" in str(error) for error in errors] == [True]


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress, bz2.compress])
def test_it_is_known_how_far_a_file_is_read(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a"
    content = random.Random(0).randbytes(3_000_000)
    path.write_bytes(compress(content))
    size = path.stat().st_size
    with open_bytes(path) as file:
        file.read(1_000_000)
        assert 0.3 * size < bytes_read() < 0.7 * size
        file.read()
        assert bytes_read() == size
    assert bytes_read() == 0


def test_other_json_is_refused_with_a_hint(tmp_path):
    path = tmp_path / "plain.json"
    path.write_text('[{"id": 1, "words": "Iron."}]')
    errors: list[CorpusError] = []
    assert list(read_documents([str(path)], on_error=errors.append)) == []
    assert "--from json --text-column NAME" in str(errors[0])
    named = {"format_name": "json", "columns": Columns("words")}
    [document] = read_documents([str(path)], **named, on_error=pytest.fail)
    assert (document.id, document.text) == ("1", "Iron.")


ENDINGS = sorted({end for each in formats().values() if each.read for end in each.endings})


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_an_empty_file_is_said_to_be_empty_whatever_its_name(tmp_path, ending, content, compress):
    path = tmp_path / f"a{ending}{'.gz' if compress is gzip.compress else ''}"
    path.write_bytes(compress(content))
    errors: list[CorpusError] = []
    names = (format_of(path).name, None)
    for name in names:
        assert list(read_documents([str(path)], format_name=name, on_error=errors.append)) == []
    assert [(each.code, each.path, each.place) for each in errors] == [
        ("DDI112", str(path), "")
    ] * 2


def test_a_file_without_documents_is_no_error(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n")
    (tmp_path / "a.xml").write_text('<?xml version="1.0"?><PubmedArticleSet/>')
    (tmp_path / "b.xml").write_text("<collection><source>x</source></collection>")
    (tmp_path / "a.json").write_text("[\n]\n")
    (tmp_path / "b.json").write_text('{"documents": []}')
    parquet.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "a.parquet")
    DocBin().to_disk(tmp_path / "a.spacy")
    assert list(read_documents([str(tmp_path)], on_error=pytest.fail)) == []


def test_annotations_without_their_text_and_links_to_nothing_are_errors(tmp_path):
    (tmp_path / "a.ann").write_text("T1\tdrug 0 3\tTin\n")
    for name in ("b.jsonl", "c.ann", "picture.png"):
        os.symlink("gone", tmp_path / name)
    (tmp_path / "c.txt").write_text("Tin.")
    passed_over: list[Path] = []
    found, errors = inputs(tmp_path, on_other=passed_over.append)
    assert found == [("c.txt", "text")]
    assert errors == [
        f"[DDI125] {tmp_path / 'a.ann'}, the file: there is no a.txt beside it. "
        "Correct it at its source, or take it out.",
        *(
            f"[DDI108] {tmp_path / name}: the file can't be read: it is a link to gone, which is "
            "not there."
            for name in ("b.jsonl", "c.ann")
        ),
    ]
    assert [path.name for path in passed_over] == ["picture.png"]
    assert inputs(tmp_path / "picture.png")[1][0][1:7] == "DDI108"
    assert inputs(tmp_path / "*.png")[1][0][1:7] == "DDI108"
    assert inputs(tmp_path, format_name="brat")[1] == errors
    assert inputs(tmp_path / "a.ann", format_name="text") == ([("a.ann", "text")], [])


@pytest.mark.parametrize("name", ["page.html", "page.HTM.gz", "page.xhtml"])
def test_a_page_is_told_as_one_whatever_it_is_called(tmp_path, name):
    content = b"<html><p>Tin.</p></html>"
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    (tmp_path / "page.txt").write_bytes(content)
    for each in (name, "page.txt"):
        found, (error,) = inputs(tmp_path / each)
        assert found == []
        assert error.startswith(f"[DDI060] {tmp_path / each} looks like an HTML page")
        assert "pandoc -t plain" in error
        assert "--from text" in error


@pytest.mark.parametrize(("name", "code"), [("pdf", "DDI121"), ("html", "DDI122")])
def test_only_formats_that_can_be_read_are_offered(tmp_path, name, code):
    for read in (lambda: reader_named(name), lambda: inputs(tmp_path, format_name=name)):
        with pytest.raises(CorpusError) as got:
            read()
        assert got.value.code == code
        offered = str(got.value).rpartition(": ")[2].rstrip(".").split(", ")
        assert offered == [each.name for each in formats().values() if each.read]


@pytest.mark.parametrize("ending", COMPRESSED)
def test_text_that_is_cut_off_is_told_as_text(tmp_path, ending):
    content = COMPRESSED[ending](os.urandom(30_000).hex().encode())
    for size in (len(content) // 2, 40):
        path = tmp_path / f"a.txt{ending}"
        path.write_bytes(content[:size])
        assert format_of(path).name == "text"
    (tmp_path / f"b.txt{ending}").write_bytes(
        COMPRESSED[ending](b"1|t|Tin\n" + os.urandom(30_000).hex().encode())[:20_000]
    )
    assert format_of(tmp_path / f"b.txt{ending}").name == (
        "text" if ending == ".bz2" else "pubtator"
    )
