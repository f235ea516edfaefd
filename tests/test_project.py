"""The workflows of project.yml."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy import registry
from spacy.language import DEFAULT_CONFIG
from spacy.schemas import ConfigSchemaTraining
from spacy.util import dict_to_dot, load_config, load_model_from_config
from weasel.util.config import load_project_config

from spacy_ddi.training.configs import merge_configs
from tests.loaded_scripts import load_script

ROOT = Path(__file__).parents[1]
GIVEN = {
    "vars.corpus": "CORPUS",
    "vars.text": "TEXT",
    "vars.pieces_text": "MORE_TEXT",
    "vars.annotated": "ANNOTATED",
    "vars.treebank_train": "TREEBANK",
    "vars.treebank_dev": "TREEBANK_DEV",
}
"""What comes from outside."""


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return load_project_config(ROOT, overrides=GIVEN)


def test_commands_depend_on_files_one_by_one(project: dict[str, Any]) -> None:
    """Variables side by side are joined by the library that fills them in."""
    for command in project["commands"]:
        assert command["deps"]
        has_outputs = bool(command.get("outputs") or command.get("outputs_no_cache"))
        assert has_outputs == (command["name"] != "inputs")
        for path in [*command["deps"], *command.get("outputs", [])]:
            assert "," not in path
            assert "$" not in path


@pytest.mark.parametrize("workflow", ["all", "plain", "train", "table1"])
def test_what_a_command_needs_is_there_or_made_before(workflow: str) -> None:
    plain = {"vars.parts": "training/plain", "vars.relations": "relations"}
    overrides = {**GIVEN, **(plain if workflow == "plain" else {})}
    project = load_project_config(ROOT, overrides=overrides)
    commands = {command["name"]: command for command in project["commands"]}
    made = set(GIVEN.values())
    for step in project["workflows"][workflow]:
        for path in commands[step]["deps"]:
            assert path in made or (ROOT / path).exists(), f"{step} needs {path}"
        made.update(commands[step].get("outputs", []))


def test_train_takes_the_corpus_folder(project: dict[str, Any]) -> None:
    steps = ["corpus", "encoder", "installed-parser", "train-relations"]
    assert project["workflows"]["train"] == steps
    (corpus,) = [command for command in project["commands"] if command["name"] == "corpus"]
    assert corpus["deps"][0] == "CORPUS"
    assert all(" CORPUS " in line for line in corpus["script"])


def test_the_installed_parser_is_copied(parts: dict[str, Any], tmp_path: Path) -> None:
    project = load_project_config(ROOT, overrides={"vars.english": parts["paths.parser"]})
    (command,) = [each for each in project["commands"] if each["name"] == "installed-parser"]
    (line,) = command["script"]
    name, *arguments = shlex.split(line)
    assert name == "python"
    subprocess.run([sys.executable, *arguments], cwd=tmp_path, check=True)
    assert spacy.load(tmp_path / command["outputs"][0]).pipe_names == [
        "tok2vec",
        "tagger",
        "parser",
    ]


def test_what_is_shipped_is_trained_with_the_smaller_encoder(project: dict[str, Any]) -> None:
    commands = {command["name"]: command for command in project["commands"]}
    steps = project["workflows"]["all"]
    (made,) = commands["small-encoder"]["outputs"]
    assert steps.index("small-encoder") < steps.index("train-student")
    assert made in commands["train-student"]["deps"]
    assert f"--paths.encoder {made}" in commands["train-student"]["script"][-1]
    # Without a text, nobody knows which pieces it would use.
    assert "training/encoder" in commands["train-relations"]["deps"]


@pytest.mark.parametrize("name", ["teacher", "student"])
def test_a_difference_changes_what_it_names_and_nothing_else(name: str, tmp_path: Path) -> None:
    base = ROOT / "configs" / "minilm.cfg"
    difference = ROOT / "configs" / f"{name}.cfg"
    merged = tmp_path / "new" / "merged.cfg"
    load_script("merge_configs")["main"](base, [difference], merged)
    before, named, after = (
        dict_to_dot(load_config(path, interpolate=False)) for path in (base, difference, merged)
    )
    assert after == {**before, **named}
    assert all(path.startswith("training.") for path in named)
    assert all(before.get(path) != value for path, value in named.items())


def test_a_component_with_a_source_takes_the_place_of_another() -> None:
    """What both of them would be is nothing that spaCy reads."""
    names = ("minilm", "student", "student_more")
    base, *differences = [ROOT / "configs" / f"{name}.cfg" for name in names]
    config = merge_configs(base, differences)
    for name in ("transformer", "ddi_relation"):
        assert config["components"][name] == {"source": "${paths.student}"}
    assert config["components"]["parser"] == {"source": "${paths.parser}"}


@pytest.mark.parametrize(
    "names",
    [
        ["parser"],
        ["ner"],
        ["ner", "ner_teacher"],
        ["minilm"],
        ["paper"],
        ["minilm", "teacher"],
        ["minilm", "student"],
        ["minilm", "student", "longer_lists"],
        ["minilm", "student", "student_more"],
        ["minilm", "student", "student_more", "corpus_twice"],
    ],
)
def test_the_training_of_a_config_is_one_that_spacy_takes(names: list[str]) -> None:
    """What is named is registered, what is set is an argument, and has its type."""
    base, *differences = [ROOT / "configs" / f"{name}.cfg" for name in names]
    config = merge_configs(base, differences)
    for path in config["paths"]:
        config["paths"][path] = path
    training = DEFAULT_CONFIG.merge(config).interpolate()["training"]
    resolved = registry.resolve(training, schema=ConfigSchemaTraining)
    assert callable(resolved["optimizer"])
    assert {"ents_f", "ddi_micro_f", "dep_las"} & set(resolved["score_weights"])


def test_the_recognizer_of_the_config_can_be_built() -> None:
    nlp = load_model_from_config(load_config(ROOT / "configs" / "ner.cfg"), auto_fill=True)
    assert nlp.pipe_names == ["ner"]
