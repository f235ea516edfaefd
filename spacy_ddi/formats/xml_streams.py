"""XML that comes from outside: what its root is, its elements one after another, their text.

The parser expands no entities and loads nothing. A DOCTYPE may name a DTD, which is not read, but
may declare nothing itself: entities and default attributes expand without bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, cast
from xml.parsers import expat

from lxml import etree

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.file_errors import XML_ADVICE
from spacy_ddi.formats.format import OnError
from spacy_ddi.formats.xml_pieces import CHUNK, Piece, pieces

MAX_PROLOG: Final = 1 << 20
"""Bytes before which the root must begin."""

MAX_DOCUMENT: Final = 64 << 20
"""Bytes of XML that a document may have."""

SAFE: Final = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}
"""What every parser of this package is made with."""

_DECLARES: Final = (
    "its DOCTYPE declares something itself, which could expand without bound or name files and "
    "addresses outside. Remove what stands in its brackets"
)
_HEAD: Final = 4096
"""Bytes that an element is named by, if it can't be read."""
_LINE: Final = re.compile(r"\bline (\d+)")
_AT_ITS_END: Final = re.compile(r", line \d+, column \d+(?: \([^()]*\))?$")
_WHITE_SPACE: Final = re.compile(r"[ \t\r\n]+")
_INDENTED: Final = re.compile(r"[ \t\r]*\n[ \t\r\n]*$")
_RAISED_OR_LOWERED: Final = ("sub", "sup", "inf")


_SyntaxError: Final = cast(Any, etree.XMLSyntaxError)


class Prolog(NamedTuple):
    """How an XML file begins.

    root (str): Its root, with the namespace in braces.
    encoding (str): The encoding that it declares, or UTF-8.
    """

    root: str
    encoding: str


class Element(NamedTuple):
    """An element of a stream.

    number (int): Which one, from 1, damaged ones among them.
    tree (_Element): The element.
    """

    number: int
    tree: etree._Element


NameElement = Callable[[int, bytes], str]
"""Names an element that can't be read by its number and how it begins."""


class _RootFoundError(Exception):
    pass


class _DeclaresError(Exception):
    pass


def read_prolog(file: IO[bytes], path: Path, member: str = "") -> Prolog:
    """Read a stream up to its root.

    file (IO[bytes]): The stream, at its beginning.
    path (Path): The file, for messages.
    member (str): What of the file it is, for messages.
    RETURNS (Prolog): Root and encoding.
    RAISES (CorpusError): If there is no root, or if the DOCTYPE declares anything.
    """
    place = member or "its beginning"
    try:
        prolog = _prolog(iter(lambda: file.read(CHUNK), b""))
    except _DeclaresError:
        raise document_error(path, place, _DECLARES) from None
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise document_error(path, place, _not_well_formed(error)) from None
    if prolog is None:
        raise document_error(path, place, "no XML: it has no root element")
    return prolog


def root_of(head: bytes) -> str | None:
    """The root of an XML file.

    head (bytes): How the file begins.
    RETURNS (Optional[str]): The root's name, with the namespace in braces; None if there is none.
    """
    try:
        prolog = _prolog([head])
    except _DeclaresError:
        # What it should be is told by the reader that refuses it.
        found = re.search(rb"<!DOCTYPE\s+([\w.:-]+)", head)
        return found[1].decode("ascii", "replace") if found else None
    except (expat.ExpatError, LookupError, ValueError):
        return None
    return prolog.root if prolog else None


def document_error(path: Path, place: str, problem: str) -> CorpusError:
    """The error of a document.

    path (Path): The file.
    place (str): Where in it.
    problem (str): What is wrong.
    RETURNS (CorpusError): Not raised.
    """
    return CorpusError.at(Errors.DOCUMENT, path, place, problem=problem)


def _not_well_formed(said: object) -> str:
    return f"not well-formed XML ({said}). {XML_ADVICE.rstrip('.')}"


