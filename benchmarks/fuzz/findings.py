"""What became of a damaged file. Without the readers, so that who only counts starts fast."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What became of a damaged file.

    kind (str): 'read' where as many documents came of it as of the original, 'told' where an error
        says what is wrong, 'silent' where neither is so, 'fault' where the reader failed; 'hang'
        or 'crash' where its process did.
    format (str): The format of the original.
    title (str): What the file is.
    said (str): More of a fault or of what is silent.
    """

    kind: str
    format: str
    title: str
    said: str = ""
