"""The files of `scripts/`, which are no package, for tests that call what is in them."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


def load_script(name: str) -> dict[str, Any]:
    """What a script defines, with its folder on the path as when it is run.

    name (str): Its file, without the ending.
    RETURNS (Dict[str, Any]): Its globals.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(SCRIPTS)
        return runpy.run_path(str(SCRIPTS / f"{name}.py"))
