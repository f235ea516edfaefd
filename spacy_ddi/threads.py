"""How many threads torch and the tokenizers take."""

from __future__ import annotations

import os
import sys

ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
"""What torch and the tokenizers read in a process that starts anew."""


def one_thread() -> None:
    """Give a process of its own one thread of torch and of the tokenizers, for good."""
    os.environ.update(ONE_THREAD)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)
