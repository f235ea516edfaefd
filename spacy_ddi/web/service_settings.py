"""What a service is started with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
"""Addresses that only this machine reaches."""


@dataclass(frozen=True)
class ServiceSettings:
    """What a service is started with. Plain data: it goes to worker processes.

    pipeline (str): An installed package, or a folder.
    precision (Optional[str]): Of its transformer; None for its own.
    host (str): The address to listen at.
    port (int): The port; 0 for any that is free.
    workers (int): Processes, each with a pipeline of its own.
    max_bytes (int): The longest body of a request; files may not be longer decompressed, either.
    max_seconds (float): How long a request may take to arrive, and then to be answered; where the
        answer comes in pieces, how long one piece may take.
    max_waiting (int): Requests of a process that may be under way at once.
    grace (float): Seconds that a service has to end when it is stopped: most of them to answer
        what was asked, the last tenth for the batch that the pipeline reads.
    """

    pipeline: str
    precision: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    max_bytes: int = 10_000_000
    max_seconds: float = 120.0
    max_waiting: int = 64
    grace: float = 30.0

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the service."""
        return self.host in LOOPBACK

    @property
    def last_seconds(self) -> float:
        """The part of `grace` that is left when all requests have ended."""
        return self.grace / 10
