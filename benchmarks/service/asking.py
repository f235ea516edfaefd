"""A service in a process of its own, and clients that ask it."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any


@contextmanager
def started(pipeline: str) -> Iterator[int]:
    """The port of a service with a pipeline, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "spacy_ddi", "serve", "--pipeline", pipeline]
    process = subprocess.Popen([*command, "--port", str(port)])
    try:
        while not is_up(port):
            assert process.poll() is None, "the service ended"
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


def is_up(port: int) -> bool:
    """Whether the service answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Client:
    """Asks for interactions, over one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def __call__(self, text: str) -> tuple[list[Any], float]:
        """The answer to a text, and the seconds it takes."""
        start = time.perf_counter()
        body = json.dumps({"text": text})
        self._connection.request("POST", "/extract", body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == 200, answer
        return answer["interactions"], time.perf_counter() - start


def ask_all(
    port: int, texts: Sequence[str], n_clients: int
) -> tuple[list[tuple[list[Any], float]], float]:
    """The answers to texts with the seconds of each, and those of all. Each client sends its next
    text when it has the answer to the last."""
    answers: list[Any] = [None] * len(texts)
    numbers = iter(range(len(texts)))

    def work() -> None:
        with closing(Client(port)) as client:
            for number in numbers:  # shared: each number goes to one client
                answers[number] = client(texts[number])

    start = time.perf_counter()
    with ThreadPoolExecutor(n_clients) as threads:
        for done in [threads.submit(work) for _ in range(n_clients)]:
            done.result()
    return answers, time.perf_counter() - start
