"""A run on Ray, on this machine or on a cluster: Ray Data gives shards to tasks that read them, and
their chunks to actors that each load the pipeline once.

Texts don't pass through this process. Tasks wait where actors don't keep up.
"""

from __future__ import annotations

import logging
import os
import pickle
import platform
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.runs.manifest import NAME
from spacy_ddi.runs.report import MakeWork, Report, Work
from spacy_ddi.runs.shards import Shard, missing_chunks
from spacy_ddi.runs.silence import no_stderr
from spacy_ddi.threads import one_thread

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
    make_work: MakeWork,
    *,
    output: Path,
    n_process: int,
    address: str | None = None,
) -> Generator[Report, None, None]:
    """Read and annotate in Ray's processes. One that dies is replaced, and its work done again; a
    `Worker` finds the document to blame.

    shards (Sequence[Shard]): What to read.
    make_work (Callable[[], Work]): Picklable; called once in each actor.
    output (Path): The output's folder, with its manifest.
    n_process (int): Actors, each with one processor; of those that a cluster has no processor for,
        none starts.
    address (Optional[str]): A cluster's; None to start Ray on this machine, and to end it. A Ray
        that this process has started before is used as it is.
    YIELDS (Report): As chunks are done, about in the order of the shards.
    RAISES (DDIError): If Ray is not installed, if there is no such cluster, if its machines don't
        share files, or what a worker raises.
    """
    require_ray()
    if not shards:
        return
    place = Place(str(Path.cwd()), str(output.absolute()))
    with _ray(n_process, address):
        rows = _rows(_items(shards), make_work, place, n_process)
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
        with no_stderr():  # Ray's part in C++ writes before it has read how much it should
            ray.init(**where, log_to_driver=False, logging_level=logging.CRITICAL)
    except Exception as error:  # Ray raises any kind, and its message tells most
        problem = _first_line(error)
        named = address or "this machine"
        raise DDIError(Errors.NO_CLUSTER.format(address=named, problem=problem)) from error
    try:
        yield
    finally:
        ray.shutdown()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _rows(
    items: list[dict[str, bytes]], make_work: MakeWork, place: Place, n_process: int
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
            _Actor,
            fn_constructor_args=(make_work, place),
            compute=ActorPoolStrategy(size=n_process, max_tasks_in_flight_per_actor=2),
            num_cpus=1,
        )
    try:
        yield from outcomes.iter_rows()
    except RayError as error:
        problem = _first_line(error)
        raise DDIError(Errors.RAY_GAVE_UP.format(problem=problem)) from error


def _items(shards: Sequence[Shard]) -> list[dict[str, bytes]]:
    """Shards as Ray takes them."""
    return [{"shard": pickle.dumps(shard)} for shard in shards]


def _read(row: dict[str, bytes], place: Place) -> Iterator[dict[str, bytes]]:
    """What a task does: read a shard. Errors travel on as chunks do."""
    shard = pickle.loads(row["shard"])
    try:
        _go_to(place)
        for path, _ in shard.files:
            _require_there(Path(path))
        for chunk in missing_chunks([shard]):
            yield {"chunk": pickle.dumps(chunk)}
    except (DDIError, OSError) as error:
        yield {"chunk": pickle.dumps(error)}


class _Actor:
    """What an actor is: it makes its worker at its first chunk, so that what fails then is an error
    of ours, and none of an actor that could not start.

    make_work (Callable[[], Work]): Called once.
    place (Place): Where files are.
    """

    def __init__(self, make_work: MakeWork, place: Place) -> None:
        self._make_work, self._place = make_work, place
        self._work: Work | None = None

    def __call__(self, row: dict[str, bytes]) -> dict[str, bytes]:
        chunk = pickle.loads(row["chunk"])
        if isinstance(chunk, Exception):
            return {"outcome": row["chunk"]}
        try:
            _go_to(self._place)
            _require_there(Path(self._place.output, NAME))
            if self._work is None:
                one_thread()
                self._work = self._make_work()
            return {"outcome": pickle.dumps(self._work(chunk))}
        except (DDIError, OSError) as error:
            return {"outcome": pickle.dumps(error)}


def _go_to(place: Place) -> None:
    _require_there(Path(place.working))
    os.chdir(place.working)


def _require_there(path: Path) -> None:
    if not path.exists():
        raise DDIError(Errors.NOT_SHARED.format(path=path, machine=platform.node()))
