"""What is odd in a corpus's files, but does not stop them from being read."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

N_SHOWN = 10
"""How many problems of a kind a warning lists."""


@dataclass(frozen=True)
class Problem:
    """One odd place.

    kind (str): A template of `Warnings`, by which problems are counted.
    path (Path): The file.
    line (int): The line, from 1.
    found (str): What was found there.
    """

    kind: str
    path: Path
    line: int
    found: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.found}"


OnProblem = Callable[[Problem], None]


class ProblemLog:
    """Collects problems, and warns of them once a kind, with their number."""

    def __init__(self) -> None:
        self._found: dict[str, list[Problem]] = {}

    def __call__(self, problem: Problem) -> None:
        """Take note of a problem.

        problem (Problem): The problem.
        """
        self._found.setdefault(problem.kind, []).append(problem)

    def warn(self) -> None:
        """Warn of all that was noted."""
        for kind, problems in self._found.items():
            listed = [str(problem) for problem in problems[:N_SHOWN]]
            if len(problems) > N_SHOWN:
                listed.append(f"and {len(problems) - N_SHOWN:,} more")
            message = kind.format(n_found=f"{len(problems):,}", problems="; ".join(listed))
            warnings.warn(message, stacklevel=3)
        self._found.clear()
