"""One training of the table: its folder with a spaCy project, and what has become of it."""

from __future__ import annotations

import gzip
import json
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import srsly
from spacy.util import get_package_path, is_package
from weasel.cli.run import check_rerun

from benchmarks.projects import run_project
from benchmarks.table1.rows import BASE, Row

MODEL = "model-last"
TOOK = "took.json"
WORKFLOW = "row"


@dataclass(frozen=True)
class Setting:
    """How rows are trained.

    inputs (Mapping[str, str]): Options of `benchmarks.table1.row train`: encoder, vectors, parser,
        molecules, classes.
    epochs, patience, most_epochs (int): See `Row.length`.
    watch (str): What a row with patience looks at, "loss" or "f".
    on_scored (bool): Whether it looks at the documents that are scored, not at others.
    keep (bool): Whether weights stay after they were scored.
    """

    inputs: Mapping[str, str]
    epochs: int
    patience: int
    most_epochs: int
    watch: str
    on_scored: bool
    keep: bool


@dataclass(frozen=True)
class Training:
    """A row, a seed, and documents.

    row (Row): The row.
    scored (Sequence[Row]): The rows that are scored with its weights, itself first.
    seed (str): The seed.
    fold (str): Name of the part of the corpus, such as "fold0"; empty for the development split.
    train (Path): The sentences to learn from.
    parts (Mapping[str, Path]): What is scored, by name: "dev", "test", "folds".
    output (Path): The folder with all trainings.
    """

    row: Row
    scored: Sequence[Row]
    seed: str
    fold: str
    train: Path
    parts: Mapping[str, Path]
    output: Path

    @property
    def name(self) -> str:
        """Row, seed and fold."""
        return ".".join(filter(None, (self.row.name, f"seed{self.seed}", self.fold)))

    @property
    def folder(self) -> Path:
        """Its own folder."""
        return self.output / self.name

    def found(self, row: Row) -> Path:
        """The file with the counts of a row that is scored with its weights."""
        return self.folder / f"{row.name}.json"

    @property
    def seconds(self) -> float | None:
        """How long training and scoring took; None before they are done."""
        path = self.folder / TOOK
        done = all(self.found(row).exists() for row in self.scored)
        return float(srsly.read_json(path)) if done and path.exists() else None

    def prepare(self, setting: Setting) -> bool:
        """Write its project, and tell whether anything has changed since the last time.

        setting (Setting): How rows are trained.
        RETURNS (bool): False if its result stands.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        commands = commands_of(self, setting)
        project = {
            "title": self.row.title,
            "commands": commands,
            "workflows": {WORKFLOW: [command["name"] for command in commands]},
        }
        srsly.write_yaml(self.folder / "project.yml", project)
        return any(check_rerun(self.folder, command) for command in commands)

    def run(self, setting: Setting) -> int:
        """Run the project that `prepare` has written.

        setting (Setting): How rows are trained.
        RETURNS (int): The exit code.
        """
        start = perf_counter()
        code = run_project(self.folder, workflow=WORKFLOW)
        seconds = perf_counter() - start
        if code:
            for row in self.scored:  # what is there is of another time
                self.found(row).unlink(missing_ok=True)
        else:
            srsly.write_json(self.folder / TOOK, seconds)
        if not setting.keep:
            shutil.rmtree(self.folder / MODEL, ignore_errors=True)
        return code


def commands_of(training: Training, setting: Setting) -> list[dict[str, Any]]:
    """The commands of a training's project. Where weights go after scoring it is a single one,
    since a project does again what has lost its output."""
    row, name = training.row, training.row.name
    given = {key: getattr(row, key, None) or value for key, value in setting.inputs.items()}
    read = {key: value for key, value in given.items() if row.reads(key)}
    inputs = {"train": str(training.train), **read}
    inputs = {key: str(Path(v).resolve()) if Path(v).exists() else v for key, v in inputs.items()}
    sources = [
        str(get_package_path(source) / "meta.json") if is_package(source) else source
        for source in inputs.values()
    ]
    epochs, patience = row.length(setting.epochs, setting.patience, setting.most_epochs)
    how: dict[str, object] = dict(inputs)
    if patience:
        how |= {"patience": patience, "watch": setting.watch}
        if setting.on_scored and (scored := training.parts.get("folds")):
            how["held-out"] = scored
    options = [f"--{key}={value}" for key, value in how.items()]
    train = _command("train", [name, training.seed, str(epochs), *options], [row], sources, MODEL)
    parts = [f"{part}={path}" for part, path in training.parts.items()]
    files = [str(path) for path in training.parts.values()]
    scores = [
        _command(
            "score",
            [each.name, training.seed, *parts],
            [each],
            [MODEL, *files],
            f"{each.name}.json",
        )
        for each in training.scored
    ]
    for each, command in zip(training.scored, scores, strict=True):
        command["name"] = f"score-{each.name}"
    if setting.keep:
        return [train, *scores]
    both = [train, *scores]
    deps = dict.fromkeys(path for command in both for path in command["deps"] if path != MODEL)
    return [
        {
            "name": "train-and-score",
            "script": [line for command in both for line in command["script"]],
            "deps": list(deps),
            "outputs": [path for command in scores for path in command["outputs"]],
        }
    ]


def _command(
    name: str, arguments: Sequence[str], rows: Sequence[Row], deps: Sequence[str], output: str
) -> dict[str, Any]:
    configs = [str(path) for row in rows for path in (BASE, *row.files(), *row.code_file())]
    line = ["python", "-m", "benchmarks.table1.row", name, *arguments]
    return {
        "name": name,
        "script": [shlex.join(line)],
        "deps": [*configs, *deps],
        "outputs": [output],
    }


def store_folds(name: str, seed: str, n_folds: int, output: Path, results: Path, row: Row) -> None:
    """Put what the folds of a row and seed have given into one file, and the pairs that were
    found in them, as submission lines, into another; those of the official test part into a third.

    name (str): Name of the row whose weights were scored.
    seed (str): The seed.
    n_folds (int): How many folds there are.
    output (Path): The folder with all trainings.
    results (Path): Gets the files; without a result it has none.
    row (Row): The row.
    """
    runs = {
        fold: srsly.read_json(path)
        for fold in (*(f"fold{i}" for i in range(n_folds)), "whole")
        if (path := output / f"{name}.seed{seed}.{fold}" / f"{row.name}.json").exists()
    }
    file = results / f"{row.name}.seed{seed}.folds.json"
    found_in = {
        part: results / f"{row.name}.seed{seed}.{part}.txt.gz" for part in ("folds", "test")
    }
    for each in (file, *found_in.values()):
        each.unlink(missing_ok=True)
    if not runs:
        return
    for part, pairs in found_in.items():
        texts = [output / f"{name}.seed{seed}.{fold}" / f"{row.name}.{part}.txt" for fold in runs]
        if lines := b"".join(text.read_bytes() for text in texts if text.exists()):
            pairs.write_bytes(gzip.compress(lines, mtime=0))
    counts = {
        fold: {document: _without_zeros(found) for document, found in sorted(of_part.items())}
        for fold, run in runs.items()
        for of_part in run["counts"].values()
    }
    stored = {
        "row": row.name,
        "seed": int(seed),
        "n_folds": n_folds,
        "parameters": next(iter(runs.values()))["parameters"],
        **{
            key: {fold: run[key] for fold, run in runs.items()}
            for key in ("epochs", "train_seconds", "pairs_a_second")
        },
        "folds": counts,
    }
    file.write_text(json.dumps(stored) + "\n", encoding="utf8")


def _without_zeros(found: dict[str, list[int]]) -> dict[str, list[int]]:
    return {label: tally for label, tally in found.items() if any(tally)}
