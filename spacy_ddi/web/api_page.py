"""The description of the service as a page, made of its OpenAPI description: works offline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any, Final

_HEAD: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: the service</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="page.css">
<link rel="stylesheet" href="service.css">
</head>
<body class="api">
<header><h1>{title}: the service</h1>
<p class="summary">{summary} For programs there is <a href="openapi.json">OpenAPI {version}</a>.
<a href="./">To the page</a></p></header>
<main>
"""


def render_api_page(openapi: dict[str, Any]) -> str:
    """A page with every address: what it takes and what it gives.

    openapi (Dict[str, Any]): The description.
    RETURNS (str): HTML that needs nothing from outside.
    """
    info = openapi["info"]
    parts = [
        _HEAD.format(
            title=escape(info["title"]),
            summary=escape(info["description"]),
            version=escape(openapi["openapi"]),
        )
    ]
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            parts += _operation(path, method.upper(), operation, openapi)
    return "".join([*parts, "</main>\n</body>\n</html>\n"])


def _operation(
    path: str, method: str, operation: dict[str, Any], openapi: dict[str, Any]
) -> Iterator[str]:
    yield f"<section>\n<h2><code>{method} {escape(path)}</code></h2>\n"
    yield f"<p>{escape(operation.get('description') or operation['summary'])}</p>\n"
    for content_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(content.get("schema", {}), openapi)
        example = schema.get("example")
        if example is not None:
            yield f"<pre>{escape(_curl(path, json.dumps(example)))}</pre>\n"
        else:
            yield f"<p>The body is <code>{escape(content_type)}</code>.</p>\n"
        yield from _fields(schema.get("properties", {}), schema.get("required", []))
    parameters = {
        each["name"]: each.get("schema", {}) | each for each in operation.get("parameters", [])
    }
    yield from _fields(parameters, [name for name, each in parameters.items() if each["required"]])
    statuses = ", ".join(sorted(operation["responses"]))
    yield f"<p>Statuses: {escape(statuses)}.</p>\n</section>\n"


def _fields(properties: dict[str, Any], required: list[str]) -> Iterator[str]:
    if not properties:
        return
    yield "<dl>\n"
    for name, schema in properties.items():
        needed = " (required)" if name in required else ""
        yield f"<dt><code>{escape(name)}</code>{needed}</dt>"
        yield f"<dd>{escape(schema.get('description', ''))}</dd>\n"
    yield "</dl>\n"


def _resolved(schema: dict[str, Any], openapi: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return openapi["components"]["schemas"][name] if name else schema


def _curl(path: str, body: str) -> str:
    return f"curl http://127.0.0.1:8000{path} -H 'Content-Type: application/json' \\\n  -d '{body}'"
