"""What stands before the service: limits on requests, and the headers of all responses."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spacy_ddi.errors import Errors
from spacy_ddi.web.in_time import in_time
from spacy_ddi.web.refusal import RETRY_SECONDS, Refusal, refused
from spacy_ddi.web.service_settings import LOOPBACK, ServiceSettings

FILE_ADDRESS: Final = "/extract-file"
"""Where the body is a file. Everywhere else it is JSON."""

LINES: Final = "application/x-ndjson"
"""What answers in pieces are: lines of JSON."""

HEADERS: Final[dict[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers of every response: a page of ours loads nothing from elsewhere, and sends nothing."""


class Guard:
    """Refuses what is too long, too slow or too much, before anything of it is parsed.

    app (Callable): The service.
    settings (ServiceSettings): The limits.
    """

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app = app
        self._settings = settings
        self.n_open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        answer = _Answer(send)
        try:
            await self._answer(scope, receive, answer.send)
        except Refusal as refusal:
            await refused(refusal)(scope, receive, answer.send)
        except asyncio.CancelledError:
            # So uvicorn ends requests that are not answered within the grace.
            await answer.break_off(scope, receive, Refusal(503, Errors.STOPPING))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._check_host(scope)
        if scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        self._check_headers(scope)
        self.n_open += 1
        try:
            body = await self._body(receive)
            await self._app(scope, _again(body, receive), send)
        finally:
            self.n_open -= 1

    def _check_host(self, scope: Scope) -> None:
        """A page elsewhere may let its own name lead to this machine: to it nothing is said."""
        found = Headers(scope=scope).get("host", "")
        name = found.rpartition(":")[0] if not found.endswith("]") else found
        if self._settings.is_local and (name or found).strip("[]") not in LOOPBACK:
            hosts = " and ".join(LOOPBACK)
            raise Refusal(421, Errors.OTHER_HOST.format(hosts=hosts, found=found[:100]))

    def _check_headers(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        limits = self._settings
        if self.n_open >= limits.max_waiting:
            busy = Errors.BUSY.format(waiting=self.n_open, seconds=RETRY_SECONDS)
            raise Refusal(503, busy)
        encoding = headers.get("content-encoding", "identity")
        if encoding != "identity":
            raise Refusal(415, Errors.BODY_ENCODED.format(found=encoding[:100]))
        is_file = scope["path"] == FILE_ADDRESS
        expected = "application/octet-stream" if is_file else "application/json"
        found = headers.get("content-type", "")
        if found.partition(";")[0].strip().lower() != expected:
            raise Refusal(415, Errors.BODY_TYPE.format(found=found[:100], expected=expected))
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > limits.max_bytes:
            raise Refusal(413, Errors.BODY_TOO_LARGE.format(limit=limits.max_bytes))

    async def _body(self, receive: Receive) -> bytes:
        limits = self._settings
        pieces: list[bytes] = []
        n_bytes = 0

        async def gather() -> None:
            nonlocal n_bytes
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, Errors.BAD_REQUEST.format(problem="it broke off"))
                pieces.append(message.get("body", b""))
                n_bytes += len(pieces[-1])
                if n_bytes > limits.max_bytes:
                    raise Refusal(413, Errors.BODY_TOO_LARGE.format(limit=limits.max_bytes))
                more = message.get("more_body", False)

        slow = Refusal(408, Errors.BODY_TOO_SLOW.format(seconds=limits.max_seconds))
        await in_time(gather(), limits.max_seconds, slow)
        return b"".join(pieces)


class _Answer:
    """What is sent of an answer.

    send (Callable): Sends a message.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started: Headers | None = None
        self._is_whole = False

    async def send(self, message: Message) -> None:
        """Send a message, with our headers."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
            self._started = headers
        else:
            self._is_whole = not message.get("more_body", False)
        await self._send(message)

    async def break_off(self, scope: Scope, receive: Receive, refusal: Refusal) -> None:
        """End an answer that can't be given, in words wherever it is."""
        response = refused(refusal)
        if self._started is None:
            await response(scope, receive, self.send)
        elif not self._is_whole and self._started.get("content-type", "").startswith(LINES):
            await self._send({"type": "http.response.body", "body": bytes(response.body) + b"\n"})


def _again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was received already, and then what comes after it."""
    messages: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": False}
    ]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
