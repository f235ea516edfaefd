"""What the commands have in common: messages, progress, and how each command ends."""

from __future__ import annotations

import errno
import os
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import track
from typer.core import TyperCommand

from spacy_ddi.errors import CorpusError, DDIError, Errors
from spacy_ddi.whole_files import written_whole

Item = TypeVar("Item")

STANDARD_INPUT = "-"

STOPPED = 130
"""Exit code after Ctrl-C, as in a shell."""

PIPE_CLOSED = 141
"""Exit code where the reader of the output went away, as in a shell."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Command(TyperCommand):
    """A command whose errors are one message where the user can fix them. Whatever else is raised
    is a bug, and shows its trace."""

    def invoke(self, ctx: Any) -> Any:
        try:
            with _warnings_said():
                result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except DDIError as error:
            fail(str(error))
        except BrokenPipeError:
            # Python writes what is left at exit, and would complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(PIPE_CLOSED) from None
        except OSError as error:
            if not _is_about(error, ctx.params.values()):
                raise
            fail(str(error))
        except KeyboardInterrupt as stop:
            say(" ".join(["Stopped.", *map(str, stop.args)]))
            raise typer.Exit(STOPPED) from None


def say(message: str, style: str | None = None) -> None:
    """Print a message to standard error.

    message (str): The message.
    style (Optional[str]): Its colour.
    """
    Console(stderr=True).print(message, style=style, highlight=False, markup=False, soft_wrap=True)


def fail(message: str) -> NoReturn:
    """Print an error and end the command with exit code 1.

    message (str): The error.
    """
    say(message, style="red")
    raise typer.Exit(1)


def progress(items: Iterable[Item], of: Sized | None, description: str) -> Iterable[Item]:
    """Items, with a bar on standard error while they come, if that is a terminal.

    items (Iterable[Item]): The items.
    of (Optional[Sized]): Has as many; None if nobody knows how many there are.
    description (str): What is being done.
    RETURNS (Iterable[Item]): The same items.
    """
    console = Console(stderr=True)
    hidden = not console.is_terminal
    total = None if of is None else len(of)
    return track(items, description, total=total, console=console, transient=True, disable=hidden)


def write_text(path: Path, content: str) -> None:
    """Write a file, and make its folder; see `written_whole`.

    path (Path): The file.
    content (str): Its text.
    """
    with written_whole(path) as aside:
        aside.write_text(content, encoding="utf8")


def require_writable(*paths: Path | None) -> None:
    """See that files can be written, before long work whose result would be lost.

    paths (Optional[Path]): The files, or folders to make; None for those not asked for.
    RAISES (DDIError): If one can't be written.
    """
    for path in paths:
        if path is None:
            continue
        require_name(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DDIError(Errors.NOT_WRITABLE.format(path=path, problem=error.strerror)) from error
        needed = [path] if path.exists() else []
        if path.is_file() or not path.exists():
            needed.append(path.parent)  # it is written beside, and renamed
        if not all(os.access(each, os.W_OK) for each in needed):
            raise DDIError(Errors.NOT_WRITABLE.format(path=path, problem="permission denied"))


def require_name(path: Path) -> None:
    """See that a file to write has a name that is not that of standard input.

    path (Path): The file.
    RAISES (DDIError): If it is called "-".
    """
    if str(path) == STANDARD_INPUT:
        raise DDIError(Errors.OUTPUT_DASH)


def require_ending(path: Path | None, what: str, *endings: str) -> None:
    """See that the name of a file says nothing else than what is written there.

    path (Optional[Path]): The file; None for one not asked for.
    what (str): What is written.
    endings (str): How its name may end.
    RAISES (DDIError): If it ends otherwise.
    """
    if path is None:
        return
    require_name(path)
    if path.suffix and path.suffix.lower() not in endings:
        found = {"what": what, "endings": " or ".join(endings)}
        raise CorpusError.at(Errors.OTHER_ENDING, path, **found)


@contextmanager
def silent_workers() -> Iterator[None]:
    """A block whose forked processes end silently after Ctrl-C: one message, not one each."""
    parent = os.getpid()

    def stop(signum: int, frame: object) -> None:
        if os.getpid() != parent:
            os._exit(0)  # of another code spaCy would warn
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def tell_of_others(paths: Sequence[Path]) -> None:
    """Say which files of folders were passed over, if any were.

    paths (Sequence[Path]): The files.
    """
    from spacy_ddi.formats.relation_records import count_of

    if paths:
        kinds = Counter(path.suffix.lower() or "without ending" for path in paths).most_common(5)
        shown = ", ".join(f"{kind} {number:,}" for kind, number in kinds)
        verb = "was" if len(paths) == 1 else "were"
        say(f"{count_of(len(paths), 'file')} of other kinds {verb} passed over ({shown}).")


class FilesLeftOut:
    """Files that can't be read: each is named at once, and the exit code tells that there were
    some. The others are read all the same."""

    def __init__(self) -> None:
        self.errors: list[DDIError] = []

    def __call__(self, error: DDIError) -> None:
        self.errors.append(error)
        say(str(error), style="red")

    def exit_if_any(self) -> None:
        """End the command with exit code 1 if files were left out."""
        from spacy_ddi.formats.relation_records import count_of

        if self.errors:
            fail(f"{count_of(len(self.errors), 'file')} left out.")


@contextmanager
def _warnings_said() -> Iterator[None]:
    """A block in which warnings of this project are messages like others, without the place in the
    code that gives them."""
    others = warnings.showwarning

    def show(message: Warning | str, *where: Any, **more: Any) -> None:
        if str(message).startswith("[DDI"):
            say(str(message), style="yellow")
        else:
            others(message, *where, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = others


def _is_about(error: OSError, params: Iterable[Any]) -> bool:
    """Whether an error is about a file that the user named, or what is in or around it, or a full
    disk."""
    if error.errno in _FULL:
        return True
    if not isinstance(error.filename, str | os.PathLike):
        return False
    found = Path(error.filename).absolute()
    return any(
        found == named or named in found.parents or found in named.parents
        for named in _paths_in(params)
    )


def _paths_in(params: Iterable[Any]) -> Sequence[Path]:
    values = [
        value for param in params for value in (param if isinstance(param, list) else [param])
    ]
    return [Path(value).absolute() for value in values if isinstance(value, str | Path)]
