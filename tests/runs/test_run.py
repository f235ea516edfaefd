"""Runs: what is lost, what is twice, what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from filelock import FileLock
from pyarrow import parquet

from spacy_ddi.errors import CorpusError
from spacy_ddi.runs import manifest, merging, shards
from spacy_ddi.runs.manifest import missing_inputs
from spacy_ddi.runs.report import Report
from tests.runs.made_up_run import start

A_PART = 30
"""Documents of a part of these tests: three chunks of ten."""


def write_lines(path: Path, n: int, *, broken: int | None = None) -> Path:
    lines = [json.dumps({"id": f"{path.stem}{i}", "text": f"Text {i}."}) for i in range(n)]
    if broken is not None:
        lines[broken] = "{"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in files_in(folder)}


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def documents(folder: Path) -> list[str]:
    paths = sorted(folder.glob("part-*.parquet"))
    return [row for path in paths for row in parquet.read_table(path)["document"].to_pylist()]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "CHUNK", 10)
    monkeypatch.setattr(merging, "CHUNKS_OF_PART", 3)


def test_every_document_is_there_once_in_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_lines(tmp_path / f"{name}.jsonl", 25)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    outcome = start([str(tmp_path)], tmp_path / "out")
    assert documents(tmp_path / "out") == [f"{name}{i}" for name in "ab" for i in range(25)]
    assert outcome == (2, 50, 50, 0)
    assert sorted(content(tmp_path / "out")) == [
        ".lock",
        "manifest.json",
        "part-000000-000000.parquet",
        "part-000000-000001-last.parquet",
    ]


@pytest.mark.parametrize("n", [0, A_PART, A_PART + 1])
def test_the_last_part_of_a_shard_says_so(tmp_path: Path, n: int) -> None:
    path = write_lines(tmp_path / "a.jsonl", n)
    assert start([str(path)], tmp_path / "out", format_name="jsonl").documents == n
    names = [each.stem for each in sorted((tmp_path / "out").glob("part-*.parquet"))]
    first = ["part-000000-000000"] if n > A_PART else []
    assert names == [*first, f"part-000000-{len(first):06d}-last"]
    assert missing_inputs(tmp_path / "out") == ([], 1)


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
    reports: list[Report] = []
    start([str(tmp_path / "a.jsonl")], tmp_path / "out", on_report=reports.append)
    assert [report.documents for report in reports] == [3, 1]


def test_reports_tell_which_bytes_of_the_files_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_lines(tmp_path / f"{name}.jsonl", n) for name, n in (("a", 5000), ("b", 10))]
    monkeypatch.setattr(shards, "CHUNK", 500)
    reports: list[Report] = []
    start([str(path) for path in paths], tmp_path / "out", on_report=reports.append)
    assert [report.begin for report in reports] == [0, *(each.end for each in reports[:-1])]
    sizes = [path.stat().st_size for path in paths]
    assert sizes[0] / 3 < reports[4].end < sizes[0]
    assert reports[-1].end == sum(sizes)


def test_what_cannot_be_read_is_in_the_error_table(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", 45, broken=12)
    names = [str(tmp_path / "a.jsonl"), str(tmp_path / "nothing.jsonl")]
    outcome = start(names, tmp_path / "out")
    assert (outcome.errors, len(documents(tmp_path / "out"))) == (2, 44)
    lines = (tmp_path / "out" / "errors.jsonl").read_text("utf8").splitlines()
    missing, broken = map(json.loads, lines)
    assert missing["code"] == "DDI123"
    assert broken["code"] == "DDI125"
    assert broken["file"] == str(tmp_path / "a.jsonl")
    assert "line 13" in broken["message"]


class StoppedError(Exception):
    """What ends a run."""


def stop_after(n: int) -> list[Report]:
    """Takes reports; the one of this number ends the run."""

    class Reports(list[Report]):
        def append(self, report: Report) -> None:
            super().append(report)
            if len(self) == n:
                raise StoppedError

    return Reports()


@pytest.mark.parametrize("n_done", [1, 2, 3, 5, 9, 10, 11])
def test_a_second_start_does_what_is_missing(tmp_path: Path, n_done: int) -> None:
    path = write_lines(tmp_path / "a.jsonl", 105, broken=12)
    start([str(path)], tmp_path / "whole")
    out = tmp_path / "out"
    with pytest.raises(StoppedError):
        start([str(path)], out, on_report=stop_after(n_done).append)
    assert len(list(out.glob("part-*.parquet"))) == (n_done // 3 if n_done < 11 else 4)
    is_done = n_done == 11
    assert missing_inputs(out) == ([] if is_done else [str(path)], 1)
    for folder in (out, out / "unfinished"):
        (folder / ".writing-77").write_bytes(b"half")
    reports: list[Report] = []
    start([str(path)], out, on_report=reports.append)
    assert [report.number for report in reports] == list(range(n_done, 11))
    assert content(out) == content(tmp_path / "whole")


def test_a_part_that_is_removed_is_made_again_and_no_other(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", 105)
    start([str(path)], tmp_path / "out")
    before = content(tmp_path / "out")
    kept = tmp_path / "out" / "part-000000-000001.parquet"
    time = kept.stat().st_mtime_ns
    for name in ("part-000000-000000", "part-000000-000003-last"):
        (tmp_path / "out" / f"{name}.parquet").unlink()
        reports: list[Report] = []
        start([str(path)], tmp_path / "out", on_report=reports.append)
        assert len(reports) == (3 if name.endswith("0") else 2)
        assert content(tmp_path / "out") == before
    assert kept.stat().st_mtime_ns == time


def test_what_is_done_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_BYTES", 1)
    paths = [write_lines(tmp_path / f"{name}.jsonl", 25) for name in "abc"]
    names = [str(path) for path in paths]
    start(names, tmp_path / "whole")
    with pytest.raises(StoppedError):
        start(names, tmp_path / "out", on_report=stop_after(4).append)
    read: list[str] = []
    real = shards.read_input
    monkeypatch.setattr(
        shards, "read_input", lambda each, **more: read.append(str(each.path)) or real(each, **more)
    )
    # Nor for its digest, if it has the size and the time that it had; with another time it is.
    digested: list[Path] = []
    digest = manifest.digest_of
    monkeypatch.setattr(manifest, "digest_of", lambda path: digested.append(path) or digest(path))
    os.utime(paths[2], (1, 1))
    start(names, tmp_path / "out")
    assert read == names[1:]
    assert digested == paths[2:]
    assert documents(tmp_path / "out") == documents(tmp_path / "whole")


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
    (tmp_path / "mine" / "manifest.json").write_text("[]")
    with pytest.raises(CorpusError, match=r"DDI128.*a manifest.json that none of our runs"):
        start([str(path)], tmp_path / "mine")


def test_two_commands_do_not_write_into_one_folder(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", 25)
    start([str(path)], tmp_path / "whole")
    (tmp_path / "out").mkdir()
    with (
        FileLock(tmp_path / "out" / ".lock"),
        pytest.raises(CorpusError, match=r"DDI184.*Another command writes into .*out"),
    ):
        start([str(path)], tmp_path / "out")
    # The file alone, as a killed command leaves it, locks nothing.
    assert (tmp_path / "out" / ".lock").exists()
    start([str(path)], tmp_path / "out")
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_errors_that_may_go_away_are_tried_again_when_asked(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", 105, broken=2)
    start([str(path)], tmp_path / "whole")
    out = tmp_path / "out"
    start([str(path)], out)
    line = '{"file": "a", "code": "DDI181", "message": "there was not enough memory"}\n'
    errors = out / "part-000000-000001.errors.jsonl"
    errors.write_text(line)
    assert start([str(path)], out).errors == 2
    reports: list[Report] = []
    outcome = start([str(path)], out, retry_errors=True, on_report=reports.append)
    assert [report.number for report in reports] == [3, 4, 5]
    assert outcome.errors == 1  # what can't be read stays so
    assert content(out) == content(tmp_path / "whole")
