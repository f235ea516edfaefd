"""What a format is, and which formats there are: those of this package and of others.

A format is an entry point of the group `spacy_ddi_formats`: a `Format` under its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.text_document import TextDocument

if TYPE_CHECKING:
    from spacy_ddi.formats.html_page import PagePart

GROUP = "spacy_ddi_formats"

OnError = Callable[[CorpusError], None]


def raise_error(error: CorpusError) -> None:
    """What readers do with the error of a document, unless they are told otherwise.

    error (CorpusError): The error.
    RAISES (CorpusError): It.
    """
    raise error


class Reader(Protocol):
    """Reads the documents of a file, one after another."""

    def __call__(
        self, path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
    ) -> Iterator[TextDocument]:
        """Read a file.

        path (Path): The file, which may be compressed.
        columns (Columns): Where text and id are, for formats that have columns.
        on_error (Callable[[CorpusError], None]): Called with the error of a document that can't be
            read; the others are still read. Without it, the first such error is raised.
        YIELDS (TextDocument): The documents.
        RAISES (CorpusError): If nothing of the file, or nothing more, can be read.
        RAISES (OSError, EOFError, LZMAError, zlib.error): If the file is not there, or cut off.
        """
        ...


class Writer(Protocol):
    """Writes documents."""

    def __call__(self, documents: Iterable[TextDocument], path: Path) -> None:
        """Write a file, or a folder where the format has a file a document.

        documents (Iterable[TextDocument]): The documents; they are taken one by one.
        path (Path): What to write; its folder is made.
        """
        ...


@dataclass(frozen=True)
class Format:
    """A format of files.

    name (str): What it is called on the command line.
    endings (Tuple[str, ...]): How names of its files end, in small letters, without `.gz` and the
        like.
    recognizes (Callable[[bytes], bool]): Whether a file may be of this format, by its first
        `HEAD` bytes. Formats that share an ending are asked one after another.
    read (Optional[Reader]): None for a format that is only written.
    write (Optional[Writer]): None for one that is only read.
    write_rows (Optional[Callable]): Writes interactions, a row each, by the columns of `COLUMNS` of
        `row_files`. `extract` takes it rather than `write`.
    write_page (Optional[Callable]): Writes what `page_part` of `html_page` gives of each passage.
    companion (str): How the name of a second file ends, without which a file is not of this format:
        `.ann` where annotations stand beside a text. It is read with the first.
    is_fallback (bool): Whether formats that share an ending are asked first, since a file of
        theirs could be read as this one, too.
    has_versions (bool): Whether an identifier is that of the same document in any file, as a PMID
        is: of several files that have it, the last one has its latest version.
    refuse (Optional[Callable[[Path, bytes], None]]): Raises a `CorpusError` for a file that could
        be read, but hardly is what was meant. It is told the file and its first `HEAD` bytes, and
        not asked where the user names the format.
    writes_folder (bool): Whether a folder is written, with a file a document.
    in_sentences (bool): Whether its documents are made of sentences, so that a pipeline's are
        wanted as the sections of what is written.
    """

    name: str
    endings: tuple[str, ...]
    recognizes: Callable[[bytes], bool]
    read: Reader | None = None
    write: Writer | None = None
    write_rows: Callable[[Iterable[Mapping[str, Any]], Path], None] | None = None
    write_page: Callable[[Iterable[PagePart], Path], None] | None = None
    companion: str = ""
    is_fallback: bool = False
    has_versions: bool = False
    refuse: Callable[[Path, bytes], None] | None = None
    writes_folder: bool = False
    in_sentences: bool = False


@cache
def formats() -> dict[str, Format]:
    """The formats that are installed.

    RETURNS (Dict[str, Format]): By their names, in alphabetical order.
    """
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    return {name: found[name].load() for name in sorted(found)}


def format_named(name: str) -> Format:
    """A format by its name.

    name (str): The name.
    RETURNS (Format): The format.
    RAISES (CorpusError): If there is none.
    """
    if name not in formats():
        raise _no_name(name, "read or written", formats())
    return formats()[name]


def readable_named(name: str, without: Iterable[str] = ()) -> Format:
    """A format that can be read, by its name.

    name (str): The name.
    without (Iterable[str]): Those that are not named to who gives another.
    RETURNS (Format): The format.
    RAISES (CorpusError): If there is none, or if it is only written.
    """
    if name in formats() and formats()[name].read:
        return formats()[name]
    raise _no_name(name, "read", readable_names(without))


def readable_names(without: Iterable[str] = ()) -> list[str]:
    """Names of the formats that can be read.

    without (Iterable[str]): Those that are left out.
    RETURNS (List[str]): In alphabetical order.
    """
    return [name for name, each in formats().items() if each.read and name not in without]


def _no_name(name: str, done: str, names: Iterable[str]) -> CorpusError:
    template = Errors.FORMAT_ONE_WAY if name in formats() else Errors.FORMAT_NO_NAME
    return CorpusError(template.format(name=name, done=done, names=", ".join(names)))


def reader_named(name: str) -> Reader:
    """The reader of a format.

    name (str): The format's name.
    RETURNS (Reader): The reader.
    RAISES (CorpusError): If there is no such format, or if it is only written.
    """
    reader = readable_named(name).read
    assert reader is not None
    return reader


def writer_named(name: str) -> Writer:
    """The writer of a format.

    name (str): The format's name.
    RETURNS (Writer): The writer.
    RAISES (CorpusError): If there is no such format, or if it is only read.
    """
    format = formats().get(name)
    if format is None or format.write is None:
        names = [each.name for each in formats().values() if each.write]
        raise _no_name(name, "written", names)
    return format.write
