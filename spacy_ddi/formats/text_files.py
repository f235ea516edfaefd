"""Plain text: a document a file, or a document a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.bounded import numbered_lines, read_whole
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.compressed_files import HEAD, name_parts, open_bytes
from spacy_ddi.formats.content_types import ADVICE, binary_type, markup_type
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.plain_text import decode, encoding_of, refuse_markup
from spacy_ddi.formats.text_document import TextDocument


def read_text(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read a text; see `Reader`. Line ends are kept as they are, and so is markup.

    path (Path): The file: UTF-8, or UTF-16 or UTF-32 with a byte order mark.
    on_error (Callable[[CorpusError], None]): Gets the error of a file that is no text, which says
        what it is and what to do.
    columns (Columns): There are none.
    YIELDS (TextDocument): The document, whose id is the file's name without its ending.
    RAISES (OSError): If the file can't be read.
    """
    try:
        with path.open("rb") as file:
            text = decode(read_whole(file, path), str(path), as_text=True)
    except CorpusError as error:
        on_error(error)
        return
    yield TextDocument(name_parts(path)[0], text, file=str(path))


def read_text_lines(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
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
        for number, line in numbered_lines(file, path, on_error=on_error):
            place = f"line {number}"
            content = line.rstrip(b"\r\n")
            try:
                text = content.decode("utf-8-sig" if number == 1 else "utf-8")
                if "\0" in text:
                    raise ValueError("it holds a zero byte")
            except ValueError as error:
                problem = f"not a line of UTF-8 text ({error})"
                on_error(CorpusError.at(Errors.DOCUMENT, path, place, problem=problem))
                continue
            if text.strip():
                yield TextDocument(f"{path.name}:{number}", text, file=str(path), place=place)


def _refuse_other_formats(head: bytes, path: Path) -> None:
    if kind := binary_type(head):
        raise CorpusError.at(Errors.BINARY_FILE, path, kind=kind, advice=ADVICE[kind])
    kind = markup_type(head.decode("utf-8-sig", errors="replace"))
    # What looks like a table may be lines of names.
    if kind in {"an HTML page", "XML", "JSON"}:
        problem = f"this looks like {kind}. {ADVICE[kind]}".rstrip(".")
        raise CorpusError.at(Errors.DOCUMENT, path, "line 1", problem=problem)


def _refuse_markup(path: Path, head: bytes) -> None:
    """See that a file which nobody said to be text is prose."""
    text = head.decode(encoding_of(head), errors="replace")
    refuse_markup(text, path, name=path.name, option="--from text")


TEXT = Format(
    "text",
    (".txt", ".md", ".text"),
    lambda head: True,
    read_text,
    is_fallback=True,
    refuse=_refuse_markup,
)
LINES = Format("lines", (), lambda head: False, read_text_lines)
