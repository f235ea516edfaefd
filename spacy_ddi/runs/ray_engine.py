"""A run on Ray, on this machine or on a cluster: Ray Data gives shards to tasks that read them, and
their chunks to actors that each load the pipeline once.

Texts don't pass through this process. Tasks wait where actors don't keep up.
"""

from __future__ import annotations

import logging
import os
import pickle
import platform
from collections import defaultdict
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.runs.manifest import NAME
from spacy_ddi.runs.report import Annotate, MakeAnnotator, Report
from spacy_ddi.runs.shards import Shard, missing_chunks, shard_of
from spacy_ddi.threads import one_thread

TRIES: Final = 3
"""How often documents may take their worker with them before the run ends."""

ACTORS_A_READER: Final = 32
"""Reading is so much faster than annotating that one task feeds as many actors."""

OBJECT_STORE: Final = 200_000_000
"""Bytes of shared memory for chunks, where Ray starts on this machine; more goes to the disk."""

ENVIRONMENT: Final = {
    "RAY_worker_register_timeout_seconds": "600",  # on a busy machine Python may start slowly
    "RAY_raylet_start_wait_time_s": "600",
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # that of Ray's part in C++, which writes to our terminal
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else a warning
}


class Place(NamedTuple):
    """Where workers find files, by the same paths as this process.

    working (str): The folder that relative paths begin at.
    output (str): The output's folder.
    """

    working: str
    output: str


def annotate_with_ray(
    shards: Sequence[Shard],
    done: Collection[str],
    make_annotator: MakeAnnotator,
    *,
    output: Path,
    n_process: int,
    address: str | None = None,
) -> Generator[Report, None, None]:
    """Read and annotate in Ray's processes. One that dies is replaced, and its work done again.

    shards (Sequence[Shard]): What to read.
    done (Collection[str]): The parts that are there.
    make_annotator (Callable[[], Annotate]): Picklable; called once in each actor.
    output (Path): The output's folder, with its manifest.
    n_process (int): Actors, each with one processor; of those that a cluster has no processor for,
        none starts.
    address (Optional[str]): A cluster's; None to start Ray on this machine, and to end it. A Ray
        that this process has started before is used as it is.
    YIELDS (Report): As parts are made, about in the order of the shards.
    RAISES (DDIError): If Ray is not installed, if there is no such cluster, if its machines don't
        share files, or if documents let workers die `TRIES` times.
    """
    require_ray()
    if not shards:
        return
    place = Place(str(Path.cwd()), str(output.absolute()))
    with _ray(n_process, address):
        rows = _rows(_items(shards, done), make_annotator, place, n_process)
        for row in rows:
            outcome = pickle.loads(row["outcome"])
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome


def require_ray() -> None:
    """See that Ray Data is installed, without importing it.

    RAISES (DDIError): If it is not.
    """
    if find_spec("ray") is None:
        raise DDIError(Errors.NO_RAY)


