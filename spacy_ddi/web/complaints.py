"""What is wrong with a request, in words: whatever the libraries raise becomes a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.exceptions import HTTPException

from spacy_ddi.errors import Errors
from spacy_ddi.web.bodies import EXAMPLE
from spacy_ddi.web.refusal import Refusal

LIKE: Final = f'{{"text": "{EXAMPLE}"}}'

_MOST: Final = 5
_LONGEST: Final = 100


def refusal_of_errors(errors: Sequence[dict[str, Any]]) -> Refusal:
    """Why a body does not fit.

    errors (Sequence[Dict[str, Any]]): What Pydantic found.
    RETURNS (Refusal): 400 if it is no JSON, else 422.
    """
    broken = next((each for each in errors if each["type"] == "json_invalid"), None)
    if broken:
        problem = str(broken.get("ctx", {}).get("error", broken["msg"]))
        place = f"{problem} at character {broken['loc'][-1]}"
        return Refusal(400, Errors.BODY_NO_JSON.format(problem=place, example=LIKE))
    problems = "; ".join(_in_words(each) for each in errors[:_MOST])
    return Refusal(422, Errors.BODY_SHAPE.format(problems=problems, example=LIKE))


def refusal_of_status(error: HTTPException, method: str, path: str) -> Refusal:
    """Why a request is not answered, where a library says so by a status.

    error (HTTPException): The status.
    method, path (str): What was asked.
    RETURNS (Refusal): The same status, with a message.
    """
    path = path[:_LONGEST]
    messages = {
        400: Errors.BODY_NO_JSON.format(problem="it can't be parsed", example=LIKE),
        404: Errors.NO_ADDRESS.format(path=path),
        405: Errors.NO_METHOD.format(path=path, method=method[:_LONGEST]),
    }
    otherwise = Errors.BAD_REQUEST.format(problem=error.detail)
    return Refusal(error.status_code, messages.get(error.status_code, otherwise))


def _in_words(error: dict[str, Any]) -> str:
    """'min_score: input should be less than or equal to 1'."""
    where = ".".join(str(each) for each in error["loc"] if each not in ("body", "query"))[:_LONGEST]
    what = str(error["msg"]).removeprefix("Value error, ")[: 2 * _LONGEST]
    what = what[:1].lower() + what[1:]
    return f"{where}: {what}" if where else what
