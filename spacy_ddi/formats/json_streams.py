"""JSON files of many documents: the objects in them, one after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.bounded import MAX_DOCUMENT, numbered_lines, too_long
from spacy_ddi.formats.compressed_files import open_bytes
from spacy_ddi.formats.format import OnError
from spacy_ddi.formats.json_values import parse_object
from spacy_ddi.formats.text_document import TextDocument

CHUNK: Final = 65_536
"""Bytes that are read at a time."""

MAX_FIRST_LINE: Final = 8 << 20
"""Bytes that are read to tell JSON lines from other JSON."""

MAX_DEPTH: Final = 500
"""Brackets that may be open at once."""

MAX_READ_AGAIN: Final = 1 << 30
"""Bytes that are read a second time where objects are damaged, before the rest of the file is not
read any more."""

_BRACKET: Final = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|["{}\[\]]', re.DOTALL)
_ITEM: Final = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|[^\s,"{}\[\]]+|["{}\[\]]', re.DOTALL)
"""What may stand where an object is expected."""
_LONGEST_ITEM: Final = 40
_IN_STRING: Final = re.compile(rb'["\\\n]')
_NAME: Final = re.compile(rb'"(\w+)"\s*:\s*$')
_LONGEST_NAME: Final = 60
_BEGINS_LINE: Final = re.compile(rb"\n([ \t]*)$")
_MARK: Final = b"\xef\xbb\xbf"
_SIGNS: Final = (b"{", b"}", b"[", b"]")
_OPENS: Final = {b"}": b"{", b"]": b"["}


class Piece(NamedTuple):
    """An object of a file.

    number (int): Which it is, from 1; where there is one a line, the number of the line.
    place (str): The same in words, for messages.
    content (bytes): It as it stands there. What is in its brackets may be no JSON.
    """

    number: int
    place: str
    content: bytes


Parse = Callable[[dict[str, Any], Piece], TextDocument | None]


def read_json_documents(
    path: Path, parse: Parse, *, lists: frozenset[str] = frozenset(), on_error: OnError
) -> Iterator[TextDocument]:
    """The documents of a file of JSON: an object, a list of them, or an object a line.

    path (Path): The file.
    parse (Callable[[Dict[str, Any], Piece], Optional[TextDocument]]): Makes the document of an
        object, told which one it is; None to pass it over; a ValueError says what is wrong.
    lists (FrozenSet[str]): Keys whose lists are read as documents, instead of what they are in.
    on_error (Callable[[CorpusError], None]): Gets the error of an object.
    YIELDS (TextDocument): The documents. One is in memory at a time.
    """
    with open_bytes(path) as file:
        objects = JsonObjects(file, path, lists, on_error=on_error)
        for piece in objects:
            try:
                document = parse(parse_object(piece.content), piece)
                if document and (problem := annotation_problem(document)):
                    raise ValueError(problem)
            except CorpusError as error:
                on_error(error)
            except ValueError as error:
                on_error(CorpusError.at(Errors.DOCUMENT, path, piece.place, problem=error))
                objects.refuse()
            else:
                if document:
                    yield document


class _UnreadableError(ValueError):
    """An object can't be told apart."""


