"""The command `serve`; what it starts is tested in tests/web."""

from __future__ import annotations

import pytest

import spacy_ddi.cli.serve as serve_module
from tests.cli.conftest import folded


def test_missing_package_is_named_with_the_way_to_install_it(run, monkeypatch):
    monkeypatch.setattr(serve_module, "NEEDED", ("no_such_package",))
    result = run("serve")
    assert result.exit_code == 1
    assert "DDI301" in result.stderr
    assert "pip install -c constraints.txt -e '.[web]'" in folded(result.stderr)


def test_missing_pipeline_is_named_before_anything_is_started(run):
    result = run("serve", "--pipeline", "no_such_pipeline")
    assert result.exit_code == 1
    assert "no_such_pipeline" in result.stderr


@pytest.mark.parametrize("option", ["--port=70000", "--workers=0", "--max-waiting=0"])
def test_numbers_that_make_no_sense_are_refused(run, option):
    assert run("serve", option).exit_code == 2
