"""What `extract` is given: a text, standard input, or files."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from glob import has_magic, iglob
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from spacy_ddi.cli.console import STANDARD_INPUT, Command
from spacy_ddi.errors import DDIError, Errors

if TYPE_CHECKING:
    from spacy_ddi.formats.columns import Columns
    from spacy_ddi.formats.format import OnError
    from spacy_ddi.formats.text_document import TextDocument

_OPTION = re.compile(r"-[A-Za-z][\w-]*|--[A-Za-z][\w-]*(?:=.*)?", re.DOTALL)


class ExtractCommand(Command):
    """A command whose argument may begin with a dash, as a bullet does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options, texts = self._split(args)
        return super().parse_args(ctx, [*options, "--", *texts])

    def _split(self, args: Sequence[str]) -> tuple[list[str], list[str]]:
        """Options with their values, and texts: what is no option, and all after '--'."""
        takes_value = {name for param in self.params if not _is_flag(param) for name in param.opts}
        options: list[str] = []
        texts: list[str] = []
        remaining = iter(args)
        for arg in remaining:
            if arg == "--":
                texts.extend(remaining)
            elif _OPTION.fullmatch(arg):
                options.append(arg)
                if arg in takes_value:
                    options.extend(_next_of(remaining))
            else:
                texts.append(arg)
        return options, texts


class Given(NamedTuple):
    """The arguments, by what they are; there are names or texts, not both.

    names (List[str]): Files, folders, patterns.
    texts (List[str]): Texts, or "-" for standard input.
    """

    names: list[str]
    texts: list[str]


def sort_arguments(arguments: Sequence[str], *, as_text: bool = False) -> Given:
    """Tell files from texts: if one of the arguments names a file that is there, a folder, or a
    pattern that fits a file, all of them are meant as names.

    arguments (Sequence[str]): The arguments.
    as_text (bool): Whether they are texts, whatever they look like.
    RETURNS (Given): Names or texts.
    RAISES (DDIError): If they would be texts, and one looks like the name of a file.
    """
    if as_text:
        return Given([], list(arguments))
    if any(_names_files(argument) for argument in arguments):
        return Given(list(arguments), [])
    for argument in arguments:
        if _looks_like_file(argument):
            raise DDIError(Errors.TEXT_LIKE_FILE.format(path=argument))
    return Given([], list(arguments))


def read_given(
    given: Given,
    files: Sequence[Path],
    *,
    as_text: bool,
    format_name: str | None,
    columns: Columns,
    on_error: OnError,
    on_other: Callable[[Path], None],
) -> Iterator[TextDocument]:
    """The documents of what was given.

    given (Given): The arguments.
    files (Sequence[Path]): Those given by --file.
    as_text (bool): As for `read_text`.
    format_name, columns: As for `read_documents`.
    on_error (Callable[[CorpusError], None]): Gets the errors of files and their documents.
    on_other (Callable[[Path], None]): Gets the files of folders that are passed over.
    RETURNS (Iterator[TextDocument]): The documents; a text is one from no file.
    RAISES (DDIError): If there are neither names nor one text.
    """
    from spacy_ddi.formats.compressed_files import name_parts
    from spacy_ddi.formats.inputs import read_documents
    from spacy_ddi.formats.text_document import TextDocument

    if given.names and not files:
        return read_documents(
            given.names,
            format_name=format_name,
            columns=columns,
            on_error=on_error,
            on_other=on_other,
        )
    text = read_text([*given.names, *given.texts], files, as_text=as_text)
    id_, file = (name_parts(files[0])[0], str(files[0])) if files else ("text", "")
    return iter([TextDocument(id_, text, file=file)])


def read_text(texts: Sequence[str], files: Sequence[Path], *, as_text: bool = False) -> str:
    """The one text that was given.

    texts (Sequence[str]): The text, or "-" for standard input.
    files (Sequence[Path]): The file that holds it.
    as_text (bool): Whether to read markup and data as prose.
    RETURNS (str): The text.
    RAISES (DDIError): If there is not one text, or if it is no plain text.
    """
    from spacy_ddi.formats.bounded import read_whole
    from spacy_ddi.formats.plain_text import decode
    from spacy_ddi.formats.relation_records import count_of

    if len(texts) + len(files) != 1:
        found = f"{count_of(len(texts), 'text')} and {count_of(len(files), 'file')}"
        raise DDIError(Errors.ONE_TEXT.format(found=found))
    if files:
        source = str(files[0])
        with files[0].open("rb") as file:
            content = read_whole(file, source)
    elif texts[0] == STANDARD_INPUT:
        source = "standard input"
        content = read_whole(sys.stdin.buffer, source)
    else:
        content, source = texts[0].encode("utf8", "surrogateescape"), "the text"
    return decode(content, source, as_text=as_text)


def _is_flag(param: Any) -> bool:
    return bool(getattr(param, "is_flag", False))


def _next_of(remaining: Iterator[str]) -> list[str]:
    return [value for value in [next(remaining, None)] if value is not None]


def _names_files(argument: str) -> bool:
    if argument in ("", STANDARD_INPUT):
        return False
    try:
        return Path(argument).exists() or (
            has_magic(argument) and next(iglob(argument, recursive=True), None) is not None
        )
    except (OSError, ValueError, re.error):  # too long for a name, a zero byte, no pattern
        return False


def _looks_like_file(argument: str) -> bool:
    """Whether an argument is one word with the ending of a file, or a pattern, or a folder."""
    if len(argument.split()) != 1 or argument == STANDARD_INPUT:
        return False
    from spacy_ddi.formats.compressed_files import COMPRESSED
    from spacy_ddi.formats.format import formats
    from spacy_ddi.formats.inputs import OTHER_ENDINGS

    endings = {ending for each in formats().values() for ending in each.endings}
    known = (*endings, *COMPRESSED, *OTHER_ENDINGS, "/")
    return "*" in argument or argument.lower().endswith(known)
