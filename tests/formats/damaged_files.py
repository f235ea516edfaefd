"""Damaged copies of a file, the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Iterator


def truncated(content: bytes, n: int) -> Iterator[bytes]:
    """Beginnings of a file, none of them whole."""
    chosen = random.Random(0)
    for _ in range(n):
        yield content[: chosen.randrange(len(content))]


def flipped(content: bytes, n: int) -> Iterator[bytes]:
    """A file with one to four bytes that are others."""
    chosen = random.Random(0)
    for _ in range(n):
        changed = bytearray(content)
        for _ in range(chosen.randint(1, 4)):
            changed[chosen.randrange(len(changed))] ^= chosen.randint(1, 255)
        yield bytes(changed)
