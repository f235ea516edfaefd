"""The rows of the table: what each is called, and how its config comes about.

python -m benchmarks.table1.rows lstm_baseline    # prints the whole config of a row
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import srsly
import typer
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
    epochs_factor (int): By what the number of epochs is multiplied, where less is pretrained.
    """

    name: str
    title: str
    configs: tuple[str, ...]
    paper: tuple[float, float, float] | None = None
    weights: str | None = None
    epochs_factor: int = 1

    def config(self) -> Config:
        """The whole config of the row, variables not filled in, without unused components."""
        config = merge_configs(BASE, [FOLDER / f"{name}.cfg" for name in self.configs])
        used = config["nlp"]["pipeline"]
        components = config["components"].items()
        config["components"] = {name: block for name, block in components if name in used}
        return config


@dataclass(frozen=True)
class Comparison:
    """A difference that the report tells beside those from the first row.

    question (str): What it answers.
    first, second (str): Names of the rows; first less second.
    """

    question: str
    first: str
    second: str


def read_rows(path: Path = FOLDER / "rows.yml") -> list[Row]:
    """The rows in the table's order.

    path (Path): The list.
    RETURNS (List[Row]): The rows.
    RAISES (ValueError): If a row takes its weights from none before it.
    """
    rows: list[Row] = []
    for entry in srsly.read_yaml(path)["rows"]:
        paper = entry.get("paper")
        row = Row(**{**entry, "configs": tuple(entry["configs"]), "paper": paper and tuple(paper)})
        if row.weights is not None and row.weights not in {other.name for other in rows}:
            raise ValueError(
                f"{path}: row {row.name!r} takes weights of {row.weights!r}, "
                "which does not stand before it."
            )
        rows.append(row)
    return rows


def read_comparisons(path: Path = FOLDER / "rows.yml") -> list[Comparison]:
    """The differences that the report tells.

    path (Path): The list.
    RETURNS (List[Comparison]): The comparisons.
    """
    return [Comparison(**entry) for entry in srsly.read_yaml(path)["comparisons"]]


def main(name: str) -> None:
    """Print the whole config of a row, for `spacy train`."""
    for row in read_rows():
        if row.name == name:
            typer.echo(row.config().to_str(interpolate=False))
            return
    raise typer.BadParameter(f"no row {name}")


if __name__ == "__main__":
    typer.run(main)
