"""Names of files from identifiers, for formats that have a file a document."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 100

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


class FileNames:
    """Gives each document a name that no other one has, on file systems without case, too."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def name(self, document_id: str) -> str:
        """A name for the next document.

        document_id (str): Its identifier, which may hold anything.
        RETURNS (str): Letters, digits, `.`, `_` and `-`, at most `LONGEST` and a number.
        """
        safe = _UNSAFE.sub("_", document_id).strip(".")[:LONGEST] or "document"
        name, number = safe, 1
        while name.lower() in self._given:
            number += 1
            name = f"{safe}_{number}"
        self._given.add(name.lower())
        return name
