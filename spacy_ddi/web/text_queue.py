"""One pipeline for all who ask: texts of several requests go through one `nlp.pipe`.

A thread of its own runs the pipeline; the event loop never waits for it. Each request is a job of
parts. A batch takes parts from the jobs in turn, so that a long text does not hold up short ones,
and what a part gives goes to the job that it came with.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from threading import Condition, Thread
from typing import Any, Final, NamedTuple, TypeVar

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.web.in_time import in_time
from spacy_ddi.web.refusal import Refusal

BATCH_CHARACTERS: Final = 6_000
"""A batch is full with this many, some 1,000 words: larger ones are not faster."""

SHARE: Final = 4_000
"""A job with more parts gives no more characters to a batch."""

_END: Final = object()
_log = logging.getLogger("spacy_ddi.web")

Context = TypeVar("Context")
Answer = TypeVar("Answer")


def too_long(seconds: float) -> Refusal:
    """What is said where texts are not read in time.

    seconds (float): How long they had.
    RETURNS (Refusal): To be raised.
    """
    return Refusal(503, Errors.TOO_LONG_TO_READ.format(seconds=seconds))


class TextQueue:
    """Annotates the texts of all requests, in batches.

    nlp (Language): The pipeline. Nobody else may use it.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._jobs: deque[_Job] = deque()
        self._changed = Condition()
        self._is_closing = False
        self._thread = Thread(target=self._work, name="pipeline", daemon=True)
        self._thread.start()

    async def read(
        self,
        parts: Iterable[tuple[str, Context]],
        make: Callable[[Doc, Context], Answer],
        *,
        seconds: float,
        times: int = 1,
    ) -> AsyncIterator[Answer]:
        """Annotate the parts of one request.

        parts (Iterable[Tuple[str, Context]]): Texts, and what is to be known of each.
        make (Callable[[Doc, Context], Answer]): Makes plain data of a Doc, which does not outlive
            the call. Runs in the thread of the pipeline.
        seconds (float): How long to wait for each answer.
        times (int): How often `make` reads a text again: its characters count as often in a batch.
        YIELDS (Answer): One a part, in their order.
        RAISES (Refusal): If an answer does not come in time, if the pipeline fails, or if the
            service is being stopped.
        """
        job = _Job(iter(parts), make, times)
        self._add(job)
        try:
            while True:
                answer = await in_time(job.answers.get(), seconds, too_long(seconds))
                if answer is _END:
                    return
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        finally:
            job.is_cancelled = True

    async def read_all(
        self,
        parts: Iterable[tuple[str, Context]],
        make: Callable[[Doc, Context], Answer],
        *,
        seconds: float,
        times: int = 1,
    ) -> list[Answer]:
        """Annotate the parts of one request that has an answer for all of them.

        seconds (float): How long to wait for the last answer. All else as for `read`.
        RETURNS (List[Answer]): One a part, in their order.
        """

        async def gather() -> list[Answer]:
            answers = self.read(parts, make, seconds=seconds, times=times)
            return [answer async for answer in answers]

        return await in_time(gather(), seconds, too_long(seconds))

    @property
    def n_waiting(self) -> int:
        """Requests with parts that are not taken yet."""
        return len(self._jobs)

    def close(self, seconds: float | None = None) -> None:
        """Refuse what waits, and take nothing more.

        seconds (Optional[float]): How long to wait for the batch that the pipeline reads; None for
            as long as it takes. An event loop must not wait here.
        """
        with self._changed:
            self._is_closing = True
            while self._jobs:
                self._jobs.popleft().refuse(Refusal(503, Errors.STOPPING))
            self._changed.notify()
        self._thread.join(seconds)

    def _add(self, job: _Job) -> None:
        with self._changed:
            if self._is_closing:
                raise Refusal(503, Errors.STOPPING)
            self._jobs.append(job)
            self._changed.notify()

    def _work(self) -> None:
        while batch := self._next_batch():
            self._annotate(batch)

    def _next_batch(self) -> list[_Part]:
        """Parts of the jobs in turn; none only if the queue is closed and empty."""
        with self._changed:
            while True:
                if batch := self._take():
                    return batch
                if self._is_closing:
                    return []
                self._changed.wait()

    def _take(self) -> list[_Part]:
        batch: list[_Part] = []
        n_characters = 0
        for _ in range(len(self._jobs)):
            job = self._jobs.popleft()
            taken = 0
            while not job.is_cancelled and not job.is_done:
                part = job.take()
                batch.append(part)
                taken += len(part.text) * job.times
                if taken >= SHARE or n_characters + taken >= BATCH_CHARACTERS:
                    break
            n_characters += taken
            if not job.is_cancelled and not job.is_done:
                self._jobs.append(job)
            if n_characters >= BATCH_CHARACTERS:
                break
        return batch

    def _annotate(self, batch: list[_Part]) -> None:
        n_done = 0
        try:
            for _ in self._answers(batch):
                n_done += 1
        except Exception:
            for part in batch[n_done:]:
                try:
                    list(self._answers([part]))
                except Exception as error:
                    part.job.fail(error)

    def _answers(self, batch: list[_Part]) -> Iterator[None]:
        """Annotate parts and send each of their answers off."""
        # Without a zone the strings of all texts ever read would stay in memory.
        with self._nlp.memory_zone():
            texts = [(part.text, part) for part in batch]
            for doc, part in self._nlp.pipe(texts, as_tuples=True, batch_size=len(batch)):
                if not part.job.is_cancelled:
                    part.job.send(part.job.make(doc, part.context))
                    if part.is_last:
                        part.job.send(_END)
                yield


class _Part(NamedTuple):
    text: str
    context: Any
    job: _Job
    is_last: bool


class _Job:
    """The parts of one request. Made in the event loop, taken from in the pipeline's thread."""

    def __init__(
        self, parts: Iterator[tuple[str, Any]], make: Callable[[Doc, Any], Any], times: int
    ) -> None:
        self.make = make
        self.times = times
        self.answers: asyncio.Queue[Any] = asyncio.Queue()
        self.is_cancelled = False
        self._loop = asyncio.get_running_loop()
        self._parts = parts
        self._next = next(parts, None)
        if self.is_done:
            self.answers.put_nowait(_END)

    @property
    def is_done(self) -> bool:
        """Whether all of its parts are taken."""
        return self._next is None

    def take(self) -> _Part:
        """The next part; there must be one."""
        assert self._next is not None
        text, context = self._next
        self._next = next(self._parts, None)
        return _Part(text, context, self, self.is_done)

    def send(self, answer: Any) -> None:
        """Hand over an answer, from the pipeline's thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.answers.put_nowait, answer)

    def fail(self, error: Exception) -> None:
        """Tell that a part could not be annotated; the others are not, either."""
        if not isinstance(error, DDIError):
            _log.error("The pipeline failed.", exc_info=error)
            problem = f"{type(error).__name__}: {error}"
            error = Refusal(500, Errors.SERVICE_FAILED.format(problem=problem))
        self.refuse(error)

    def refuse(self, error: DDIError) -> None:
        """Answer with an error, and with nothing after it."""
        self.send(error)
        self.is_cancelled = True