@contextmanager
def _ray(n_process: int, address: str | None) -> Iterator[None]:
    """A block in which Ray runs, silently."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import ray
    import ray.data

    for handler in logging.getLogger("ray.data").handlers:
        if isinstance(handler, logging.StreamHandler):  # and not what writes Ray's own log file
            handler.setLevel(logging.CRITICAL + 1)
    if ray.is_initialized():
        yield
        return
    where: dict[str, Any] = {"address": address}
    if address is None:
        where = {
            "address": "local",
            "num_cpus": n_process,
            "object_store_memory": OBJECT_STORE,
            "include_dashboard": False,
        }
    try:
        with _no_stderr():
            ray.init(**where, log_to_driver=False, logging_level=logging.CRITICAL)
    except Exception as error:  # Ray raises any kind, and its message tells most
        problem = _first_line(error)
        named = address or "this machine"
        raise DDIError(Errors.NO_CLUSTER.format(address=named, problem=problem)) from error
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def _no_stderr() -> Iterator[None]:
    """A block in which nobody writes to standard error: Ray's part in C++ does before it has read
    how much it should."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _rows(
    items: list[dict[str, bytes]], make_annotator: MakeAnnotator, place: Place, n_process: int
) -> Iterator[dict[str, bytes]]:
    """Pickled reports or errors, as Ray gives them."""
    import ray
    from ray.data import ActorPoolStrategy, DataContext, TaskPoolStrategy
    from ray.exceptions import RayError

    context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.target_max_block_size = 1  # a chunk a block: else many chunks wait for one actor
    context.execution_no_progress_timeout_s = -1  # a long document may take long
    with DataContext.current(context):
        chunks = ray.data.from_items(items, override_num_blocks=len(items)).flat_map(
            _read,
            fn_kwargs={"place": place},
            compute=TaskPoolStrategy(size=1 + n_process // ACTORS_A_READER),
            num_cpus=0,  # all processors belong to actors
        )
        outcomes = chunks.map(
            _Worker,
            fn_constructor_args=(make_annotator, place),
            compute=ActorPoolStrategy(size=n_process, max_tasks_in_flight_per_actor=2),
            num_cpus=1,
        )
    try:
        yield from outcomes.iter_rows()
    except RayError as error:
        problem = _first_line(error)
        raise DDIError(Errors.RAY_GAVE_UP.format(problem=problem)) from error


def _items(shards: Sequence[Shard], done: Collection[str]) -> list[dict[str, bytes]]:
    """Shards, each with its parts that are there, as Ray takes them."""
    parts: dict[int, set[str]] = defaultdict(set)
    for name in done:
        parts[shard_of(name)].add(name)
    return [{"shard": pickle.dumps((shard, parts[shard.number]))} for shard in shards]


def _read(row: dict[str, bytes], place: Place) -> Iterator[dict[str, bytes]]:
    """What a task does: read a shard. Errors travel on as chunks do."""
    shard, done = pickle.loads(row["shard"])
    try:
        _go_to(place)
        for path, _ in shard.files:
            _require_there(Path(path))
        for chunk in missing_chunks([shard], done):
            yield {"chunk": pickle.dumps(chunk)}
    except (DDIError, OSError) as error:
        yield {"chunk": pickle.dumps(error)}


class _Worker:
    """What an actor is: it makes its annotator at its first chunk, so that what fails then is an
    error of ours, and none of an actor that could not start.

    make_annotator (Callable[[], Annotate]): Called once.
    place (Place): Where files are.
    """

    def __init__(self, make_annotator: MakeAnnotator, place: Place) -> None:
        self._make_annotator, self._place = make_annotator, place
        self._annotate: Annotate | None = None

    def __call__(self, row: dict[str, bytes]) -> dict[str, bytes]:
        chunk = pickle.loads(row["chunk"])
        if isinstance(chunk, Exception):
            return {"outcome": row["chunk"]}
        try:
            _go_to(self._place)
            _require_there(Path(self._place.output, NAME))
            tries = Path(self._place.output, f".{chunk.name}.tries")
            _count_try(tries, chunk.name)
            if self._annotate is None:
                one_thread()
                self._annotate = self._make_annotator()
            report = self._annotate(chunk)
            tries.unlink(missing_ok=True)
            return {"outcome": pickle.dumps(report)}
        except (DDIError, OSError) as error:
            return {"outcome": pickle.dumps(error)}


def _go_to(place: Place) -> None:
    _require_there(Path(place.working))
    os.chdir(place.working)


def _require_there(path: Path) -> None:
    if not path.exists():
        raise DDIError(Errors.NOT_SHARED.format(path=path, machine=platform.node()))


def _count_try(path: Path, part: str) -> None:
    """Note that a part is begun. Ray itself begins a dead worker's work again without end.

    path (Path): Where tries are counted; it is removed with the part, or when a run goes on.
    part (str): What the part is called.
    RAISES (DDIError): If the part was begun `TRIES` times.
    """
    times = path.stat().st_size if path.exists() else 0
    if times >= TRIES:
        raise DDIError(Errors.PROCESS_DIED.format(part=part, times=times))
    with path.open("ab") as file:
        file.write(b".")
