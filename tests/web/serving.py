"""An application in a thread of the test, and how it is asked."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, NamedTuple

import uvicorn
from starlette.types import ASGIApp

from spacy_ddi.web.connections import Connection
from spacy_ddi.web.listening import bound_socket
from spacy_ddi.web.service_settings import ServiceSettings

SETTINGS = ServiceSettings("tiny", port=0, max_bytes=2_000_000, max_seconds=30, max_waiting=16)


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.content.splitlines()]


class Running(NamedTuple):
    """A service that answers."""

    port: int
    server: uvicorn.Server
    thread: Thread

    def __call__(
        self,
        address: str,
        body: Any = None,
        *,
        method: str = "",
        kind: str = "application/json",
        **headers: str,
    ) -> Answer:
        """Ask; whatever is no bytes is sent as JSON."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(
                method or ("GET" if body is None else "POST"),
                address,
                content,
                {"Content-Type": kind, **named},
            )
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()


@contextmanager
def served(app: ASGIApp, lifespan: str = "on", grace: int = 5) -> Iterator[Running]:
    """An application in a thread, at a port of its own."""
    config = uvicorn.Config(
        app, log_level="error", lifespan=lifespan, loop="asyncio", http=Connection, ws="none",
        timeout_graceful_shutdown=grace,
    )  # fmt: skip
    server = uvicorn.Server(config)
    with bound_socket(SETTINGS) as bound:
        thread = Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            time.sleep(0.01)
        yield Running(bound.getsockname()[1], server, thread)
        server.should_exit = True
        thread.join(30)
