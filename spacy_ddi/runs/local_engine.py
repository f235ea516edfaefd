"""A run on this machine: processes that each load the pipeline once."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import nullcontext, suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from traceback import format_exc
from typing import Final

from spacy_ddi.errors import CorpusError, DDIError, Errors
from spacy_ddi.runs.report import MakeWork, Report
from spacy_ddi.runs.shards import Chunk, Shard, missing_chunks
from spacy_ddi.runs.silence import no_stderr
from spacy_ddi.threads import one_thread

WAITING: Final = 2
"""Chunks in memory for each process."""

MOST_DEATHS: Final = 12
"""Of a process and those that replace it, with no chunk done between. A worker gives up its chunk
earlier; this is for processes that don't come so far."""


def annotate_here(shards: Sequence[Shard], make_work: MakeWork) -> Generator[Report, None, None]:
    """Read and annotate in this process, whose death is that of the run.

    shards (Sequence[Shard]): What to read.
    make_work (Callable[[], Work]): Called once.
    YIELDS (Report): In the order of the chunks.
    """
    work = make_work()
    for chunk in missing_chunks(shards):
        yield work(chunk)


def annotate_locally(
    shards: Sequence[Shard], make_work: MakeWork, *, n_process: int
) -> Generator[Report, None, None]:
    """Read here, and annotate in processes. One that dies is replaced, and its chunks are given
    again; a `Worker` finds the document to blame.

    shards (Sequence[Shard]): What to read; `WAITING` chunks a process are taken ahead.
    make_work (Callable[[], Work]): Picklable; called once in each process.
    n_process (int): How many; with 1 it is another process as well, so that one can die.
    YIELDS (Report): As chunks are done.
    RAISES (DDIError): What a worker raises, such as that the pipeline can't be loaded, or if
        processes die before they annotate anything.
    """
    chunks = missing_chunks(shards)
    processes: list[_Process] = []
    try:
        first = list(islice(chunks, n_process))
        for number in range(len(first)):
            # Of what all of them would say, one is enough.
            processes.append(_Process(make_work, is_silent=number > 0))
        for process, chunk in zip(processes, first, strict=True):
            process.give(chunk)
        busy = {each.connection: each for each in processes}
        while busy:
            for process in busy.values():
                for chunk in islice(chunks, WAITING - len(process.waiting)):
                    process.give(chunk)
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                process = busy.pop(ready)
                report = process.receive()
                if process.waiting:
                    busy[process.connection] = process
                if report is not None:
                    yield report
    finally:
        for process in processes:
            process.end()


class _Process:
    """A process that annotates chunks, and those that replace it.

    make_work (Callable[[], Work]): Called once in each.
    is_silent (bool): Whether what it says until its first chunk is done is nothing new.
    """

    def __init__(self, make_work: MakeWork, *, is_silent: bool) -> None:
        self.waiting: deque[Chunk] = deque()
        self._make_work, self._is_silent = make_work, is_silent
        self._deaths = 0
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self._make_work, self._is_silent), daemon=True
        )
        self._process.start()
        theirs.close()

    def give(self, chunk: Chunk) -> None:
        """Give it a chunk."""
        self.waiting.append(chunk)
        with suppress(OSError):  # if it is dead, that is seen when something is received
            self.connection.send(chunk)

    def receive(self) -> Report | None:
        """What it says: a report, or nothing but that it is dead; then there is another."""
        try:
            outcome = self.connection.recv()
        except (EOFError, OSError):
            self._replace()
            return None
        if isinstance(outcome, Exception):
            raise outcome
        self._deaths = 0
        self.waiting.popleft()
        assert isinstance(outcome, Report)
        return outcome

    def _replace(self) -> None:
        self.end()
        self._deaths += 1
        if self._deaths >= MOST_DEATHS:
            found = {"part": self.waiting[0].name, "times": self._deaths}
            raise CorpusError(Errors.PROCESS_DIED.format(**found))
        self._start()
        waiting, self.waiting = self.waiting, deque()
        for chunk in waiting:
            self.give(chunk)

    def end(self) -> None:
        """End it at once: what it is writing is removed by the next start."""
        self.connection.close()
        self._process.kill()
        self._process.join()


def _serve(connection: Connection, make_work: MakeWork, is_silent: bool) -> None:
    """What the process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who gives the work ends it
    one_thread()
    chunks: SimpleQueue[Chunk] = SimpleQueue()
    Thread(target=_receive, args=(connection, chunks), daemon=True).start()
    work = make_work()
    while True:
        chunk = chunks.get()
        outcome: Report | Exception
        try:
            with no_stderr() if is_silent else nullcontext():
                outcome = work(chunk)
        except (DDIError, OSError) as error:
            outcome = error
        except Exception:  # a bug: its trace is all that is known, and it may not be picklable
            outcome = RuntimeError(format_exc())
        is_silent = False
        try:
            connection.send(outcome)
        except OSError:
            os._exit(1)


def _receive(connection: Connection, chunks: SimpleQueue[Chunk]) -> None:
    """Take chunks as they are given, so that who gives them need not wait; and end this process
    when the one that gives them has ended, whatever ended that."""
    while True:
        try:
            chunk = connection.recv()
        except (EOFError, OSError):
            os._exit(1)
        chunks.put(chunk)
