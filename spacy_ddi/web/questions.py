"""What a request may not hold, though the libraries would pass over it: parameters that nobody
reads, and keys of JSON that are there twice. Passed over, they would be taken for obeyed."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from spacy_ddi.errors import Errors
from spacy_ddi.web.refusal import Refusal


class QuestionRoute(APIRoute):
    """A route whose requests say nothing in vain."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        known = [field.alias for field in self.dependant.query_params]

        async def handle(request: Request) -> Response:
            unknown = [name for name in request.query_params if name not in known]
            if unknown and request.method == "POST":
                takes = f"only {', '.join(known)}" if known else "none: options belong in the body"
                problem = f"the address has the parameter {unknown[0][:100]!r}, and takes {takes}"
                raise Refusal(422, Errors.BAD_REQUEST.format(problem=problem))
            return await answer(_Question(request.scope, request.receive))

        return handle


class _Question(Request):
    async def json(self) -> Any:
        return json.loads(await self.body(), object_pairs_hook=_with_each_key_once)


def _with_each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            # FastAPI lets no other error through
            raise HTTPException(422, f"the body has the key {key[:100]!r} twice")
        made[key] = value
    return made
