"""Files that would take more memory than there is."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tracemalloc
from pathlib import Path

import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats import bounded, json_streams, pubtator
from spacy_ddi.formats.bounded import MAX_DOCUMENT, numbered_lines, read_whole
from spacy_ddi.formats.inputs import read_documents
from spacy_ddi.formats.plain_text import decode

PACKERS = {".gz": gzip.compress, ".xz": lzma.compress, ".bz2": bz2.compress}


@pytest.fixture
def small(monkeypatch):
    """Documents may have 1,000 bytes, and lines that are passed over 3,000."""
    for module in (bounded, json_streams, pubtator):
        monkeypatch.setattr(module, "MAX_DOCUMENT", 1000)
    monkeypatch.setattr(bounded, "MAX_PASSED_OVER", 3000)
    monkeypatch.setattr(bounded, "_CHUNK", 10)


def found_in(path, format_name=None):
    errors: list[CorpusError] = []
    found = read_documents([str(path)], format_name=format_name, on_error=errors.append)
    return [each.text for each in found], [(each.code, each.path, each.place) for each in errors]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ["", *PACKERS])
@pytest.mark.parametrize("name", ["a.txt", "a.xml"])
def test_a_document_of_a_file_has_a_limit(tmp_path, name, ending):
    content = b"<document id='d'><sentence id='s' text='Iron. "
    content = (content if name == "a.xml" else b"Iron.") + b" " * 1000
    path = tmp_path / f"{name}{ending}"
    path.write_bytes(PACKERS[ending](content) if ending else content)
    assert found_in(path) == ([], [("DDI132", str(path), "")])


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", PACKERS)
def test_a_text_that_is_handed_over_has_a_limit(ending):
    with pytest.raises(CorpusError, match=r"DDI132\] x, .*MiB"):
        decode(PACKERS[ending](b"Iron." + b" " * 1000), "x")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("lines.txt", "Iron {}."),
        ("jsonl.jsonl", '{{"text": "Iron {}."}}'),
        ("prodigy.jsonl", '{{"text": "Iron {}.", "spans": []}}'),
        ("pubannotation.json", '{{"text": "Iron {}.", "denotations": []}}'),
    ],
)
def test_a_line_that_is_too_long_costs_itself(tmp_path, name, line):
    path = tmp_path / name
    path.write_text("\n".join(line.format(each) for each in ("1", "x" * 1000, "3")))
    assert found_in(path, name.partition(".")[0]) == (
        ["Iron 1.", "Iron 3."],
        [("DDI132", str(path), "line 2")],
    )
    path.write_text("\n".join(line.format(each) for each in ("1", "x" * 4010, "3")))
    assert found_in(path, name.partition(".")[0]) == (
        ["Iron 1."],
        [("DDI132", str(path), "line 2"), ("DDI133", str(path), "line 2")],
    )


@pytest.mark.usefixtures("small")
def test_a_document_of_too_many_lines_costs_itself(tmp_path):
    rows = "2\t0\t4\tIron\tChemical\tD\n" * 50
    path = tmp_path / "a.pubtator"
    path.write_text(f"1|t|Tin.\n\n2|t|Iron.\n{rows}\n3|t|Lead.\n")
    assert found_in(path) == (["Tin.", "Lead."], [("DDI132", str(path), "line 3")])


def test_xz_that_takes_much_memory_is_refused(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 30}]
    path = tmp_path / "a.txt.xz"
    path.write_bytes(lzma.compress(b"Iron.", preset=9))
    assert found_in(path, "lines") == (["Iron."], [])
    with lzma.open(path, "wb", filters=filters) as file:
        file.write(b"Iron.")
    assert found_in(path, "lines") == ([], [("DDI108", str(path), "")])
    assert found_in(path, "text") == ([], [("DDI113", str(path), "")])


def test_memory_is_bounded_and_the_limit_is_told():
    bomb = gzip.compress(bytes(2 * MAX_DOCUMENT), compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(CorpusError, match=r"DDI132\] a, the file: more than 64 MiB"):
            read_whole(gzip.GzipFile(fileobj=io.BytesIO(bomb)), "a")
        errors: list[CorpusError] = []
        stream = gzip.GzipFile(fileobj=io.BytesIO(bomb))
        assert list(numbered_lines(stream, Path("a"), on_error=errors.append)) == []
        assert len(errors) == 1
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_DOCUMENT
    finally:
        tracemalloc.stop()
