"""Fixtures that several rooms need."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_DEFAULT_CORPUS = Path(__file__).parents[2] / "shared" / "ddi2013"


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    """The real corpus: `$DDI_CORPUS`, or `../shared/ddi2013`; the test is skipped without it."""
    folder = Path(os.environ.get("DDI_CORPUS", _DEFAULT_CORPUS))
    if not (folder / "Train").is_dir():
        pytest.skip(f"no DDI corpus in {folder} (set DDI_CORPUS to its folder)")
    return folder
