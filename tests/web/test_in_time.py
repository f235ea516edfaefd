from __future__ import annotations

import asyncio

import pytest

from spacy_ddi.web.in_time import in_time
from spacy_ddi.web.refusal import Refusal

LATE = Refusal(503, "late")


def test_what_comes_is_given():
    async def answer() -> str:
        await asyncio.sleep(0)
        return "yes"

    assert asyncio.run(in_time(answer(), 20, LATE)) == "yes"


def test_what_goes_wrong_is_raised():
    async def answer() -> str:
        raise KeyError("no")

    with pytest.raises(KeyError, match="no"):
        asyncio.run(in_time(answer(), 20, LATE))


def test_what_does_not_come_is_refused_and_cancelled():
    cancelled = []

    async def answer() -> None:
        try:
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(Refusal, match="late"):
        asyncio.run(in_time(answer(), 0.01, LATE))
    assert cancelled


def test_who_is_cancelled_as_the_answer_comes_ends():
    went_on = []

    async def ask() -> None:
        answer = asyncio.get_running_loop().create_future()

        async def wait() -> None:
            await in_time(answer, 20, LATE)
            went_on.append(True)

        waiting = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        answer.set_result("now")
        waiting.cancel()
        await asyncio.wait([waiting], timeout=20)
        assert waiting.cancelled()

    asyncio.run(ask())
    assert not went_on
