"""Rows of the table, trained on the sample corpus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly

from benchmarks.table1 import row as commands
from benchmarks.table1.rows import read_rows
from tests.conftest import SAMPLE_CORPUS

ROWS = read_rows()

Run = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where rows are trained, beside static vectors."""
    folder = tmp_path_factory.mktemp("rows")
    nlp = spacy.blank("en")
    for i, word in enumerate(("drug", "with", "and", "the")):
        nlp.vocab.set_vector(word, np.eye(4, dtype=np.float32)[i])
    nlp.to_disk(folder / "vectors")
    molecules = {"names": {"aspirin": 0}, "molecules": [{"atoms": [6, 8], "bonds": [[0, 1, 1]]}]}
    srsly.write_gzip_json(folder / "molecules.json.gz", molecules)
    classes = {"names": {"aspirin": 0, "ketoconazole": 1}, "classes": [[0], [0, 1]]}
    srsly.write_gzip_json(folder / "classes.json.gz", classes)
    return folder


@pytest.fixture
def run(folder: Path, parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Trains and scores a row, once."""
    train = Path(parts["paths.train"])
    inputs = {name: parts[f"paths.{name}"] for name in ("encoder", "parser")}

    def run_row(name: str) -> dict[str, Any]:
        weights = ROWS[name].weights
        epochs, _ = ROWS[name].length(1, 0, 1)
        if weights:
            run_row(weights)
        (folder / name).mkdir(exist_ok=True)
        monkeypatch.chdir(folder / name)
        if not Path(f"{name}.json").exists():
            if weights:
                monkeypatch.chdir(folder / weights)
            else:
                known = {each: f"{folder}/{each}.json.gz" for each in ("molecules", "classes")}
                given = {**inputs, **known}
                commands.train(name, 1, epochs, train, vectors=f"{folder}/vectors", **given)
            commands.score(name, 1, [f"dev={train}", f"test={SAMPLE_CORPUS}"])
        return srsly.read_json(f"{name}.json")

    return run_row
