"""Plain text: a document a file, or a document a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.content_types import ADVICE, binary_type, markup_type
from spacy_ddi.formats.format import Format, OnError
from spacy_ddi.formats.inputs import HEAD, name_parts, open_bytes
from spacy_ddi.formats.plain_text import decode
from spacy_ddi.formats.text_document import TextDocument


def read_text(
    path: Path, *, on_error: OnError, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read a text; see `Reader`. Line ends are kept as they are.

    path (Path): The file: UTF-8, or UTF-16 or UTF-32 with a byte order mark.
    on_error (Callable[[CorpusError], None]): Gets the error of a file that is no plain text, which
        says what it is and what to do.
    columns (Columns): There are none.
    YIELDS (TextDocument): The document, whose id is the file's name without its ending.
    RAISES (OSError): If the file can't be read.
    """
    try:
        text = decode(path.read_bytes(), str(path))
    except CorpusError as error:
        on_error(error)
        return
    yield TextDocument(name_parts(path)[0], text, origin=str(path))


def read_text_lines(
    path: Path, *, on_error: OnError, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read lines of text in UTF-8; see `Reader`. A line is read at a time.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of a line.
    columns (Columns): There are none.
    YIELDS (TextDocument): A document a line, without its line end. Lines of white space are passed
        over. The id is the file's name and the number of the line.
    RAISES (CorpusError): If the file is binary, a web page, XML or JSON.
    """
    with open_bytes(path) as file:
        _refuse_other_formats(file.read(HEAD), path)
    with open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            content = line.rstrip(b"\r\n")
            try:
                text = content.decode("utf-8-sig" if number == 1 else "utf-8")
                if "\0" in text:
                    raise ValueError("it holds a zero byte")
            except ValueError as error:
                problem = f"not a line of UTF-8 text ({error})"
                message = Errors.DOCUMENT.format(path=path, place=f"line {number}", problem=problem)
                on_error(CorpusError(message))
                continue
            if text.strip():
                yield TextDocument(f"{path.name}:{number}", text, origin=f"{path}, line {number}")


def _refuse_other_formats(head: bytes, path: Path) -> None:
    if kind := binary_type(head):
        raise CorpusError(Errors.BINARY_FILE.format(source=path, kind=kind, advice=ADVICE[kind]))
    kind = markup_type(head.decode("utf-8-sig", errors="replace"))
    # What looks like a table may be lines of names.
    if kind in {"an HTML page", "XML", "JSON"}:
        message = Errors.DOCUMENT.format(
            path=path, place="line 1", problem=f"this looks like {kind}. {ADVICE[kind]}".rstrip(".")
        )
        raise CorpusError(message)


TEXT = Format("text", (".txt", ".md", ".text"), lambda head: True, read_text, is_fallback=True)
LINES = Format("lines", (), lambda head: False, read_text_lines)
