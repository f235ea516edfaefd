"""Runs: what is lost, what is twice, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyarrow import parquet

from spacy_ddi.errors import CorpusError
from spacy_ddi.runs import shards
from tests.runs.made_up_run import start


def write_lines(path: Path, n: int, *, broken: int | None = None) -> Path:
    lines = [json.dumps({"id": f"{path.stem}{i}", "text": f"Text {i}."}) for i in range(n)]
    if broken is not None:
        lines[broken] = "{"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def documents(folder: Path) -> list[str]:
    paths = sorted(folder.glob("part-*.parquet"))
    return [row for path in paths for row in parquet.read_table(path)["document"].to_pylist()]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "CHUNK", 10)


def test_every_document_is_there_once_in_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_lines(tmp_path / f"{name}.jsonl", 25)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    outcome = start([str(tmp_path)], tmp_path / "out")
    assert documents(tmp_path / "out") == [f"{name}{i}" for name in "ab" for i in range(25)]
    assert outcome == (5, 0)
    assert not (tmp_path / "out" / "errors.jsonl").exists()


def test_large_files_have_shards_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write_lines(tmp_path / f"{name}.jsonl", 3)
    monkeypatch.setattr(shards, "SHARD_BYTES", 150)
    assert start([str(tmp_path)], tmp_path / "out").parts == 3


def test_long_documents_make_chunks_of_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "CHUNK_CHARACTERS", 15)
    write_lines(tmp_path / "a.jsonl", 4)  # seven characters each
    assert start([str(tmp_path / "a.jsonl")], tmp_path / "out").parts == 2


def test_what_cannot_be_read_is_in_the_error_table(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", 25, broken=12)
    names = [str(tmp_path / "a.jsonl"), str(tmp_path / "nothing.jsonl")]
    outcome = start(names, tmp_path / "out")
    assert (outcome.errors, len(documents(tmp_path / "out"))) == (2, 24)
    lines = (tmp_path / "out" / "errors.jsonl").read_text("utf8").splitlines()
    missing, broken = map(json.loads, lines)
    assert missing["code"] == "DDI123"
    assert broken["code"] == "DDI125"
    assert broken["file"] == str(tmp_path / "a.jsonl")
    assert "line 13" in broken["message"]


def test_a_second_start_does_what_is_missing(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", 45, broken=12)
    start([str(path)], tmp_path / "whole")
    start([str(path)], tmp_path / "out")
    (tmp_path / "out" / "part-000000-000002.parquet").unlink()
    kept = tmp_path / "out" / "part-000000-000001.parquet"
    before = kept.stat().st_mtime_ns
    (tmp_path / "out" / ".part-000000-000002.parquet.77").write_bytes(b"half")
    start([str(path)], tmp_path / "out")
    assert content(tmp_path / "out") == content(tmp_path / "whole")
    assert kept.stat().st_mtime_ns == before


def test_another_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", 5)
    start([str(path)], tmp_path / "out")
    with pytest.raises(CorpusError, match="settings pipeline was 'made up', now 'another'"):
        start([str(path)], tmp_path / "out", settings={"pipeline": "another"})
    write_lines(path, 6)
    with pytest.raises(CorpusError, match=r"DDI129.*inputs 1 bytes was"):
        start([str(path)], tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(CorpusError, match=r"DDI128.*thesis\.txt"):
        start([str(path)], tmp_path / "mine")
    assert content(tmp_path / "mine") == {"thesis.txt": b"mine"}


def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", 45)
    start([str(path)], tmp_path / "whole")
    (tmp_path / "deadly").write_text("1")
    start([str(path)], tmp_path / "out", n_process=2, deadly=tmp_path / "deadly")
    assert (tmp_path / "deadly").read_text() == "0"
    assert content(tmp_path / "out") == content(tmp_path / "whole")
