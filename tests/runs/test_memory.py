"""How much memory a run takes beside its pipeline."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from benchmarks import memory_of_runs
from benchmarks.memory_of_runs import Kind, measure, say_nothing, write_input
from spacy_ddi.runs.local_engine import annotate_here
from spacy_ddi.runs.report import Annotate
from spacy_ddi.runs.run import run

MB = 1_000_000


def make() -> Annotate:
    return say_nothing


def peak_of(path: Path, output: Path) -> int:
    """The most bytes that Python takes in a run."""
    tracemalloc.start()
    try:
        run([str(path)], output, make, settings={}, engine=annotate_here)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [Kind.SHORT, Kind.PUBMED])
def test_it_does_not_grow_with_the_number_of_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    peaks = []
    for size in (1, 3):
        monkeypatch.setattr(memory_of_runs, "N_CITATIONS", 600 * size)
        folder = tmp_path / str(len(peaks))
        folder.mkdir()
        path = write_input(kind, folder, size * MB)
        assert path.stat().st_size > 0.9 * size * MB
        peaks.append(peak_of(path, folder / "out"))
    assert peaks[1] < peaks[0] + MB / 2


def test_a_document_of_a_million_characters_takes_a_few_copies_of_it(tmp_path: Path) -> None:
    path = write_input(Kind.LONG, tmp_path, 0)
    assert peak_of(path, tmp_path / "out") < 6 * MB


def test_the_memory_of_a_process_does_not_grow_with_its_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system counts, so also what libraries take beside Python. The 30 MB more, or
    their documents, would be more than the bound."""
    peaks = []
    for kind, size in ((Kind.SHORT, 5 * MB), (Kind.SHORT, 35 * MB), (Kind.PUBMED, 35 * MB)):
        monkeypatch.setattr(memory_of_runs, "N_CITATIONS", size // 1690)
        folder = tmp_path / f"{kind.value}{size}"
        folder.mkdir()
        path = write_input(kind, folder, size)
        assert path.stat().st_size > 0.9 * size
        _, peak, n_documents = measure(path, folder / "out", None)
        assert n_documents > size / 2000
        peaks.append(peak)
    assert max(peaks) < peaks[0] + 15 * MB, peaks
