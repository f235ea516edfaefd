"""Scripts: the files of `scripts/`, which are no package, and those that tests write."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"

IMPORT_LIGHTLY = """
from spacy_ddi.cli.light_imports import import_transformers
import_transformers()
"""
"""The first lines of a script that is run with a pipeline. spaCy imports transformers for any
pipeline: this leaves out what takes longest, also in processes that the script spawns."""


def load_script(name: str) -> dict[str, Any]:
    """What a script defines, with its folder on the path as when it is run.

    name (str): Its file, without the ending.
    RETURNS (Dict[str, Any]): Its globals.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(SCRIPTS)
        return runpy.run_path(str(SCRIPTS / f"{name}.py"))
