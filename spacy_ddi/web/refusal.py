"""How a request is refused: a status, a message in words, and when to come back."""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse

from spacy_ddi.errors import DDIError

RETRY_SECONDS: Final = 5
"""When to send a request again that could not be taken."""

_LONGEST: Final = 2_000


class Refusal(DDIError):  # noqa: N818 (it says what it is)
    """A request that is not answered.

    status (int): The status of HTTP.
    message (str): One of `Errors`.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def refused(refusal: Refusal) -> JSONResponse:
    """The response to a request that is refused.

    refusal (Refusal): Why.
    RETURNS (JSONResponse): `{"error": …}`; the client is told when to come back where that helps.
    """
    # What a request holds may be no Unicode text (half a surrogate pair).
    words = str(refusal)[:_LONGEST].encode("utf-8", "replace").decode("utf-8")
    headers = {"Retry-After": str(RETRY_SECONDS)} if refusal.status in (429, 503) else None
    return JSONResponse({"error": words}, refusal.status, headers)
