"""Connections of the service: uvicorn's, which refuse in words."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from spacy_ddi.errors import Errors
from spacy_ddi.web.refusal import RETRY_SECONDS, Refusal, refused

MOST_CONNECTIONS: Final = 500
"""Of a process. A connection may be open without a request, so these are more than can wait."""


class Connection(H11Protocol):
    """A connection. Where there are too many, each further one is told so and closed; uvicorn's own
    limit answers in plain text."""

    most = MOST_CONNECTIONS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; see `asyncio.Protocol`."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self.app: Any = _refuse


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    message = Errors.TOO_MANY_CONNECTIONS.format(limit=Connection.most, seconds=RETRY_SECONDS)
    response = refused(Refusal(503, message))
    response.headers["Connection"] = "close"
    await response(scope, receive, send)
