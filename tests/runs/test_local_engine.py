"""Processes of this machine: what dies, what can't be loaded."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from spacy_ddi.errors import DDIError
from spacy_ddi.runs.local_engine import annotate_locally
from tests.runs.made_up_run import deaths_left, start, write_deadly
from tests.runs.test_run import content, documents, small_chunks, write_lines

__all__ = ["small_chunks"]

ONE = partial(annotate_locally, n_process=1)
TWO = partial(annotate_locally, n_process=2)


def test_a_process_that_dies_is_replaced_and_a_document_that_ends_it_is_an_error(
    tmp_path: Path,
) -> None:
    path = write_lines(tmp_path / "a.jsonl", 45, broken=30)
    start([str(path)], tmp_path / "whole")
    # One dies as if by chance, and the other ends each process that takes it.
    deadly = write_deadly(tmp_path / "deadly", {"a3": 1, "a17": 99})
    outcome = start([str(path)], tmp_path / "out", engine=TWO, deadly=deadly)
    # Twice with its chunk, twice alone.
    assert deaths_left(deadly) == {"a3": 0, "a17": 95}
    wanted = documents(tmp_path / "whole")
    wanted.remove("a17")
    assert documents(tmp_path / "out") == wanted
    assert (outcome.documents, outcome.interactions, outcome.errors) == (44, 43, 2)
    lines = (tmp_path / "out" / "errors.jsonl").read_text("utf8").splitlines()
    killed, _ = map(json.loads, lines)
    assert killed["code"] == "DDI180"
    assert "line 18" in killed["message"]
    last = "part-000000-000001-last"
    parts = [content(tmp_path / name)[f"{last}.parquet"] for name in ("out", "whole")]
    assert parts[0] == parts[1]
    # In another start all may be well.
    (deadly / "a17").unlink()
    start([str(path)], tmp_path / "out", deadly=deadly, retry_errors=True)
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_where_many_documents_end_their_process_they_are_not_to_blame(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", 5)
    deadly = write_deadly(tmp_path / "deadly", {f"a{i}": 99 for i in range(5)})
    with pytest.raises(DDIError, match=r"DDI130.*died 10 times over the documents 000000-000000"):
        start([str(path)], tmp_path / "out", engine=ONE, deadly=deadly)


@pytest.mark.parametrize(("is_bug", "message"), [(False, "^no pipeline$"), (True, "in make")])
def test_what_cannot_be_loaded_is_one_error(
    tmp_path: Path, is_bug: bool, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_lines(tmp_path / "a.jsonl", 45)
    with pytest.raises(RuntimeError if is_bug else DDIError, match=message):
        start([str(path)], tmp_path / "out", engine=TWO, problem="no pipeline", is_bug=is_bug)
    assert capfd.readouterr().err == ""
