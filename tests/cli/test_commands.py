"""What holds for several commands."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command

from spacy_ddi.cli import app

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


@pytest.mark.parametrize("command", ["evaluate", "count-candidates"])
@pytest.mark.parametrize(("folder", "code"), [("", "DDI102"), ("nowhere", "DDI101")])
def test_folder_without_corpus_is_named(run, pipeline, tmp_path, command, folder, code):
    (tmp_path / "notes.txt").write_text("no corpus", encoding="utf8")
    path = tmp_path / folder
    arguments = {"evaluate": [pipeline, path], "count-candidates": [path]}
    result = run(command, *arguments[command])
    assert result.exit_code == 1
    assert code in result.stderr
    assert str(path) in result.stderr


@pytest.mark.parametrize("command", ["evaluate", "convert", "count-candidates"])
def test_unknown_document_in_the_list_is_named(run, pipeline, corpus, tmp_path, command):
    listed = tmp_path / "ids.txt"
    listed.write_text("D0\nD7\n", encoding="utf8")
    arguments = {
        "evaluate": [pipeline, corpus],
        "convert": [corpus, tmp_path / "gold.spacy"],
        "count-candidates": [corpus],
    }
    result = run(command, *arguments[command], "--documents", listed)
    assert result.exit_code == 1
    assert "DDI106" in result.stderr
    assert "'D7'" in result.stderr


def test_malformed_file_is_named_by_commands_that_need_all(run, pipeline, broken_corpus):
    for arguments in (["evaluate", pipeline], ["count-candidates"]):
        result = run(*arguments, broken_corpus)
        assert result.exit_code == 1
        assert "D1.xml, line 2:" in result.stderr


COMMANDS = (
    "extract",
    "serve",
    "evaluate",
    "convert",
    "candidates",
    "calibrate",
    "soft-labels",
    "compress",
    "count-candidates",
)


def test_help_names_the_commands_in_whole_lines(run):
    result = run("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(f"  {command} ")]
        assert line.endswith(".")
        assert not line.endswith("...")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_help_text(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    for param in get_command(app).commands[command].params:
        assert param.help, param.name


def test_help_imports_nothing_heavy():
    script = (
        "import sys\n"
        "from spacy_ddi.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print({'numpy', 'spacy', 'thinc', 'torch', 'transformers', 'lxml'} & set(sys.modules))\n"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script, "extract", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "--n-process" in printed
    assert printed.endswith("set()\n")
