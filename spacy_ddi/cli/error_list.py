"""What could not be read or annotated: said at once, kept beside the output, counted at the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

from spacy_ddi.cli.console import fail, say
from spacy_ddi.errors import DDIError


class ErrorList:
    """Errors that cost their own document or file only.

    output (Optional[Path]): What the command writes. `OUTPUT.errors.jsonl` beside it gets a line an
        error, at once. Without errors there is no such file. None for no file.
    """

    def __init__(self, output: Path | None = None) -> None:
        self.count = 0
        self._table = None if output is None else output.parent / f"{output.name}.errors.jsonl"
        self._file: IO[str] | None = None
        if self._table is not None:
            self._table.unlink(missing_ok=True)

    def __call__(self, error: DDIError) -> None:
        """Take an error.

        error (DDIError): The error.
        """
        from spacy_ddi.runs.shards import error_line

        self.add(error_line(error))

    def add(self, line: str) -> None:
        """Take an error that is a line of the table already.

        line (str): See `error_line`.
        """
        self.count += 1
        error = json.loads(line)
        say(f"[{error['code']}] {error['message']}", style="red")
        if self._table is not None:
            if self._file is None:
                self._table.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._table.open("w", encoding="utf-8")
            self._file.write(line + "\n")
            self._file.flush()

    def end(self) -> None:
        """End the command with exit code 1 if there were errors."""
        from spacy_ddi.formats.relation_records import count_of

        if self._file is not None:
            self._file.close()
        if self.count:
            where = "." if self._table is None else f": {self._table}"
            fail(f"{count_of(self.count, 'error')}{where}")
