"""Processes that outlive the one that started them."""

from __future__ import annotations

import os
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread


def end_with_parent() -> None:
    """Let this process end when the one that started it does, whatever ended that.

    A process of a pool waits for work for ever: where its parent was killed, it would keep its
    pipeline in memory. What it was writing is an unfinished part, as after a loss of power.
    """
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
