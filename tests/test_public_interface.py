"""What `from spacy_ddi import …` gives, and at what cost."""

from __future__ import annotations

import subprocess
import sys

import pytest

import spacy_ddi


@pytest.mark.parametrize("name", spacy_ddi.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(spacy_ddi, name).__name__ == name
    assert name in dir(spacy_ddi)


def test_other_names_are_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        spacy_ddi.nothing  # noqa: B018


def test_version() -> None:
    assert spacy_ddi.__version__.count(".") == 2


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, spacy_ddi; print({'spacy', 'torch', 'numpy'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
