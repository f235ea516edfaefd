"""Pipelines that are there, that are not, and that are broken."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from spacy_ddi.cli.loading import load_pipeline
from spacy_ddi.component import lookup as pipes
from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], []),
        (["--precision", "float32"], ["float32"]),
        (["--precision", "bfloat16"], ["bfloat16"]),
    ],
)
def test_the_encoder_computes_in_the_precision_asked_for(
    run, pipeline, monkeypatch, options, expected
):
    asked = []
    monkeypatch.setattr(pipes, "set_precision", lambda nlp, precision: asked.append(precision))
    run("extract", KNOWN, "--pipeline", pipeline, *options)
    assert asked == expected


def test_a_precision_that_can_not_be_set_is_told(run, pipeline):
    result = run("extract", KNOWN, "--pipeline", pipeline, "--precision", "bfloat16")
    assert result.exit_code == 1
    assert "DDI022" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["extract", KNOWN, "--pipeline"], ["evaluate"]], ids=["extract", "evaluate"]
)
@pytest.mark.parametrize("name", ["no_such_pipeline", "./no/such/folder", ""])
def test_missing_pipeline_is_named(run, corpus, arguments, name):
    last = [corpus] if arguments[0] == "evaluate" else []
    result = run(*arguments, name, *last)
    assert result.exit_code == 1
    assert f"No pipeline {name!r}" in result.stderr


def test_folder_that_is_no_pipeline_is_named(run, corpus):
    result = run("extract", KNOWN, "--pipeline", corpus)
    assert result.exit_code == 1
    assert str(corpus) in result.stderr


@pytest.fixture
def store(tmp_path: Path) -> Callable[[Language], str]:
    def to_disk(nlp: Language) -> str:
        nlp.to_disk(tmp_path / "other")
        return str(tmp_path / "other")

    return to_disk


@pytest.mark.parametrize("components", [["sentencizer"], []])
def test_pipeline_without_the_component_says_what_it_has(run, store, components):
    nlp = spacy.blank("en")
    for name in components:
        nlp.add_pipe(name)
    result = run("extract", KNOWN, "--pipeline", store(nlp))
    assert result.exit_code == 1
    assert "has no ddi_relation component" in result.stderr
    assert f"only {', '.join(components) or 'nothing'}." in folded(result.stderr)


def test_pipeline_without_the_parser_it_needs_says_so(run, pipeline, tmp_path):
    other = shutil.copytree(pipeline, tmp_path / "other")
    config = (other / "config.cfg").read_text("utf8")
    strict = config.replace('missing_parse = "chain"', 'missing_parse = "error"')
    (other / "config.cfg").write_text(strict, encoding="utf8")
    result = run("extract", KNOWN, "--pipeline", other)
    assert result.exit_code == 1
    assert "[DDI001]" in result.stderr


@pytest.mark.parametrize("package", ["numpy", "spacy_ddi"])
def test_package_that_is_no_pipeline_is_named(run, package):
    result = run("extract", KNOWN, "--pipeline", package)
    assert result.exit_code == 1
    assert f"[DDI057] Pipeline '{package}' is there" in result.stderr
    assert "no spaCy pipeline" in result.stderr
    assert "Traceback" not in result.stderr


def requiring(pipeline: str, folder: Path, *requirements: str) -> Path:
    """A copy of a pipeline that asks for these packages."""
    other = Path(shutil.copytree(pipeline, folder))
    meta = json.loads((other / "meta.json").read_text("utf8"))
    meta["requirements"] = requirements
    (other / "meta.json").write_text(json.dumps(meta), encoding="utf8")
    return other


def breaking(pipeline: Path, setting: str) -> None:
    """Put a setting that nobody knows into the config of the relation component."""
    config = (pipeline / "config.cfg").read_text("utf8")
    section = "[components.ddi_relation]\n"
    (pipeline / "config.cfg").write_text(
        config.replace(section, f"{section}{setting}\n"), encoding="utf8"
    )


def test_a_broken_pipeline_is_told_from_one_that_is_not_there(run, pipeline, tmp_path):
    broken = requiring(pipeline, tmp_path / "broken", "spacy-ddi>=0.0.1")
    breaking(broken, "of_another_version = 1")
    result = run("extract", KNOWN, "--pipeline", broken)
    assert result.exit_code == 1
    assert f"[DDI057] Pipeline '{broken}' is there, but can't be loaded" in result.stderr
    assert "of_another_version" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_pipeline_of_another_version_says_what_it_needs(run, pipeline, tmp_path):
    wanted = ["spacy-ddi>=99", "no-such-package>=1", "spacy>=3", 'spacy<1; python_version < "3"']
    other = requiring(pipeline, tmp_path / "other", *wanted)
    breaking(other, "of_another_version = 1")
    result = run("extract", KNOWN, "--pipeline", other)
    assert result.exit_code == 1
    assert "[DDI058]" in result.stderr
    expected = f"spacy-ddi>=99 ({version('spacy-ddi')} is installed), no-such-package>=1 (not"
    assert expected in result.stderr
    assert "of_another_version" in result.stderr


def test_a_pipeline_of_another_version_that_loads_is_used_with_a_warning(run, pipeline, tmp_path):
    other = requiring(pipeline, tmp_path / "other", "spacy-ddi>=99")
    result = run("extract", KNOWN, "--pipeline", other)
    assert result.exit_code == 0
    assert "[DDI956]" in result.stderr
    assert "DDI956" not in run("extract", KNOWN, "--pipeline", pipeline).stderr


def test_a_bug_in_a_pipeline_shows_its_trace(run, pipeline, monkeypatch):
    def load(name):
        raise KeyError("cfg")

    monkeypatch.setattr(spacy, "load", load)
    result = run("extract", KNOWN, "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "[DDI057]" in result.stderr
    assert "KeyError: 'cfg'" in result.stderr


def test_a_wheel_is_to_be_installed_first(run, tmp_path):
    (tmp_path / "en_x-1-py3-none-any.whl").write_bytes(b"PK")
    result = run("extract", KNOWN, "--pipeline", tmp_path / "en_x-1-py3-none-any.whl")
    assert result.exit_code == 1
    assert "pip install" in result.stderr


def test_a_package_may_be_named_as_pip_names_it():
    pytest.importorskip("en_ddi_minilm")
    assert load_pipeline("en-ddi-minilm").meta["name"] == "ddi_minilm"
