"""Files, folders and patterns that a user names: which files they are, and of which format."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from glob import glob, has_magic
from pathlib import Path
from typing import Final, NamedTuple

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.compressed_files import (
    DAMAGED,
    HEAD,
    bare_name,
    companion_of,
    head_of,
    name_parts,
    open_bytes,
    problem_of,
)
from spacy_ddi.formats.content_types import ADVICE, PAGE, PAGE_ENDINGS, binary_type
from spacy_ddi.formats.format import (
    Format,
    OnError,
    format_named,
    formats,
    readable_named,
    readable_names,
)
from spacy_ddi.formats.text_document import TextDocument

OTHER_ENDINGS: Final = (".html", ".htm", ".pdf", ".docx", ".doc", ".rtf", ".xls", ".xlsx")
"""Of files that people have, and that can't be read."""

_JSON_HINT: Final = " Of other objects, name the value of the text: --from json --text-column NAME."

_WHITE_SPACE: Final = b"\xef\xbb\xbf \t\r\n\v\f"


class Input(NamedTuple):
    """A file to read.

    path (Path): The file.
    format (Format): Its format, which can be read.
    """

    path: Path
    format: Format


def find_inputs(
    names: Iterable[str],
    *,
    format_name: str | None = None,
    on_error: OnError,
    on_other: Callable[[Path], None] = lambda path: None,
    without: Collection[str] = (),
) -> Iterator[Input]:
    """The files that a user names.

    names (Iterable[str]): Files, folders (searched at any depth), and patterns with `*`.
    format_name (Optional[str]): The format of all of them; None to tell it by name and content. In
        a folder, files of unknown formats are passed over, and of a format with two files a
        document the second ones.
    on_error (Callable[[CorpusError], None]): Called with the error of a name that gives nothing.
    on_other (Callable[[Path], None]): Called with each file of a folder that is passed over.
    without (Collection[str]): Formats that errors don't offer.
    YIELDS (Input): Each file once, in the order of the names, those of a folder by their paths.
    RAISES (CorpusError): If there is no format of this name, or if it can't be read.
    """
    if format_name is not None:
        readable_named(format_name, without)
    readable = readable_names(without)
    seen: set[Path] = set()
    for name in names:
        found = 0
        for file, is_named in _files(name):
            path = _main_file(file) if is_named else file
            try:
                _require_there(file, is_named)
                if format_name is None or format_named(format_name).companion:
                    _require_first(file)
                if format_name:
                    format = _format_given(format_name, path, is_named)
                else:
                    format = format_of(path, without)
            except CorpusError as error:
                found += 1
                on_error(error)
                continue
            if format is None:
                if is_named:
                    found += 1
                    on_error(_unknown(path, readable))
                elif _main_file(path) == path:
                    on_other(path)
                continue
            found += 1
            if path.resolve() not in seen:
                seen.add(path.resolve())
                yield Input(path, format)
        if not found:
            message = Errors.INPUT_EMPTY if Path(name).is_dir() else Errors.INPUT_MISSING
            on_error(CorpusError.at(message, name, names=", ".join(readable)))


def missing_names(names: Iterable[str]) -> list[str]:
    """What of the names that a user gives is no file and no folder, and no pattern that fits one.

    names (Iterable[str]): The names.
    RETURNS (List[str]): Those that give nothing.
    """
    return [name for name in names if not os.path.isdir(name) and not any(_files(name))]


def format_of(path: Path, without: Collection[str] = ()) -> Format | None:
    """The format of a file that can be read, told by its name and then by its content.

    path (Path): The file.
    without (Collection[str]): As for `find_inputs`.
    RETURNS (Optional[Format]): None if no format has files of such a name.
    RAISES (CorpusError): If the content fits none that has, or is hardly what was meant.
    """
    name = bare_name(path)
    fitting = [each for each in formats().values() if each.read and _may_be(each, path)]
    if not fitting:
        return None
    head, is_damaged = head_of(path)
    closest_first = sorted(
        fitting,
        key=lambda each: (
            -max(len(end) for end in each.endings if name.endswith(end)),
            each.is_fallback,
            not each.companion,
        ),
    )
    recognized = next((each for each in closest_first if each.recognizes(head)), None)
    if recognized is None:
        if is_damaged or _is_empty(head):
            return closest_first[-1]  # What is wrong is said where the file is read.
        said = [each.name for each in fitting if each.name not in without]
        raise _unknown(path, said or readable_names(without))
    if recognized.refuse is not None:
        recognized.refuse(path, head)
    return recognized


def read_documents(
    names: Iterable[str],
    *,
    format_name: str | None = None,
    columns: Columns = FIRST_OF_THEM,
    on_error: OnError,
    on_other: Callable[[Path], None] = lambda path: None,
) -> Iterator[TextDocument]:
    """The documents of the files that a user names.

    names (Iterable[str]): As for `find_inputs`.
    format_name (Optional[str]): As for `find_inputs`.
    columns (Columns): Where tables have the text.
    on_error (Callable[[CorpusError], None]): Called with the error of each document, file or name
        that gives nothing; all others are read.
    on_other (Callable[[Path], None]): As for `find_inputs`.
    YIELDS (TextDocument): The documents.
    RAISES (CorpusError): If there is no format of this name, or if it can't be read.
    """
    found = find_inputs(names, format_name=format_name, on_error=on_error, on_other=on_other)
    for each in found:
        yield from read_input(each, columns=columns, on_error=on_error)