class JsonObjects:
    """The objects of a file of JSON: one, those of a list, or one a line. One is in memory at a
    time.

    Where brackets don't match, or a string has no end, what follows is read from the next line on
    that begins with an object, as far to the right as the objects before.

    file (IO[bytes]): The file, in UTF-8.
    path (Path): The file, for messages.
    lists (FrozenSet[str]): Keys whose lists have the objects, instead of what they are in.
    on_error (Callable[[CorpusError], None]): Gets the error of an object that can't be told apart.
    """

    # levels: How many brackets are open around each kind of object to give: outermost objects,
    #     those of an outermost list, those of a list with one of the names.
    # start: Where the object to give begins; None if there is none, or if it had such a list.
    # indent: White space before the object to give, where it is the first of its line.
    # closed: The level of the list that was closed last.

    def __init__(
        self,
        file: IO[bytes],
        path: Path,
        lists: frozenset[str] = frozenset(),
        *,
        on_error: OnError,
    ) -> None:
        self.file = file
        self.path = path
        self.buffer = bytearray()
        self.names = {name.encode() for name in lists}
        self.on_error = on_error
        self.open: list[bytes] = []
        self.levels = [0]
        self.start: int | None = None
        self.indent: bytes | None = None
        self.position = 0
        self.n_brackets = 0
        self.n_given = 0
        self.n_again = 0
        self.closed = 0
        self.is_refused = False

    @property
    def is_between(self) -> bool:
        """Whether nothing but an object to give should come next."""
        return self.start is None and len(self.open) == self.levels[-1]

    def refuse(self) -> None:
        """Tell that the last object is no document: it may have taken others into it."""
        self.is_refused = True

    def __iter__(self) -> Iterator[Piece]:
        start = self.file.readline(MAX_FIRST_LINE)
        follows = self.file.readline(MAX_FIRST_LINE) if start.endswith(b"\n") else b""
        starts_object = start.removeprefix(_MARK).startswith(b"{")
        goes_on = start.rstrip().endswith((b"[", b"{", b","))
        if starts_object and not goes_on and follows.startswith(b"{"):
            self.file.seek(0)
            for number, line in numbered_lines(self.file, self.path, on_error=self.on_error):
                if line.strip():
                    yield Piece(number, f"line {number}", line)
            return
        self.buffer += start + follows
        yield from self._pieces()

    def _pieces(self) -> Iterator[Piece]:
        is_damaged = False
        while True:
            try:
                for content in self._objects(is_damaged):
                    yield self._piece(content)
                return
            except _UnreadableError as error:
                is_damaged = True
                self._tell(error)
                self.n_given += 1
            except CorpusError as error:
                is_damaged = True
                self.n_given += 1
                self.on_error(error)
            if not self._find_next():
                return

    def _piece(self, content: bytes) -> Piece:
        self.n_given += 1
        return Piece(self.n_given, f"document {self.n_given}", content)

    def _tell(self, problem: object) -> None:
        place = f"document {self.n_given + 1}"
        self.on_error(CorpusError.at(Errors.DOCUMENT, self.path, place, problem=problem))

    def _objects(self, is_damaged: bool) -> Iterator[bytes]:
        for place, sign in self._brackets():
            self.n_brackets += 1
            if self.is_between and self.open and len(sign) > 1:
                yield sign
            if len(sign) > 1:
                continue
            if sign in _OPENS:
                if not self.open or self.open[-1] != _OPENS[sign]:
                    raise _UnreadableError(f"no JSON: {sign.decode()} closes what is not open")
                self.open.pop()
                if self.start is not None and len(self.open) == self.levels[-1]:
                    start, self.start = self.start, None
                    if place - start >= MAX_DOCUMENT:
                        raise too_long(self.path, f"document {self.n_given + 1}")
                    self.is_refused = False
                    yield b"[]" if sign == b"]" else bytes(self.buffer[start : place + 1])
                    if self.is_refused:
                        self._go_back(start)
                elif sign == b"]" and len(self.open) < self.levels[-1]:
                    self.closed = self.levels.pop()
            else:
                self._opened(sign, place)
        if self.start is not None or (self.open and not is_damaged):
            raise _UnreadableError("it is cut off")
        if not self.n_brackets:
            raise _UnreadableError("no JSON: there is no bracket")

    def _next_line(self) -> re.Pattern[bytes]:
        """What begins an object of a line of its own."""
        indent = b"[ \t]*" if self.indent is None else re.escape(self.indent)
        return re.compile(rb"\n" + indent + rb"(?=\{)")

    def _go_back(self, start: int) -> None:
        """Go back to the first line in an object that begins as the object does."""
        found = self._next_line().search(self.buffer, start, self.position)
        if found and self.n_again <= MAX_READ_AGAIN:
            self.n_again += self.position - found.end()
            self.position = found.end()

    def _find_next(self) -> bool:
        """Go to the next line that begins with an object, as if what is before it were whole.

        RETURNS (bool): Whether there is one.
        """
        begin = self.position if self.start is None else self.start + 1
        self.n_again += max(0, self.position - begin)
        if self.n_again > MAX_READ_AGAIN:
            return False
        self.start, self.position = None, begin
        del self.open[self.levels[-1] :]
        next_one = self._next_line()
        while not (found := next_one.search(self.buffer, self.position)):
            # What the end of the buffer begins may go on in what is read.
            self.position = max(self.position, len(self.buffer) - _LONGEST_NAME)
            if not self._read_on():
                return False
        self.position = found.end()
        return True

    def _opened(self, sign: bytes, place: int) -> None:
        if sign == b"{" and self._was_closed(place):
            self._tell("no JSON: the list is closed before it")
            self.open.append(b"[")
            self.levels.append(self.closed)
        depth = len(self.open)
        self.open.append(sign)
        if depth >= MAX_DEPTH:
            raise _UnreadableError("its brackets are nested too deeply")
        if sign == b"{" and depth == self.levels[-1]:
            self.start = place
            before = _BEGINS_LINE.search(self.buffer, max(0, place - _LONGEST_NAME), place)
            self.indent = before[1] if before else self.indent
        elif sign == b"[" and depth == 0:
            self.levels.append(1)
        elif sign == b"[" and depth == self.levels[-1] and self.start is None:
            self.start = place  # it stands for an object, and is none
        elif sign == b"[" and depth == self.levels[-1] + 1 and self.start is not None:
            name = _NAME.search(self.buffer, max(self.start, place - _LONGEST_NAME), place)
            if name and name[1] in self.names:
                self.levels.append(depth + 1)
                self.start = None

    def _was_closed(self, place: int) -> bool:
        """Whether an object has no key, since the list that it should be in was closed."""
        if self.start is not None or len(self.open) != self.closed - 1 or not self.open:
            return False
        before = self.buffer[max(0, place - _LONGEST_NAME) : place].rstrip()
        return self.open[-1] == b"{" and not before.endswith(b":")

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
                if found[0] == b"\n":
                    self.position = found.start()
                    raise _UnreadableError("no JSON: a string has no end in its line")
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
            raise _UnreadableError("it is cut off")

    def _other(self, found: re.Match[bytes]) -> Iterator[tuple[int, bytes]]:
        """What is no object where one should be.

        RAISES (_UnreadableError): If it is outside of all brackets.
        """
        item = bytes(found[0])
        if found.end() == len(self.buffer) and len(item) < _LONGEST_ITEM:
            self.position = found.start()
            if self._read_on():
                return  # It may go on in what was read.
            self.position = len(self.buffer)
        if not self.open and item != _MARK:
            raise _UnreadableError(f"no JSON: {item[:_LONGEST_ITEM]!r} is outside of brackets")
        if self.open:
            yield found.start(), item.ljust(2)

    def _read_on(self) -> bool:
        """Read a chunk, and forget what is not needed any more.

        RAISES (CorpusError): If the object to give is too long.
        """
        kept = max(0, len(self.buffer) - _LONGEST_NAME) if self.start is None else self.start
        del self.buffer[:kept]
        self.position -= kept
        self.start = None if self.start is None else 0
        if len(self.buffer) > MAX_DOCUMENT:
            raise too_long(self.path, f"document {self.n_given + 1}")
        chunk = self.file.read(CHUNK)
        self.buffer += chunk
        return bool(chunk)
