"""What is wrong with a request, in words: whatever the libraries raise becomes a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from starlette.exceptions import HTTPException

from spacy_ddi.errors import Errors
from spacy_ddi.web.bodies import EXAMPLE, ExplainBody, ExtractBody, TextBody
from spacy_ddi.web.guard import FILE_ADDRESS
from spacy_ddi.web.refusal import Refusal

LIKE: Final = f'{{"text": "{EXAMPLE}"}}'

_BODIES: Final[Mapping[str, type[BaseModel]]] = {
    "/extract": ExtractBody,
    "/show": TextBody,
    "/explain": ExplainBody,
}
_LIKE_FILE: Final = f"POST {FILE_ADDRESS}?name=report.txt with the file as its body"
_MOST: Final = 5
_LONGEST: Final = 100


def refusal_of_errors(errors: Sequence[dict[str, Any]], path: str) -> Refusal:
    """Why a body does not fit.

    errors (Sequence[Dict[str, Any]]): What Pydantic found.
    path (str): What was asked.
    RETURNS (Refusal): 400 if it is no JSON, else 422.
    """
    broken = next((each for each in errors if each["type"] == "json_invalid"), None)
    if broken:
        problem = str(broken.get("ctx", {}).get("error", broken["msg"]))
        place = f"{problem} at character {broken['loc'][-1]}"
        return Refusal(400, Errors.BODY_NO_JSON.format(problem=place, example=LIKE))
    body = _BODIES.get(path)
    problems = "; ".join(_in_words(each, body) for each in errors[:_MOST])
    example = _LIKE_FILE if body is None else _example(body, [_names(each) for each in errors])
    return Refusal(422, Errors.BODY_SHAPE.format(problems=problems, example=example))


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


def _example(body: type[BaseModel], wrong: Sequence[Sequence[str]]) -> str:
    """A request that shows how what is wrong is given."""
    example: dict[str, Any] = {"text": EXAMPLE}
    if body is ExplainBody:
        example = body.model_json_schema()["example"]
    for name in {names[0] for names in wrong if names} & body.model_fields.keys():
        if examples := body.model_fields[name].examples:
            example[name] = examples[0]
    if "texts" in example:
        del example["text"]
    return json.dumps(example)


def _names(error: Mapping[str, Any]) -> list[str]:
    """Where in a request an error is: ['types', '1']."""
    return [str(each) for each in error["loc"] if each not in ("body", "query")]


def _in_words(error: Mapping[str, Any], body: type[BaseModel] | None) -> str:
    """'min_score: input should be less than or equal to 1'."""
    where = ".".join(_names(error))[:_LONGEST]
    if error["type"] == "extra_forbidden" and body is not None:
        return f"{where}: there is no such key, only {', '.join(body.model_fields)}"
    what = str(error["msg"]).removeprefix("Value error, ")[: 2 * _LONGEST]
    what = what[:1].lower() + what[1:]
    return f"{where}: {what}" if where else what
