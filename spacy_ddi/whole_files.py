"""Files that are there whole or not at all: what is written gets its name when it is done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A block that writes a file or a folder under another name beside it. If it ends well, what
    was written gets its name; else it is removed, and what was there before stays.

    path (Path): The file, or a folder that is empty or not there. What is no plain file, such as
        `/dev/stdout`, is written directly.
    YIELDS (Path): The other name, with the same ending.
    RAISES (OSError): If it can't be written.
    """
    path = Path(os.path.realpath(path))  # a link stays one
    if path.exists() and not path.is_file() and not path.is_dir():
        yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.stem}.{token_hex(8)}{path.suffix}")
    try:
        yield aside
        _rename(aside, path)
    except OSError as error:
        if error.filename in (str(aside), aside):
            error.filename = str(path)
        raise
    finally:
        if aside.is_dir():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.unlink(missing_ok=True)


def _rename(aside: Path, path: Path) -> None:
    if aside.is_dir():
        if path.is_dir():
            path.rmdir()
    else:
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        if path.is_file():
            shutil.copymode(path, aside)
    aside.replace(path)
