"""Runs on Ray: the same parts as by processes of this machine, whatever happens."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from spacy_ddi.errors import DDIError
from spacy_ddi.formats.columns import Columns
from spacy_ddi.runs import ray_engine, shards
from spacy_ddi.runs.ray_engine import Place, annotate_with_ray
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.shards import Chunk, Shard
from tests.conftest import ROOT
from tests.runs.made_up_run import start
from tests.runs.test_run import content, small_chunks, write_lines

__all__ = ["small_chunks"]

needs_ray = pytest.mark.skipif(
    find_spec("ray") is None, reason="needs Ray Data: pip install 'spacy-ddi[ray]'"
)


def shard_of(path: Path) -> Shard:
    return Shard(0, ((str(path), "jsonl"),), Columns(None, None), 10, 1000)


def read(shard: Shard, done: set[str], place: Place) -> list[Any]:
    row = {"shard": pickle.dumps((shard, done))}
    return [pickle.loads(each["chunk"]) for each in ray_engine._read(row, place)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)  # and back, since workers go where their place is
    monkeypatch.setattr(ray_engine, "one_thread", lambda: None)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").touch()
    return Place(str(tmp_path), str(tmp_path / "out"))


def test_a_task_reads_what_is_missing(tmp_path: Path, place: Place) -> None:
    path = write_lines(tmp_path / "a.jsonl", 25)
    chunks = read(shard_of(path), {"part-000000-000001"}, place)
    assert [chunk.name for chunk in chunks] == ["part-000000-000000", "part-000000-000002"]


def test_files_that_machines_do_not_share_end_the_run(tmp_path: Path, place: Place) -> None:
    (error,) = read(shard_of(tmp_path / "none.jsonl"), set(), place)
    assert "[DDI142]" in str(error)
    assert str(tmp_path / "none.jsonl") in str(error)
    (error,) = read(shard_of(tmp_path), set(), Place(str(tmp_path / "no"), ""))
    assert str(tmp_path / "no") in str(error)
    worker = ray_engine._Worker(lambda: pytest.fail("made"), Place(str(tmp_path), "nowhere"))
    outcome = worker({"chunk": pickle.dumps(Chunk(0, 0, (), ()))})
    assert "nowhere" in str(pickle.loads(outcome["outcome"]))
    # What the task could not read comes through the actor.
    passed_on = worker({"chunk": pickle.dumps(error)})
    assert str(pickle.loads(passed_on["outcome"])) == str(error)


def test_an_actor_loads_once(place: Place) -> None:
    made = []

    def make() -> Any:
        made.append(True)
        return lambda chunk: Report(chunk.name, 0, 0, 0, 0)

    worker = ray_engine._Worker(make, place)
    for number in range(2):
        outcome = pickle.loads(worker({"chunk": pickle.dumps(Chunk(0, number, (), ()))})["outcome"])
        assert outcome.name == f"part-000000-00000{number}"
    assert made == [True]


def test_a_part_that_was_begun_three_times_is_not_begun_again(place: Place) -> None:
    worker = ray_engine._Worker(lambda: lambda chunk: Report(chunk.name, 0, 0, 0, 0), place)
    row = {"chunk": pickle.dumps(Chunk(0, 1, (), ()))}
    tries = Path(place.output, ".part-000000-000001.tries")
    tries.write_bytes(b"..")
    assert pickle.loads(worker(row)["outcome"]).name == "part-000000-000001"
    assert not tries.exists()
    tries.write_bytes(b"...")
    error = pickle.loads(worker(row)["outcome"])
    assert "[DDI130] A process died 3 times over part-000000-000001" in str(error)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "find_spec", lambda name: None)
    with pytest.raises(DDIError, match=r"DDI140.*spacy-ddi\[ray\]"):
        ray_engine.require_ray()


@pytest.fixture(scope="module")
def two_machines() -> Iterator[None]:
    """Two nodes of Ray with a processor each, to which this process is connected."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # the annotator of the tests is imported there
        for name, value in ray_engine.ENVIRONMENT.items():
            patch.setenv(name, value)
        import ray
        from ray.cluster_utils import Cluster

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        cluster.add_node(num_cpus=1)
        with ray_engine._ray(2, cluster.address):
            assert len(ray.nodes()) == 2
            yield
        cluster.shutdown()


def start_ray(names: list[str], output: Path, **more: Any) -> Any:
    return start(
        names, output, engine=partial(annotate_with_ray, output=output, n_process=2), **more
    )


@needs_ray
@pytest.mark.filterwarnings("default")  # Ray's own
@pytest.mark.usefixtures("two_machines")
class TestTwoMachines:
    def test_an_actor_that_dies_is_replaced_and_the_bytes_are_those_of_processes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shards, "SHARD_BYTES", 1)
        monkeypatch.chdir(tmp_path)
        for name in "abc":
            write_lines(Path(f"{name}.jsonl"), 45, broken=12)
        names = [f"{name}.jsonl" for name in "abc"]
        start(names, Path("whole"))
        Path("deadly").write_text("1")
        reports: list[Report] = []
        outcome = start_ray(
            names, Path("out"), deadly=tmp_path / "deadly", seconds=0.1, on_report=reports.append
        )
        assert Path("deadly").read_text() == "0"
        assert content(Path("out")) == content(Path("whole"))
        assert outcome == (15, 3)
        assert len({report.name for report in reports}) == len(reports) == 15

    def test_what_one_engine_began_the_other_ends(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path / "a.jsonl", 45)
        start([str(path)], tmp_path / "whole")
        start([str(path)], tmp_path / "out")
        for number in (1, 3):
            (tmp_path / "out" / f"part-000000-00000{number}.parquet").unlink()
        reports: list[Report] = []
        start_ray([str(path)], tmp_path / "out", on_report=reports.append)
        assert content(tmp_path / "out") == content(tmp_path / "whole")
        assert len(reports) == 2

    def test_documents_that_always_kill_end_the_run(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path / "a.jsonl", 25)
        (tmp_path / "deadly").write_text("99")
        with pytest.raises(DDIError, match=r"DDI130.*3 times over part-000000-000001"):
            start_ray([str(path)], tmp_path / "out", deadly=tmp_path / "deadly")
        assert (tmp_path / "deadly").read_text() == "96"

    def test_what_an_actor_cannot_load_is_told_here(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path / "a.jsonl", 5)
        with pytest.raises(DDIError, match=r"^no pipeline there$"):
            start_ray([str(path)], tmp_path / "out", problem="no pipeline there")


@needs_ray
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_ray_of_this_machine_is_silent_and_stops_at_ctrl_c(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", 200)
    start([str(path)], tmp_path / "whole")
    command = [sys.executable, "-m", "tests.runs.made_up_run", str(path), str(tmp_path / "out")]
    process = subprocess.Popen(
        [*command, "10", "ray"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "\n"  # a part is made
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    # Up to the interruption Ray says nothing, then that its actors were killed.
    assert all("killed by `ray.kill`" in line for line in out.splitlines() if line.strip())
    assert err.startswith("Traceback")
    assert err.rstrip().endswith("KeyboardInterrupt")
    n_parts = len(list((tmp_path / "out").glob("part-*.parquet")))
    assert 0 < n_parts < 20
    start([str(path)], tmp_path / "out")
    assert content(tmp_path / "out") == content(tmp_path / "whole")
