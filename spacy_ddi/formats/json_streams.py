"""JSON files of many documents: the objects in them, one after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.format import OnError
from spacy_ddi.formats.inputs import open_bytes
from spacy_ddi.formats.json_values import parse_object
from spacy_ddi.formats.text_document import TextDocument

CHUNK: Final = 65_536
"""Bytes that are read at a time."""

MAX_FIRST_LINE: Final = 8 << 20
"""Bytes that are read to tell JSON lines from other JSON."""

MAX_OBJECT: Final = 256 << 20
"""Bytes that an object may have."""

MAX_DEPTH: Final = 500
"""Brackets that may be open at once."""

_BRACKET: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["{}\[\]]', re.DOTALL)
_ITEM: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s,"{}\[\]]+|["{}\[\]]', re.DOTALL)
"""What may stand where an object is expected."""
_LONGEST_ITEM: Final = 40
_IN_STRING: Final = re.compile(rb'["\\]')
_NAME: Final = re.compile(rb'"(\w+)"\s*:\s*$')
_LONGEST_NAME: Final = 60
_MARK: Final = b"\xef\xbb\xbf"
_SIGNS: Final = (b"{", b"}", b"[", b"]")
_OPENS: Final = {b"}": b"{", b"]": b"["}

Parse = Callable[[dict[str, Any], str], TextDocument]


class UnreadableError(ValueError):
    """Nothing more of a file can be told apart."""


class Piece(NamedTuple):
    """An object of a file.

    place (str): Which it is, for messages.
    content (bytes): It as it stands there. What is in its brackets may be no JSON.
    """

    place: str
    content: bytes


def read_json_documents(
    path: Path, parse: Parse, *, lists: frozenset[str] = frozenset(), on_error: OnError
) -> Iterator[TextDocument]:
    """The documents of a file of JSON: an object, a list of them, or an object a line.

    path (Path): The file.
    parse (Callable[[Dict[str, Any], str], TextDocument]): Makes the document of an object, told
        which one it is; a ValueError says what is wrong.
    lists (FrozenSet[str]): Keys whose lists are read as documents, instead of what they are in.
    on_error (Callable[[CorpusError], None]): Gets the error of an object.
    YIELDS (TextDocument): The documents. One is in memory at a time.
    RAISES (CorpusError): If nothing more can be told apart, because brackets don't match.
    """
    n_read = 0
    with open_bytes(path) as file:
        try:
            for piece in json_objects(file, lists):
                n_read += 1
                try:
                    document = parse(parse_object(piece.content), piece.place)
                    if problem := annotation_problem(document):
                        raise ValueError(problem)
                except ValueError as error:
                    told = Errors.DOCUMENT.format(path=path, place=piece.place, problem=error)
                    on_error(CorpusError(told))
                    continue
                yield document
        except UnreadableError as error:
            told = Errors.DOCUMENT.format(path=path, place=f"document {n_read + 1}", problem=error)
            raise CorpusError(told) from None


def json_objects(file: IO[bytes], lists: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """The objects of a file of JSON: one, those of a list, or one a line. One is in memory at a
    time.

    file (IO[bytes]): The file, in UTF-8.
    lists (FrozenSet[str]): Keys whose lists have the objects, instead of what they are in.
    YIELDS (Piece): The objects.
    RAISES (UnreadableError): If brackets don't match, if there are none, or if the file is cut off.
    """
    start = file.readline(MAX_FIRST_LINE)
    follows = file.readline(MAX_FIRST_LINE) if start.endswith(b"\n") else b""
    starts_object = start.removeprefix(_MARK).startswith(b"{")
    goes_on = start.rstrip().endswith((b"[", b"{", b","))
    if starts_object and not goes_on and follows.startswith(b"{"):
        yield from _line_pieces(file, (start, follows))
        return
    stream = _Stream(file, start + follows, {name.encode() for name in lists})
    for number, content in enumerate(stream.objects(), start=1):
        yield Piece(f"document {number}", content)


def _line_pieces(file: IO[bytes], first: tuple[bytes, ...]) -> Iterator[Piece]:
    number = 0
    for lines in (first, file):
        for line in lines:
            number += 1
            if line.strip():
                yield Piece(f"line {number}", line)


class _Stream:
    """Takes JSON apart at its brackets.

    levels: How many brackets are open around each kind of object to give: outermost objects,
        those of an outermost list, those of a list with one of the names.
    start: Where the object to give begins; None if there is none, or if it had such a list.
    """

    def __init__(self, file: IO[bytes], content: bytes, names: set[bytes]) -> None:
        self.file = file
        self.buffer = bytearray(content)
        self.names = names
        self.open: list[bytes] = []
        self.levels = [0]
        self.start: int | None = None
        self.position = 0

    @property
    def is_between(self) -> bool:
        """Whether nothing but an object to give should come next."""
        return self.start is None and len(self.open) == self.levels[-1]

    def objects(self) -> Iterator[bytes]:
        n_brackets = 0
        for place, sign in self._brackets():
            n_brackets += 1
            if self.is_between and self.open and sign not in (b"{", b"]", b"}"):
                yield b"[]" if sign == b"[" else sign
            if len(sign) > 1:
                continue
            if sign in _OPENS:
                if not self.open or self.open.pop() != _OPENS[sign]:
                    raise UnreadableError(f"no JSON: {sign.decode()} closes what is not open")
                if sign == b"}" and len(self.open) == self.levels[-1] and self.start is not None:
                    yield bytes(self.buffer[self.start : place + 1])
                    self.start = None
                elif sign == b"]" and len(self.open) < self.levels[-1]:
                    self.levels.pop()
            else:
                self._opened(sign, place)
        if self.open or not n_brackets:
            raise UnreadableError("it is cut off" if self.open else "no JSON: there is no bracket")

    def _opened(self, sign: bytes, place: int) -> None:
        depth = len(self.open)
        self.open.append(sign)
        if depth >= MAX_DEPTH:
            raise UnreadableError("its brackets are nested too deeply")
        if sign == b"{" and depth == self.levels[-1]:
            self.start = place
        elif sign == b"[" and depth == 0:
            self.levels.append(1)
        elif sign == b"[" and depth == self.levels[-1] + 1 and self.start is not None:
            name = _NAME.search(self.buffer, max(self.start, place - _LONGEST_NAME), place)
            if name and name[1] in self.names:
                self.levels.append(depth + 1)
                self.start = None

    def _brackets(self) -> Iterator[tuple[int, bytes]]:
        """Each bracket that is in no string, and where in the buffer it is now."""
        in_string = False
        while True:
            is_between = self.is_between and not in_string
            pattern = _IN_STRING if in_string else _ITEM if is_between else _BRACKET
            found = pattern.search(self.buffer, self.position)
            if found is None:
                self.position = max(self.position, len(self.buffer))
                if not self._read_on():
                    break
                continue
            self.position = found.end()
            if in_string:
                self.position += found[0] == b"\\"
                in_string = found[0] != b'"'
            elif found[0] == b'"':
                in_string = True
                if is_between and self.open:
                    yield found.start(), b'""'
            elif found[0] in _SIGNS:
                yield found.start(), bytes(found[0])
            elif is_between:
                yield from self._other(found)
        if in_string:
            raise UnreadableError("it is cut off")

    def _other(self, found: re.Match[bytes]) -> Iterator[tuple[int, bytes]]:
        """What is no object where one should be.

        RAISES (UnreadableError): If it is outside of all brackets.
        """
        item = bytes(found[0])
        if found.end() == len(self.buffer) and len(item) < _LONGEST_ITEM:
            self.position = found.start()
            if self._read_on():
                return  # It may go on in what was read.
            self.position = len(self.buffer)
        if not self.open and item != _MARK:
            raise UnreadableError(f"no JSON: {item[:_LONGEST_ITEM]!r} is outside of brackets")
        if self.open:
            yield found.start(), item.ljust(2)

    def _read_on(self) -> bool:
        """Read a chunk, and forget what is not needed any more."""
        kept = max(0, len(self.buffer) - _LONGEST_NAME) if self.start is None else self.start
        del self.buffer[:kept]
        self.position -= kept
        self.start = None if self.start is None else 0
        if len(self.buffer) > MAX_OBJECT:
            raise UnreadableError(f"it has more than {MAX_OBJECT >> 20} MiB")
        chunk = self.file.read(CHUNK)
        self.buffer += chunk
        return bool(chunk)
