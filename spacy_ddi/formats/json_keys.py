"""Which of the formats in JSON a file is of: told by the keys of its first object."""

from __future__ import annotations

import re
from typing import Final

_BIOC: Final = frozenset({b"documents", b"passages", b"PubTator3", b"bioctype"})
_PUBANNOTATION: Final = frozenset({b"denotations", b"sourcedb", b"sourceid", b"tracks"})
_LABEL_STUDIO: Final = frozenset({b"data", b"annotations", b"predictions", b"completions"})

_SIGN: Final = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)(?:"(\s*:)?|\\?\Z)|[{}\[\]]', re.DOTALL)
"""A string, which may be a key or cut off, or a bracket."""

_MARK: Final = b"\xef\xbb\xbf"


def json_format(head: bytes) -> str | None:
    """The format of a file of JSON.

    head (bytes): How the file begins.
    RETURNS (Optional[str]): 'bioc-json' if its first object has documents or passages;
        'pubannotation' if it has a text and what PubAnnotation has beside one; 'label-studio' if it
        is in a list, and has what a task has; None if it is none of them.
    """
    keys, is_in_list = first_keys(head)
    if keys & _BIOC:
        return "bioc-json"
    if b"text" in keys and keys & _PUBANNOTATION:
        return "pubannotation"
    if is_in_list and keys & _LABEL_STUDIO:
        return "label-studio"
    return None


def first_keys(head: bytes) -> tuple[frozenset[bytes], bool]:
    """The keys of the first object, not of those in it.

    head (bytes): How the file begins; it may be cut off anywhere.
    RETURNS (Tuple[FrozenSet[bytes], bool]): The keys, and whether the object is in a list.
    """
    content = head.removeprefix(_MARK)
    outside = 1 if content.lstrip().startswith(b"[") else 0
    depth = 0
    keys: set[bytes] = set()
    for found in _SIGN.finditer(content):
        sign = found[0]
        if sign in (b"{", b"["):
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
            if depth <= outside:
                break
        elif found[2] is not None and depth == outside + 1:
            keys.add(found[1])
    return frozenset(keys), bool(outside)
