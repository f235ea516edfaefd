"""spaCy projects that the benchmarks write, one for each thing that is trained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


def run_project(folder: Path, workflow: str) -> int:
    """Run what changed in a project, with one thread and a log.

    folder (Path): Its folder, which gets `run.log`.
    workflow (str): Name of the workflow.
    RETURNS (int): The exit code.
    """
    with (folder / "run.log").open("w", encoding="utf8") as log:
        return subprocess.call(
            [sys.executable, "-m", "weasel", "run", workflow, str(folder)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        )
