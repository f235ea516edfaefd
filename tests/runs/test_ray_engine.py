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
from tests.runs.made_up_run import deaths_left, start, write_deadly
from tests.runs.test_run import content, documents, small_chunks, write_lines

__all__ = ["small_chunks"]

needs_ray = pytest.mark.skipif(
    find_spec("ray") is None, reason="needs Ray Data: pip install -c constraints.txt -e '.[ray]'"
)


def shard_of(path: Path) -> Shard:
    return Shard(0, ((str(path), "jsonl"),), Columns(None, None), 10, 1000, frozenset([1]))


def read(shard: Shard, place: Place) -> list[Any]:
    row = {"shard": pickle.dumps(shard)}
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
    chunks = read(shard_of(path), place)
    assert [chunk.name for chunk in chunks] == ["000000-000000", "000000-000002-last"]


def test_files_that_machines_do_not_share_end_the_run(tmp_path: Path, place: Place) -> None:
    (error,) = read(shard_of(tmp_path / "none.jsonl"), place)
    assert "[DDI142]" in str(error)
    assert str(tmp_path / "none.jsonl") in str(error)
    (error,) = read(shard_of(tmp_path), Place(str(tmp_path / "no"), ""))
    assert str(tmp_path / "no") in str(error)
    worker = ray_engine._Actor(lambda: pytest.fail("made"), Place(str(tmp_path), "nowhere"))
    outcome = worker({"chunk": pickle.dumps(Chunk(0, 0, (), ()))})
    assert "nowhere" in str(pickle.loads(outcome["outcome"]))
    # What the task could not read comes through the actor.
    passed_on = worker({"chunk": pickle.dumps(error)})
    assert str(pickle.loads(passed_on["outcome"])) == str(error)


def test_an_actor_loads_once(place: Place) -> None:
    made = []

    def make() -> Any:
        made.append(True)
        return lambda chunk: Report(0, chunk.number, False, 0, 0, 0, 0, 0)

    worker = ray_engine._Actor(make, place)
    for number in range(2):
        outcome = pickle.loads(worker({"chunk": pickle.dumps(Chunk(0, number, (), ()))})["outcome"])
        assert outcome.number == number
    assert made == [True]


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "find_spec", lambda name: None)
    with pytest.raises(DDIError, match=r"DDI140.*Install the extra 'ray'"):
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
    def test_actors_that_die_are_replaced_and_the_bytes_are_those_of_processes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shards, "SHARD_BYTES", 1)
        monkeypatch.chdir(tmp_path)
        for name in "abc":
            write_lines(Path(f"{name}.jsonl"), 45, broken=12)
        names = [f"{name}.jsonl" for name in "abc"]
        start(names, Path("whole"))
        deadly = write_deadly(tmp_path / "deadly", {"a3": 1, "b17": 99})
        reports: list[Report] = []
        outcome = start_ray(
            names, Path("out"), deadly=deadly, seconds=0.01, on_report=reports.append
        )
        # Twice with its chunk, twice alone: it is an error, and all others are there.
        assert deaths_left(deadly) == {"a3": 0, "b17": 95}
        wanted = documents(Path("whole"))
        wanted.remove("b17")
        assert documents(Path("out")) == wanted
        assert outcome == (6, 132, 131, 4)
        assert len({report[:2] for report in reports}) == len(reports) == 15
        (deadly / "b17").unlink()
        start(names, Path("out"), deadly=deadly, retry_errors=True)
        assert content(Path("out")) == content(Path("whole"))

    def test_what_one_engine_began_the_other_ends(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path / "a.jsonl", 105)
        start([str(path)], tmp_path / "whole")
        start([str(path)], tmp_path / "out")
        (tmp_path / "out" / "part-000000-000001.parquet").unlink()
        reports: list[Report] = []
        start_ray([str(path)], tmp_path / "out", on_report=reports.append)
        assert content(tmp_path / "out") == content(tmp_path / "whole")
        assert sorted(report.number for report in reports) == [3, 4, 5]

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
        [*command, "10", "ray", "1"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "\n"  # a chunk is done
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    # Up to the interruption Ray says nothing, then that its actors were killed.
    assert all("killed by `ray.kill`" in line for line in out.splitlines() if line.strip())
    assert err.startswith("Traceback")
    assert err.rstrip().endswith("KeyboardInterrupt")
    n_chunks = len(list((tmp_path / "out" / "unfinished").glob("*.parquet")))
    n_parts = len(list((tmp_path / "out").glob("part-*.parquet")))
    assert 0 < n_chunks + 10 * n_parts < 20
    start([str(path)], tmp_path / "out")
    assert content(tmp_path / "out") == content(tmp_path / "whole")
