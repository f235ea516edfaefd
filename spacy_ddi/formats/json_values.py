"""An object of JSON from a file that may be damaged, and a list of them written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spacy_ddi.formats.annotation_checks import HALF_CHARACTER


def parse_object(content: bytes) -> dict[str, Any]:
    """An object, as JSON has it.

    content (bytes): UTF-8, with or without a byte order mark.
    RETURNS (Dict[str, Any]): The object.
    RAISES (ValueError): If it is no JSON, no object, or has text that can't be written.
    """
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"{content[:40]!r} is no object")
    # Escapes are the only way in for halves of characters.
    if b"\\u" in content and HALF_CHARACTER.search(json.dumps(value, ensure_ascii=False)):
        raise ValueError("it holds one half of a surrogate pair")
    return value


def write_json_list(values: Iterable[Any], path: Path) -> None:
    """Write values as a list, one a line, each as it comes.

    values (Iterable[Any]): JSON values.
    path (Path): The file; its folder is made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        separator = "[\n"
        for value in values:
            file.write(separator + json.dumps(value, ensure_ascii=False))
            separator = ",\n"
        file.write("[]\n" if separator == "[\n" else "\n]\n")
