"""Which document is to blame, and what is nobody's fault."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from spacy_ddi.errors import DDIError
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.machine_failures import failure_line
from spacy_ddi.runs.parts import ENDING, ERRORS, NOTES, UNFINISHED, notes_path
from spacy_ddi.runs.report import Said
from spacy_ddi.runs.shards import Chunk
from spacy_ddi.runs.worker import Worker

CHUNK = Chunk(
    0,
    0,
    tuple(TextDocument(f"d{i}", f"{i}.", file="f", place=f"line {i}") for i in range(6)),
    (),
)


class DiedError(BaseException):
    """What a made-up process dies of."""


class Annotator:
    """Dies at the texts given, and writes down what it is given."""

    def __init__(self, *deadly: str) -> None:
        self.deadly = deadly
        self.given: list[str] = []

    def __call__(self, documents: Sequence[TextDocument]) -> Said:
        self.given.append(" ".join(each.id for each in documents))
        if any(each.id in self.deadly for each in documents):
            raise DiedError
        rows = [{"document": each.id} for each in documents]
        return Said(rows, [], [row | {"flag": "alone"} for row in rows])


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / UNFINISHED).mkdir()
    return tmp_path


def processes_for(output: Path, annotator: Any) -> int:
    """Give the chunk to one process after another, until one of them has done it."""
    for number in range(1, 30):
        try:
            report = Worker(lambda: annotator, output)(CHUNK)
        except DiedError:
            continue
        assert report.documents == len(CHUNK.documents)
        return number
    raise AssertionError("it is never done")


def errors(output: Path) -> list[dict[str, str]]:
    path = output / UNFINISHED / f"{CHUNK.name}{ERRORS}"
    return [json.loads(line) for line in path.read_text("utf8").splitlines()]


def test_a_chunk_is_tried_twice_then_its_documents_twice(output: Path) -> None:
    annotator = Annotator("d1", "d4")
    assert processes_for(output, annotator) == 2 + 2 * 2 + 1
    whole = "d0 d1 d2 d3 d4 d5"
    assert annotator.given == [
        *(whole, whole),
        *(("d0", "d1") * 2),
        *(("d0", "d2", "d3", "d4") * 2),
        *("d0", "d2", "d3", "d5"),
    ]
    assert [(each["position"], each["code"]) for each in errors(output)] == [
        ("line 1", "DDI180"),
        ("line 4", "DDI180"),
    ]
    assert "line 1: the process" in errors(output)[0]["message"]
    # It is done, so nothing of its tries is left.
    assert sorted(path.name for path in (output / UNFINISHED).iterdir()) == [
        f"{CHUNK.name}{ERRORS}",
        f"{CHUNK.name}{ENDING}",
        NOTES,
    ]


def test_what_is_noted_one_by_one_is_kept(output: Path) -> None:
    processes_for(output, Annotator("d1"))
    table = parquet.read_table(notes_path(output / UNFINISHED / CHUNK.name))
    assert table.column("document").to_pylist() == ["d0", "d2", "d3", "d4", "d5"]


def test_more_documents_are_not_to_blame(output: Path) -> None:
    with pytest.raises(DDIError, match=r"DDI130.*died 10 times"):
        processes_for(output, Annotator("d0", "d1", "d2", "d3"))


def test_processes_that_die_when_they_load_are_no_document_s_fault(output: Path) -> None:
    def load() -> Any:
        raise DiedError

    for _ in range(3):
        with pytest.raises(DiedError):
            Worker(load, output)(CHUNK)
    with pytest.raises(DDIError, match=r"DDI130.*died 3 times over the documents 000000-000000"):
        Worker(load, output)(CHUNK)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.ESTALE])
def test_a_failing_disk_is_no_document_s_fault(output: Path, number: int) -> None:
    def fail(documents: Sequence[TextDocument]) -> Said:
        raise OSError(number, "It fails.")

    with pytest.raises(DDIError, match=r"DDI183.*\] It fails\. They are not to blame"):
        Worker(lambda: fail, output)(CHUNK)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "DDI181"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "DDI181"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "DDI181"),
        (FileNotFoundError(errno.ENOENT, "none", "names.csv"), "DDI182"),
        (ValueError("[E123] too odd."), "DDI182"),
    ],
)
def test_too_little_memory_is_told_from_what_a_pipeline_cannot_do(
    error: Exception, code: str
) -> None:
    line = json.loads(failure_line(CHUNK.documents[2], error))
    assert line["code"] == code
    assert (line["file"], line["position"]) == ("f", "line 2")
    assert type(error).__name__ in line["message"]
    assert ".." not in line["message"]
