"""A run on this machine: processes that each load the pipeline once."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Final

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.runs.orphans import end_with_parent
from spacy_ddi.runs.report import Annotate, MakeAnnotator, Report
from spacy_ddi.runs.shards import Chunk, Shard, missing_chunks
from spacy_ddi.threads import one_thread

WAITING: Final = 2
"""Chunks in memory for each process."""

TRIES: Final = 3
"""How often a chunk may take its process with it before the run ends."""


def annotate_locally(
    shards: Sequence[Shard],
    done: Collection[str],
    make_annotator: MakeAnnotator,
    *,
    n_process: int,
) -> Generator[Report, None, None]:
    """Read here, and annotate in processes. A process that dies is replaced, and its chunks are
    given again.

    shards (Sequence[Shard]): What to read; `WAITING` chunks a process are taken ahead.
    done (Collection[str]): The parts that are there.
    make_annotator (Callable[[], Annotate]): Picklable; called once in each process.
    n_process (int): How many; with 1 there is no other process.
    YIELDS (Report): In the order of the chunks.
    RAISES (CorpusError): If a chunk's process dies `TRIES` times.
    """
    remaining = missing_chunks(shards, done)
    if n_process == 1:
        annotate: Annotate | None = None  # a run that is done needs none
        for each in remaining:
            annotate = annotate or make_annotator()
            yield annotate(each)
        return
    waiting: deque[tuple[Chunk, Future[Report]]] = deque()
    pool = _pool(n_process, make_annotator)
    failures = 0
    try:
        while True:
            while len(waiting) < WAITING * n_process:
                chunk = next(remaining, None)
                if chunk is None:
                    break
                waiting.append((chunk, pool.submit(_annotate, chunk)))
            if not waiting:
                return
            chunk, future = waiting[0]
            try:
                report = future.result()
            except BrokenProcessPool as error:
                failures += 1
                if failures >= TRIES:
                    raise CorpusError(
                        Errors.PROCESS_DIED.format(part=chunk.name, times=failures)
                    ) from error
                pool.shutdown(cancel_futures=True)
                pool = _pool(n_process, make_annotator)
                waiting = deque((each, pool.submit(_annotate, each)) for each, _ in waiting)
                continue
            failures = 0
            waiting.popleft()
            yield report
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(n_process: int, make_annotator: MakeAnnotator) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        n_process,
        mp_context=get_context("spawn"),
        initializer=_start,
        initargs=(make_annotator,),
    )


_annotator: list[Annotate] = []
"""That of this process."""


def _start(make_annotator: MakeAnnotator) -> None:
    end_with_parent()
    one_thread()
    _annotator[:] = [make_annotator()]


def _annotate(chunk: Chunk) -> Report:
    return _annotator[0](chunk)
