"""Which documents were under way when a process died: noted on the disk, where it outlives one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

BEGUN: Final = "begun"

DEADLY: Final = 2
"""How often a process must have died over a document alone. Once, something else may end it."""


class Trial:
    """The tries of a chunk. A try that was begun and not ended was the end of its process.

    path (Path): The file that they are noted in: a line a try, then one for each document that was
        begun alone. It is not there before the first try, nor after one that ended.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tries: list[list[int]] = []

    def begin(self) -> int:
        """Note that a try begins.

        RETURNS (int): How many processes died in those before.
        """
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                if line == BEGUN:
                    self._tries.append([])
                else:
                    self._tries[-1].append(int(line))
        self._write(BEGUN)
        return self.deaths

    @property
    def deaths(self) -> int:
        """How many processes died."""
        return len(self._tries)

    def deadly(self) -> set[int]:
        """Numbers of the documents that end their process.

        RETURNS (Set[int]): Those that were under way alone at `DEADLY` deaths.
        """
        counted = Counter(each[-1] for each in self._tries if each)
        return {number for number, times in counted.items() if times >= DEADLY}

    def died_without(self, first: int) -> bool:
        """Whether a process died with no document under way.

        first (int): The first try that takes documents one by one.
        RETURNS (bool): Whether one did, in this try or later.
        """
        return any(not each for each in self._tries[first:])

    def note(self, number: int) -> None:
        """Note that a document is begun alone.

        number (int): Which of the chunk.
        """
        self._write(str(number))

    def end(self) -> None:
        """Forget the tries."""
        self._path.unlink(missing_ok=True)

    def _write(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
