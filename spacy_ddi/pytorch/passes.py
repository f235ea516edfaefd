"""What surrounds a forward pass: the module's mode, and torch's threads.

Several threads may call one pipeline, as those of a web server do.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


def ensure_evaluation(module: nn.Module) -> None:
    """Put a module into evaluation mode, where any part of it is not.

    module (nn.Module): The module.
    """
    # All parts: another thread may have changed the outermost one, and not yet the others.
    if any(part.training for part in module.modules()):
        module.eval()


@contextmanager
def training_mode(module: nn.Module) -> Iterator[None]:
    """A block with a module in training mode; after it the module is in evaluation mode.

    module (nn.Module): The module.
    """
    module.train()
    try:
        yield
    finally:
        module.eval()


class ThreadLimit:
    """Limits the threads that torch computes with, for a block in the calling thread.

    Torch keeps this number for each thread. A thread that is new to torch takes over the number
    that was set last in any thread, which may be the limit of a block. It gets the number outside
    of blocks back at the end of its own first block.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks = 0
        self._outside = 1
        self._seen = threading.local()
        if hasattr(os, "register_at_fork"):
            # The other threads, one of which may have held the lock, are not in the new process.
            os.register_at_fork(after_in_child=self._start_anew)

    def _start_anew(self) -> None:
        self._lock = threading.Lock()
        self._blocks = 0

    @contextmanager
    def __call__(self, threads: int | None) -> Iterator[None]:
        """A block in which torch has so many threads; afterwards it has as many as before.

        threads (Optional[int]): The number; None for torch's own.
        """
        if threads is None:
            yield
            return
        with self._lock:
            before = torch.get_num_threads()
            if not self._blocks:
                self._outside = before
            elif before == threads and not hasattr(self._seen, "thread"):
                before = self._outside
            self._seen.thread = True
            self._blocks += 1
            torch.set_num_threads(threads)
        try:
            yield
        finally:
            with self._lock:
                self._blocks -= 1
                torch.set_num_threads(before)


limit_threads = ThreadLimit()
"""One for the process, as torch's setting is."""
