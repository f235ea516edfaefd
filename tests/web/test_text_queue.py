"""The queue on a pipeline that only repeats what it is given."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from spacy.language import Language

from spacy_ddi.errors import DDIError
from spacy_ddi.web.refusal import Refusal
from spacy_ddi.web.text_queue import BATCH_CHARACTERS, TextQueue


class Repeating:
    """Gives texts back; notes its batches; takes its time, and fails on what is bad."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.batches: list[list[str]] = []
        self.seconds = seconds

    @contextmanager
    def memory_zone(self) -> Iterator[None]:
        yield

    def pipe(
        self, texts: Iterable[tuple[str, Any]], *, as_tuples: bool, batch_size: int
    ) -> Iterator[tuple[str, Any]]:
        texts = list(texts)
        assert as_tuples
        assert batch_size == len(texts)
        self.batches.append([text for text, _ in texts])
        time.sleep(self.seconds)
        for text, context in texts:
            if "bad" in text:
                raise IndexError("list index out of range")
            yield text, context


def with_queue(nlp: Repeating, ask: Callable[[TextQueue], Coroutine[Any, Any, Any]]) -> Any:
    queue = TextQueue(cast(Language, nlp))
    try:
        return asyncio.run(ask(queue))
    finally:
        queue.close()


def make(text: Any, context: Any) -> tuple[Any, Any]:
    return text, context


async def read(queue: TextQueue, *texts: str, seconds: float = 20.0) -> list[Any]:
    return await queue.read_all(
        list(zip(texts, range(len(texts)), strict=True)), make, seconds=seconds
    )


def test_each_gets_the_answers_to_its_own_texts():
    async def ask(queue: TextQueue) -> list[list[Any]]:
        return await asyncio.gather(
            *(read(queue, *map(str, range(i, i + i % 4))) for i in range(300))
        )

    answers = with_queue(Repeating(0.001), ask)
    assert answers == [[(str(i + k), k) for k in range(i % 4)] for i in range(300)]


def test_texts_of_several_share_a_batch():
    nlp = Repeating(0.02)

    async def ask(queue: TextQueue) -> None:
        await asyncio.gather(*(read(queue, "x" * 100) for _ in range(20)))

    with_queue(nlp, ask)
    assert max(map(len, nlp.batches)) > 5
    assert len(nlp.batches) < 10


def test_batches_are_bounded():
    nlp = Repeating(0.01)

    async def ask(queue: TextQueue) -> None:
        await asyncio.gather(*(read(queue, *["x" * 1_000] * 9) for _ in range(9)))

    with_queue(nlp, ask)
    assert max(sum(map(len, batch)) for batch in nlp.batches) <= BATCH_CHARACTERS + 1_000


def test_what_is_read_several_times_counts_as_often():
    nlp = Repeating(0.01)

    async def ask(queue: TextQueue) -> None:
        parts = [("x" * 100, 0)]
        await asyncio.gather(*(queue.read_all(parts, make, seconds=20, times=30) for _ in range(9)))

    with_queue(nlp, ask)
    assert max(map(len, nlp.batches)) == BATCH_CHARACTERS // 3_000


def test_a_long_text_does_not_hold_up_a_short_one():
    nlp = Repeating(0.02)
    ended = []

    async def one(queue: TextQueue, name: str, n_parts: int) -> None:
        await read(queue, *["x" * 5_000] * n_parts)
        ended.append(name)

    async def ask(queue: TextQueue) -> None:
        long = asyncio.create_task(one(queue, "long", 30))
        await asyncio.sleep(0.05)
        await one(queue, "short", 1)
        await long

    with_queue(nlp, ask)
    assert ended == ["short", "long"]


def test_a_text_on_which_the_pipeline_fails_costs_its_own_request_only(caplog):
    async def ask(queue: TextQueue) -> list[Any]:
        texts = ["one", "a bad one", "two", "three"]
        return await asyncio.gather(*(read(queue, text) for text in texts), return_exceptions=True)

    one, bad, *others = with_queue(Repeating(0.01), ask)
    assert [one, *others] == [[("one", 0)], [("two", 0)], [("three", 0)]]
    assert isinstance(bad, Refusal)
    assert (bad.status, "DDI314" in str(bad)) == (500, True)
    assert "list index" in caplog.text


def test_an_answer_that_can_not_be_made_says_why():
    def refuse(doc: Any, context: Any) -> Any:
        raise DDIError("[DDI000] not this one")

    async def ask(queue: TextQueue) -> Any:
        with pytest.raises(DDIError, match="not this one"):
            await queue.read_all([("a", 0)], refuse, seconds=20)
        return await read(queue, "still there")

    assert with_queue(Repeating(), ask) == [("still there", 0)]


def test_what_takes_too_long_is_refused_and_not_gone_on_with():
    nlp = Repeating(0.1)

    async def ask(queue: TextQueue) -> None:
        with pytest.raises(Refusal, match="DDI305") as caught:
            await read(queue, *["x" * 9_000] * 50, seconds=0.3)
        assert caught.value.status == 503

    with_queue(nlp, ask)
    assert 1 <= len(nlp.batches) < 10


def test_answers_come_while_the_rest_is_read():
    nlp = Repeating(0.05)

    async def ask(queue: TextQueue) -> list[int]:
        parts = [("x" * 9_000, i) for i in range(4)]
        return [len(nlp.batches) async for _ in queue.read(parts, make, seconds=20)]

    assert with_queue(nlp, ask)[0] < 4


def test_no_texts_have_no_answers():
    assert with_queue(Repeating(), read) == []


def test_closed_queue_refuses():
    async def ask(queue: TextQueue) -> None:
        queue.close()
        with pytest.raises(Refusal, match="DDI306"):
            await read(queue, "a")

    with_queue(Repeating(), ask)


def test_who_waits_when_the_queue_closes_is_refused():
    nlp = Repeating(0.2)

    async def ask(queue: TextQueue) -> list[Any]:
        asked = [asyncio.create_task(read(queue, "x" * BATCH_CHARACTERS)) for _ in range(4)]
        await asyncio.sleep(0.1)
        start = time.monotonic()
        await asyncio.to_thread(queue.close, 0.01)
        assert time.monotonic() - start < 0.1
        return await asyncio.gather(*asked, return_exceptions=True)

    first, *others = with_queue(nlp, ask)
    assert first == [("x" * BATCH_CHARACTERS, 0)]
    assert ["DDI306" in str(each) for each in others] == [True] * 3
    assert len(nlp.batches) == 1
