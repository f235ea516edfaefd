"""The rows of the table: what each is called, and how its config comes about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import srsly
from thinc.api import Config

from spacy_ddi.training.configs import merge_configs

ROOT = Path(__file__).parents[2]
BASE = ROOT / "configs" / "minilm.cfg"
FOLDER = ROOT / "configs" / "table1"


@dataclass(frozen=True)
class Row:
    """A row of the table.

    name (str): Its name in files and on the command line.
    title (str): Its name in the table.
    configs (Tuple[str, ...]): Differences, merged one after another onto `configs/minilm.cfg`.
    paper (Optional[Tuple[float, float, float]]): The paper's precision, recall and micro F1 on the
        official test part, in per cent.
    weights (Optional[str]): The row whose trained weights serve.
    patience (int): By what the number of epochs is multiplied.
    """

    name: str
    title: str
    configs: tuple[str, ...]
    paper: tuple[float, float, float] | None = None
    weights: str | None = None
    patience: int = 1

    def config(self) -> Config:
        """The whole config of the row, variables not filled in."""
        return merge_configs(BASE, [FOLDER / f"{name}.cfg" for name in self.configs])


def read_rows(path: Path = FOLDER / "rows.yml") -> list[Row]:
    """The rows in the table's order.

    path (Path): The list.
    RETURNS (List[Row]): The rows.
    RAISES (ValueError): If a row takes its weights from none before it.
    """
    rows: list[Row] = []
    for entry in srsly.read_yaml(path):
        paper = entry.get("paper")
        row = Row(**{**entry, "configs": tuple(entry["configs"]), "paper": paper and tuple(paper)})
        if row.weights is not None and row.weights not in {other.name for other in rows}:
            raise ValueError(
                f"{path}: row {row.name!r} takes weights of {row.weights!r}, "
                "which does not stand before it."
            )
        rows.append(row)
    return rows