def read_input(
    each: Input, *, columns: Columns = FIRST_OF_THEM, on_error: OnError
) -> Iterator[TextDocument]:
    """The documents of a file.

    each (Input): The file.
    columns (Columns): Where tables have the text.
    on_error (Callable[[CorpusError], None]): Called with the error of each document that can't be
        read, and of the file if nothing more of it can.
    YIELDS (TextDocument): The documents.
    """
    assert each.format.read is not None
    last = ""

    def tell(error: CorpusError) -> None:
        nonlocal last
        last = error.place
        error.path = error.path or str(each.path)
        on_error(error)

    if not each.format.companion and _is_empty(*head_of(each.path)):
        tell(CorpusError.at(Errors.TEXT_EMPTY, each.path))
        return
    try:
        for document in each.format.read(each.path, on_error=tell, columns=columns):
            last = document.place
            yield replace(document, file=str(each.path))
    except CorpusError as error:
        tell(error)
    except DAMAGED as error:
        template, place = Errors.CORPUS_FILE, ""
        if last:
            template, place = Errors.REST_OF_FILE, f"after {last}"
        tell(CorpusError.at(template, each.path, place, problem=problem_of(error)))


def _is_empty(head: bytes, is_damaged: bool = False) -> bool:
    """Whether there is nothing but white space in a file that begins so."""
    return not is_damaged and len(head) < HEAD and not head.strip(_WHITE_SPACE)


def _require_there(file: Path, is_named: bool) -> None:
    """See that a file is no link to nothing, unless it is one of a folder that is passed over.

    RAISES (CorpusError): If it is.
    """
    read = [each for each in formats().values() if each.read]
    endings = {end for each in read for end in (*each.endings, each.companion) if end}
    if _is_dangling(file) and (is_named or bare_name(file).endswith(tuple(endings))):
        problem = f"it is a link to {os.readlink(file)}, which is not there"
        raise CorpusError.at(Errors.CORPUS_FILE, file, problem=problem)


def _require_first(file: Path) -> None:
    """See that the first of two files is there, too.

    RAISES (CorpusError): If a file is the second one, and the first is not beside it.
    """
    for each in formats().values():
        is_second = each.companion and bare_name(file).endswith(each.companion)
        if is_second and _main_file(file) == file:
            problem = f"there is no {name_parts(file)[0]}{each.endings[0]} beside it"
            raise CorpusError.at(Errors.DOCUMENT, file, problem=problem)


def _unknown(path: Path, names: Iterable[str]) -> CorpusError:
    with suppress(*DAMAGED), open_bytes(path) as file:
        if kind := binary_type(file.read(HEAD)):
            return CorpusError.at(Errors.BINARY_FILE, path, kind=kind, advice=ADVICE[kind])
    if bare_name(path).endswith(PAGE_ENDINGS):
        found = {"kind": PAGE, "advice": ADVICE[PAGE], "option": "--from text"}
        return CorpusError.at(Errors.NO_PLAIN_TEXT, path, **found)
    hint = _JSON_HINT if bare_name(path).endswith(".json") else ""
    return CorpusError.at(Errors.FORMAT_UNKNOWN, path, names=", ".join(names), hint=hint)


def _format_given(name: str, path: Path, is_named: bool) -> Format | None:
    """The format that the user gave, for a file of it."""
    format = format_named(name)
    return format if is_named or not format.companion or _may_be(format, path) else None


def _main_file(path: Path) -> Path:
    """The file that one is read with, where it is the second of two; else itself."""
    for format in formats().values():
        if format.companion and bare_name(path).endswith(format.companion):
            return companion_of(path, format.endings[0]) or path
    return path


def _may_be(format: Format, path: Path) -> bool:
    """Whether a file is of a format by its name and by what is beside it."""
    if not bare_name(path).endswith(format.endings):
        return False
    return not format.companion or companion_of(path, format.companion) is not None


def _files(name: str) -> Iterator[tuple[Path, bool]]:
    """The files of a name, and whether it names each by itself (and not the folder it is in)."""
    path = Path(name)
    if os.path.isdir(name):  # unlike that of a Path it takes what is too long for a name
        inside = sorted(each for each in path.rglob("*") if each.is_file() or _is_dangling(each))
        yield from ((each, False) for each in inside if not _is_hidden(each, path))
    elif os.path.lexists(name):
        yield path, True
    elif has_magic(name):
        for fitting in sorted(glob(name, recursive=True)):
            if Path(fitting).is_file() or _is_dangling(Path(fitting)):
                yield Path(fitting), True


def _is_dangling(path: Path) -> bool:
    """Whether it is a link to what is not there."""
    return path.is_symlink() and not path.exists()


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
