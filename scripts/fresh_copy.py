"""Copies of stored pipelines, without what an earlier copy left in their place."""

from __future__ import annotations

import shutil
from pathlib import Path


def copy_afresh(pipeline: Path, output: Path) -> None:
    """Copy a folder, and leave nothing there of what was made before.

    pipeline (Path): The folder with a pipeline.
    output (Path): Its copy. A pipeline that is there is deleted, anything else is not.
    RAISES (SystemExit): If the copy's folder has something else in it.
    """
    if output.exists() and any(output.iterdir()):
        if not (output / "config.cfg").exists() or output.resolve() == pipeline.resolve():
            raise SystemExit(f"{output} is not a copy of a pipeline: nothing was written to it.")
        shutil.rmtree(output)
    shutil.copytree(pipeline, output, dirs_exist_ok=True)
