"""The text of `extract`: an argument, a file, or standard input."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spacy_ddi.cli.console import Command
from spacy_ddi.errors import DDIError, Errors

STANDARD_INPUT = "-"

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


def read_text(texts: Sequence[str], files: Sequence[Path], *, as_text: bool = False) -> str:
    """The one text that was given.

    texts (Sequence[str]): The text, or "-" for standard input.
    files (Sequence[Path]): The file that holds it.
    as_text (bool): Whether to read markup and data as prose.
    RETURNS (str): The text.
    RAISES (DDIError): If there is not one text, or if it is no plain text.
    """
    from spacy_ddi.formats.plain_text import decode
    from spacy_ddi.formats.relation_records import count_of

    if len(texts) + len(files) != 1:
        found = f"{count_of(len(texts), 'text')} and {count_of(len(files), 'file')}"
        raise DDIError(Errors.ONE_TEXT.format(found=found))
    if files:
        content, source = files[0].read_bytes(), str(files[0])
    elif texts[0] == STANDARD_INPUT:
        content, source = sys.stdin.buffer.read(), "standard input"
    elif _is_file(texts[0]):
        raise DDIError(Errors.TEXT_IS_FILE.format(path=texts[0]))
    else:
        content, source = texts[0].encode("utf8", "surrogateescape"), "the text"
    return decode(content, source, as_text=as_text)


def _is_flag(param: Any) -> bool:
    return bool(getattr(param, "is_flag", False))


def _next_of(remaining: Iterator[str]) -> list[str]:
    return [value for value in [next(remaining, None)] if value is not None]


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or a zero byte
        return False
