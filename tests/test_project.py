"""The workflows of project.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from weasel.util.config import load_project_config

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return load_project_config(ROOT, overrides={"vars.corpus": "CORPUS", "vars.text": "TEXT"})


def test_commands_depend_on_files_one_by_one(project: dict[str, Any]) -> None:
    """Variables side by side are joined by the library that fills them in."""
    for command in project["commands"]:
        assert command["deps"]
        assert command.get("outputs") or command.get("outputs_no_cache")
        for path in [*command["deps"], *command.get("outputs", [])]:
            assert "," not in path
            assert "$" not in path


def test_what_a_command_needs_is_there_or_made_before(project: dict[str, Any]) -> None:
    commands = {command["name"]: command for command in project["commands"]}
    for steps in project["workflows"].values():
        made = {"CORPUS", "TEXT"}
        for step in steps:
            for path in commands[step]["deps"]:
                assert path in made or (ROOT / path).exists(), f"{step} needs {path}"
            made.update(commands[step].get("outputs", []))


def test_train_takes_the_corpus_folder(project: dict[str, Any]) -> None:
    assert project["workflows"]["train"] == ["corpus", "encoder", "train-relations"]
    (corpus,) = [command for command in project["commands"] if command["name"] == "corpus"]
    assert corpus["deps"][0] == "CORPUS"
    assert all(" CORPUS " in line for line in corpus["script"])
