"""The recipes of `recipes.yml`, and the spaCy project that does one in a fold."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import srsly

ROOT: Final = Path(__file__).parents[2]
RECIPES: Final = Path(__file__).with_name("recipes.yml")

TRAIN, TEST, PAIRS = "train.spacy", "test.spacy", "pairs.jsonl"
"""Files of a fold: what it learns from, what it is scored on, and what was said of its pairs."""


WORKFLOW: Final = "recipe"


@dataclass(frozen=True)
class Training:
    """Train a pipeline of relations; see `recipes.yml`.

    train (str): Its name.
    configs (Sequence[str]): Configs in `configs/`, without their ending.
    paths (Mapping[str, str]): What `[paths]` gets.
    settings (Mapping[str, Any]): Other settings, by dot paths.
    seed (int): Is added to the seed of the run, for a second training that differs in nothing else.
    """

    train: str
    configs: Sequence[str]
    paths: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True)
class Labelling:
    """Give soft labels to sentences; see `recipes.yml`.

    label (str): Name of the file, without its ending.
    teachers (Sequence[str]): Trainings of the fold, or folders with pipelines.
    mentions (Optional[str]): A .spacy file with sentences and mentions.
    copies (int): Varied copies of each training sentence; 0 for none.
    sentences (Optional[int]): The most that are labelled; None for all.
    """

    label: str
    teachers: Sequence[str]
    mentions: str | None = None
    copies: int = 0
    sentences: int | None = None


@dataclass(frozen=True)
class Averaging:
    """Average the soft labels of several files; see `recipes.yml`.

    average (str): Name of the file to write, without its ending.
    of (Sequence[str]): Files with the same sentences: .spacy files of the fold, or of the project.
    """

    average: str
    of: Sequence[str]


@dataclass(frozen=True)
class Merging:
    """Average the weights of trained pipelines; see `recipes.yml`.

    merge (str): Its name.
    of (Sequence[str]): Trainings of the fold.
    """

    merge: str
    of: Sequence[str]


Step = Training | Labelling | Averaging | Merging


@dataclass(frozen=True)
class Recipe:
    """A way to come to a pipeline of relations.

    name, title (str): What it is called, in files and on a page.
    steps (Sequence[Step]): What is done, in this order.
    """

    name: str
    title: str
    steps: Sequence[Step]

    @property
    def scored(self) -> str:
        """Name of what is scored: the last that was trained, or merged."""
        trained = [step.train for step in self.steps if isinstance(step, Training)]
        last = self.steps[-1]
        return last.merge if isinstance(last, Merging) else trained[-1]


STEPS: Final[dict[str, Callable[..., Step]]] = {
    "train": Training,
    "label": Labelling,
    "average": Averaging,
    "merge": Merging,
}
"""Kinds of steps by their first key."""


def read_recipes(path: Path = RECIPES) -> dict[str, Recipe]:
    """Read the recipes.

    path (Path): The YAML file.
    RETURNS (Dict[str, Recipe]): By their names.
    """
    found: dict[str, dict[str, Any]] = srsly.read_yaml(path)
    return {
        name: Recipe(
            name,
            recipe["title"],
            [STEPS[next(iter(step))](**step) for step in recipe["steps"]],
        )
        for name, recipe in found.items()
    }


def write_project(
    recipe: Recipe,
    folder: Path,
    *,
    train: Path,
    test: Path | None,
    parser: Path,
    seed: int,
    shorter: float,
    settings: Mapping[str, Any],
) -> None:
    """Write the spaCy project that does a recipe, with the workflow `recipe`.

    recipe (Recipe): The recipe.
    folder (Path): The project's folder.
    train (Path): The sentences to learn from, .spacy.
    test (Optional[Path]): The sentences to score, .spacy; None to score nothing.
    parser (Path): The pipeline that parses (and tags, for varied copies).
    seed (int): Seed of training.
    shorter (float): By what the numbers of steps are multiplied.
    settings (Mapping[str, Any]): Settings of all trainings, by dot paths; those of a step win.
    """
    recipe = replace(
        recipe,
        steps=[
            replace(step, settings={**settings, **step.settings})
            if isinstance(step, Training)
            else step
            for step in recipe.steps
        ],
    )
    commands = list(_commands(recipe, str(train.resolve()), parser.resolve(), seed, shorter))
    if test is not None:
        commands.append(_scoring(recipe, str(test.resolve())))
    folder.mkdir(parents=True, exist_ok=True)
    workflow = [command["name"] for command in commands]
    project = {"title": recipe.title, "commands": commands, "workflows": {WORKFLOW: workflow}}
    srsly.write_yaml(folder / "project.yml", project)


def _commands(
    recipe: Recipe, train: str, parser: Path, seed: int, shorter: float
) -> Iterator[dict[str, Any]]:
    """The commands of a recipe's project, in their order."""
    for step in recipe.steps:
        if isinstance(step, Training):
            configs = [str(ROOT / "configs" / f"{name}.cfg") for name in step.configs]
            paths = {name: _place(path) for name, path in step.paths.items()}
            settings = {f"paths.{name}": path for name, path in paths.items()}
            settings |= {"paths.parser": str(parser), **step.settings}
            yield _command(
                f"train-{step.train}",
                ["benchmarks.crossval.fold", "train", step.train, *configs],
                {
                    "data": train,
                    "settings": json.dumps(settings),
                    "seed": seed + step.seed,
                    "shorter": shorter,
                },
                deps=[*configs, train, str(parser), *paths.values()],
                output=f"{step.train}/model-last",
            )
        elif isinstance(step, Averaging):
            files = [_place(path) for path in step.of]
            yield _command(
                f"average-{step.average}",
                ["benchmarks.crossval.fold", "average", f"{step.average}.spacy", *files],
                {},
                deps=files,
                output=f"{step.average}.spacy",
            )
        elif isinstance(step, Merging):
            trained = [f"{_place(path)}/model-last" for path in step.of]
            yield _command(
                f"merge-{step.merge}",
                ["benchmarks.crossval.merging", f"{step.merge}/model-last", *trained],
                {},
                deps=trained,
                output=f"{step.merge}/model-last",
            )
        else:
            teachers = [
                _place(f"{name}/model-last" if name.startswith("./") else name)
                for name in step.teachers
            ]
            options: dict[str, Any] = {"pipeline": parser, "seed": seed}
            if step.mentions:
                options["mentions"] = _place(step.mentions)
            if step.copies:
                options |= {"corpus": train, "copies": step.copies}
            if step.sentences:
                options["sentences"] = step.sentences
            called = ["spacy_ddi", "soft-labels", f"{step.label}.spacy"]
            called += [f"--teacher={name}" for name in teachers]
            yield _command(
                f"label-{step.label}",
                called,
                options,
                deps=[train, *teachers, *([options["mentions"]] if step.mentions else [])],
                output=f"{step.label}.spacy",
            )


def _scoring(recipe: Recipe, test: str) -> dict[str, Any]:
    """The command that scores what was trained."""
    trained = f"{recipe.scored}/model-last"
    called = ["benchmarks.crossval.fold", "score", trained, test, PAIRS]
    return _command("score", called, {}, deps=[trained, test], output=PAIRS)


def _command(
    name: str,
    called: Sequence[str],
    options: Mapping[str, Any],
    *,
    deps: Sequence[str],
    output: str,
) -> dict[str, Any]:
    """A command of a project: a Python module with its arguments."""
    line = ["python", "-m", *called, *(f"--{key}={value}" for key, value in options.items())]
    # An encoder may be a name on a hub, which has no digest.
    files = [path for path in deps if not Path(path).is_absolute() or Path(path).exists()]
    return {"name": name, "script": [shlex.join(line)], "deps": files, "outputs": [output]}


def _place(path: str) -> str:
    """A path of a recipe as the fold's project has it: what the fold makes is relative to it."""
    if path.startswith("./"):
        return path[2:]
    return str(ROOT / path) if (ROOT / path).exists() else path