def syntax_error(
    path: Path, error: etree.XMLSyntaxError, *, member: str = "", lines_before: int = 0
) -> CorpusError:
    """The error of XML that is not well-formed.

    path (Path): The file.
    error (XMLSyntaxError): What the parser says.
    member (str): What of the file it is.
    lines_before (int): Lines of the file that this parser was not given.
    RETURNS (CorpusError): With the line in the file; not raised.
    """
    line = f"line {(error.lineno or 1) + lines_before}"
    said = _AT_ITS_END.sub("", " ".join(str(error.msg).split()))
    said = _LINE.sub(lambda found: f"line {int(found[1]) + lines_before}", said)
    place = f"{member}, {line}" if member else line
    return document_error(path, place, _not_well_formed(said))


def stream_elements(
    file: IO[bytes],
    path: Path,
    names: Iterable[str],
    prolog: Prolog,
    *,
    name_element: NameElement,
    on_error: OnError,
) -> Iterator[Element]:
    """Elements of a stream, one after another. Each is freed when the next is asked for.

    What is not well-formed costs the element it is in: the stream is cut after each end tag, and
    a new parser goes on after the next one.

    file (IO[bytes]): The stream, at its beginning.
    path (Path): The file, for messages.
    names (Iterable[str]): Which elements, without namespace.
    prolog (Prolog): How the stream begins.
    name_element (Callable[[int, bytes], str]): Says where an error is.
    on_error (Callable[[CorpusError], None]): Gets an error for what is not well-formed.
    YIELDS (Element): The elements.
    """
    names = tuple(names)
    again = f'<?xml version="1.0" encoding="{prolog.encoding}"?><{prolog.root}>'.encode()
    parser: Any = _pull_parser(names)
    at = _Position(path, name_element)
    is_lost, found, size = False, False, 0
    for piece in pieces(file, names):
        if parser is None and not is_lost and piece.content.strip():
            parser = _pull_parser(names)
            parser.feed(again)
            at.begin_parser()
        size += len(piece.content)
        at.add(piece)
        if parser is not None:
            try:
                if size > MAX_DOCUMENT:
                    problem = f"no end of <{'> or <'.join(names)}> in {MAX_DOCUMENT >> 20} MiB"
                    raise document_error(path, f"{at.name}, line {at.n_lines + 1}", problem)
                for element, n_more in _fed(parser, piece.content):
                    found = True
                    yield Element(at.number(n_more), element)
            except etree.XMLSyntaxError as error:
                on_error(at.error(error))
                parser, is_lost = None, True
            except CorpusError as error:
                on_error(error)
                parser, is_lost = None, True
        if piece.is_end:
            if parser is not None and not found:
                on_error(_end(parser, at))
                parser = None
            at.end_element()
            is_lost, size, found = False, 0, False
            if parser is not None and len(parser.feed_error_log):
                parser = None  # Its warnings would be kept to the end of the file.
    if parser is not None:
        try:
            parser.close()
        except etree.XMLSyntaxError as error:
            on_error(at.error(error))


class _Position:
    """Where in a stream it is read.

    path (Path): The file.
    name_element (Callable[[int, bytes], str]): Names an element.
    """

    # n_begun: Elements that have begun.
    # n_before: Those of them that begin before the one that is read.
    # head: How that one begins, or what comes before it.
    # lines_before: Lines that the parser was not given.

    def __init__(self, path: Path, name_element: NameElement) -> None:
        self.n_begun = self.n_lines = 0
        self._path, self._name_element = path, name_element
        self._n_before = self._n_given = self._lines_before = 0
        self._head, self._is_end = b"", False

    def begin_parser(self) -> None:
        """Tell that another parser goes on here."""
        self._lines_before = self.n_lines

    def add(self, piece: Piece) -> None:
        """Tell what is read."""
        self.n_lines += piece.content.count(b"\n")
        self.n_begun += piece.n_starts
        self._head += piece.content[: _HEAD - len(self._head)]
        self._is_end = piece.is_end

    def end_element(self) -> None:
        """Tell that an element has ended; its start tag may be damaged."""
        self._n_before = self.n_begun = max(self.n_begun, self._n_before + 1)
        self._n_given = self.n_begun
        self._head, self._is_end = b"", False

    def number(self, n_more: int) -> int:
        """Which element is given, if there are more of them in this piece. In UTF-16 start tags
        are not seen, so elements are counted as they come."""
        self._n_given = max(self.n_begun - n_more, self._n_given + 1)
        return self._n_given

    @property
    def name(self) -> str:
        """The element that is read, or the one before; empty if there is none."""
        if self._is_end or self.n_begun > self._n_before:
            return self._name_element(self._n_before + 1, self._head)
        return f"after {self._name_element(self._n_before, b'')}" if self._n_before else ""

    def error(self, error: etree.XMLSyntaxError) -> CorpusError:
        """What the parser says, with the place in the file."""
        return syntax_error(self._path, error, member=self.name, lines_before=self._lines_before)


