"""The rows of the table, from `configs/table1/rows.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import srsly
from thinc.api import Config

from spacy_ddi.training.configs import merge_configs

ROOT = Path(__file__).parents[2]
BASE = ROOT / "configs" / "minilm.cfg"
FOLDER = ROOT / "configs" / "table1"

FACTOR = 3
"""Epochs of a row that learns from scratch, for one of a row that fine-tunes an encoder."""


@dataclass(frozen=True)
class Row:
    """A row of the table; see `rows.yml`."""

    name: str
    title: str
    configs: list[str]
    paper: tuple[float | None, ...] = ()
    weights: str | None = None
    from_scratch: bool = False
    group: str = "own"
    note: str = ""
    epochs: int | None = None
    parser: str | None = None
    vectors: str | None = None
    code: str | None = None

    def files(self) -> list[Path]:
        """Its differences from `configs/minilm.cfg`."""
        return [FOLDER / f"{name}.cfg" for name in self.configs]

    def code_file(self) -> list[Path]:
        """The Python file that registers what its config names, if it has one."""
        return [ROOT / self.code] if self.code else []

    def config(self) -> Config:
        """The whole config, variables not filled in."""
        return merge_configs(BASE, self.files())

    @property
    def is_contextual(self) -> bool:
        """Whether its token vectors come from a transformer, which costs most of its time."""
        return "transformer" in self.config()["nlp"]["pipeline"]

    def reads(self, path: str) -> bool:
        """Whether it is trained with a thing: "parser", "encoder", "vectors", "molecules", or
        "classes"."""
        return self.is_contextual if path == "encoder" else path in self.config()["paths"]

    def length(self, epochs: int, patience: int, most: int) -> tuple[int, int]:
        """How long it learns.

        epochs (int): Of a row that fine-tunes an encoder.
        patience (int): Epochs without gain after which a row ends that learns from scratch; with 0
            it has `FACTOR` times the epochs of the others.
        most (int): The most epochs of a row with patience.
        RETURNS (Tuple[int, int]): Its epochs, and its patience: 0 where the epochs are given by the
            paper, and where an encoder is fine-tuned, with a rate that falls to zero in a known
            number of epochs.
        """
        if self.epochs:
            return self.epochs, 0
        if not self.from_scratch:
            return epochs, 0
        return (most, patience) if patience else (epochs * FACTOR, 0)


def read_rows() -> dict[str, Row]:
    """The rows by name, in the table's order.

    RAISES (ValueError): If a row has a key that there is not, or lacks one.
    """
    path, rows = FOLDER / "rows.yml", {}
    for row in srsly.read_yaml(path)["rows"]:
        try:
            rows[row["name"]] = Row(**row)
        except TypeError as error:
            raise ValueError(f"{path}, row {row['name']}: {error}") from error
    return rows


def read_comparisons() -> list[dict[str, Any]]:
    """The differences that are reported below the table: `question`, `first` and `second`."""
    return srsly.read_yaml(FOLDER / "rows.yml")["comparisons"]
