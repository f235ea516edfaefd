"""JSON from files that may be damaged: objects, and the objects of an array one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any, Final

from spacy_ddi.formats.annotation_checks import HALF_CHARACTER

CHUNK: Final = 65_536

_OUTSIDE: Final = re.compile(rb'["{}\[\]]')
_INSIDE: Final = re.compile(rb'["\\]')


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


def array_objects(file: IO[bytes]) -> Iterator[bytes]:
    """The objects of an array, or an object that is not in an array. One is in memory at a time.

    file (IO[bytes]): The file, in UTF-8.
    YIELDS (bytes): Each object as it stands there, which may be no JSON within its brackets.
    RAISES (ValueError): If the file ends before the array does, or holds neither of the two.
    """
    buffer = bytearray()
    position = depth = n_objects = 0
    outermost: int | None = None  # depth at which the objects are
    start: int | None = None
    in_string = False
    while True:
        sign = (_INSIDE if in_string else _OUTSIDE).search(buffer, position)
        if sign is None:
            cut = len(buffer) if start is None else start
            position = max(position, len(buffer)) - cut
            start = None if start is None else 0
            del buffer[:cut]
            chunk = file.read(CHUNK)
            if not chunk:
                break
            buffer += chunk
            continue
        position = sign.end()
        if in_string:
            position += sign[0] == b"\\"
            in_string = sign[0] != b'"'
        elif sign[0] == b'"':
            in_string = True
        elif sign[0] in b"{[":
            if outermost is None:
                outermost = 1 if sign[0] == b"[" else 0
            if depth == outermost and sign[0] == b"{":
                start = sign.start()
            depth += 1
        else:
            depth -= 1
            if depth == outermost and start is not None:
                n_objects += 1
                yield bytes(buffer[start:position])
                start = None
            if depth <= 0 and outermost != 0:
                break
    if depth or outermost is None:
        raise ValueError(f"not an array of JSON, or cut off after {n_objects:,} objects")