def check_entities(element: etree._Element) -> None:
    """See to it that nothing in an element stands for something that nobody declared.

    element (_Element): The element.
    RAISES (ValueError): If it refers to an entity, whose text is not known.
    """
    entity = next(element.iter(etree.Entity), None)
    if entity is not None:
        raise ValueError(f"it refers to the entity {entity.text}, which is not read")


def joined(text: str) -> str:
    """Text with a blank for each run of white space, and none around it.

    text (str): As it stands in XML. What is no white space to XML, such as no-break spaces, stays.
    RETURNS (str): In one line.
    """
    return _WHITE_SPACE.sub(" ", text).strip(" ")


def inline_text(
    element: etree._Element, *, without: frozenset[str] = frozenset(), blanks: str = "br"
) -> str:
    """The text of an element and of the markup in it, in one line.

    element (_Element): The element.
    without (FrozenSet[str]): Elements to pass over, by their names without namespace.
    blanks (str): The element that stands for a blank.
    RETURNS (str): The text. Line ends that indent what is raised or lowered, as some files have
        them, are none of it.
    """
    if not len(element):
        return joined(element.text or "")
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, each in walk:
        name = str(each.tag).rpartition("}")[2] if event == "start" else ""
        if event == "start":
            if name in _RAISED_OR_LOWERED and parts:
                parts[-1] = _INDENTED.sub("", parts[-1])
            if name in without:
                walk.skip_subtree()
            else:
                parts.append(" " if name == blanks else each.text or "")
        elif each is not element:
            parts.append(each.tail or "")
    return joined("".join(parts))


def _prolog(chunks: Iterable[bytes]) -> Prolog | None:
    """Read until the root begins; None if it does not."""
    parser = expat.ParserCreate(namespace_separator="}")
    if hasattr(parser, "SetReparseDeferralEnabled"):
        parser.SetReparseDeferralEnabled(False)  # newer ones wait for more of a file's end
    found = {"encoding": "UTF-8", "root": ""}

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        found["encoding"] = encoding or "UTF-8"

    def doctype(_name: str, _system: str | None, _public: str | None, is_internal: bool) -> None:
        if is_internal:
            raise _DeclaresError

    def start(name: str, _attributes: object) -> None:
        found["root"] = "{" + name if "}" in name else name
        raise _RootFoundError

    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            parser.Parse(chunk, False)
            if size > MAX_PROLOG:
                break
    except _RootFoundError:
        return Prolog(found["root"], found["encoding"])
    return None


def _pull_parser(names: tuple[str, ...]) -> Any:
    return cast(Any, etree.XMLPullParser)(events=("end",), tag=names, **SAFE)


def _fed(parser: Any, piece: bytes) -> Iterator[tuple[etree._Element, int]]:
    """The elements that end in a piece, and how many more do; each is freed when the next is asked
    for.

    RAISES (XMLSyntaxError): If the piece is not well-formed, or if a name has no namespace or an
        entity no text: the parser goes on after these, and raises no error before the end.
    """
    parser.feed(piece)
    for entry in parser.feed_error_log:
        if entry.level >= etree.ErrorLevels.ERROR:
            raise _SyntaxError(entry.message, entry.type, entry.line, entry.column)
    ended = [element for _, element in parser.read_events()]
    for n_more, element in zip(reversed(range(len(ended))), ended, strict=True):
        yield element, n_more
        _free(element)


def _end(parser: Any, at: _Position) -> CorpusError:
    """What is wrong with an element that a parser has not come to the end of, though its end tag is
    there. Of some faults it says nothing until it is closed, and passes over all that follows."""
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        return at.error(error)
    return at.error(_SyntaxError("an end tag without a start", 0, 1, 1))


def _free(element: etree._Element) -> None:
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
