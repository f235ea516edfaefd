"""Wait for something, but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from spacy_ddi.web.refusal import Refusal

Answer = TypeVar("Answer")


async def in_time(answer: Awaitable[Answer], seconds: float, refusal: Refusal) -> Answer:
    """An answer, if it comes in time.

    `asyncio.wait_for` is not used: before Python 3.12 it drops a cancellation that comes together
    with the answer, and what should have ended goes on.

    answer (Awaitable[Answer]): What is waited for. It is cancelled where nobody waits any more.
    seconds (float): How long.
    refusal (Refusal): Raised if it does not come.
    RETURNS (Answer): What comes.
    RAISES (Refusal): If nothing does.
    """
    waiting = asyncio.ensure_future(answer)
    try:
        done, _ = await asyncio.wait([waiting], timeout=seconds)
        if not done:
            raise refusal
        return waiting.result()
    finally:
        waiting.cancel()
