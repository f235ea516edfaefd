"""What one run leaves: figures, counts by document, and the pairs that it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import srsly

from spacy_ddi.scoring.counts import PairCounts, Tally

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Run:
    """A row trained with one seed, and scored.

    row (str): Name of the row.
    seed (int): The seed.
    fingerprint (str): Digest of config, seed, epochs and corpus files: what the run depends on.
    epochs (int): How often the training sentences were read.
    parameters (int): Weights that are stored with the row's encoder and network.
    train_seconds (float): Of `spacy train`, on one core.
    scores (Dict[str, Dict[str, Any]]): For each part that was scored ("dev", "test") the figures of
        `spacy_ddi.scoring.evaluation.summarize`.
    counts (Dict[str, Dict[str, Dict[str, List[int]]]]): For each part, document and label: true
        positives, false positives and false negatives.
    """

    row: str
    seed: int
    fingerprint: str
    epochs: int
    parameters: int
    train_seconds: float
    scores: dict[str, dict[str, Any]]
    counts: dict[str, dict[str, dict[str, list[int]]]]

    def documents(self, part: str) -> dict[str, PairCounts]:
        """The counts of a part, as the bootstrap takes them.

        part (str): "dev" or "test".
        RETURNS (Dict[str, PairCounts]): The counts of each document.
        """
        return {
            document: PairCounts(per_type={label: Tally(*n) for label, n in labels.items()})
            for document, labels in self.counts[part].items()
        }


@dataclass(frozen=True)
class Speed:
    """How fast a trained row is.

    fingerprint (str): Of the run that trained it.
    pairs_a_second (float): Median of the repeats: candidate pairs through the whole pipeline.
    repeats (List[float]): The figure of each repeat.
    """

    fingerprint: str
    pairs_a_second: float
    repeats: list[float]


def run_path(folder: Path, row: str, seed: int) -> Path:
    """Where a run's result is stored."""
    return folder / f"{row}.seed{seed}.json"


def write_run(folder: Path, run: Run) -> None:
    """Store a run as a whole or not at all.

    folder (Path): The folder of results.
    run (Run): The run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = run_path(folder, run.row, run.seed)
    unfinished = path.with_suffix(".unfinished")
    srsly.write_json(unfinished, asdict(run))
    unfinished.replace(path)


def read_run(folder: Path, row: str, seed: int) -> Run | None:
    """A stored run.

    folder (Path): The folder of results.
    row (str): Name of the row.
    seed (int): The seed.
    RETURNS (Optional[Run]): The run, or None if there is none.
    """
    path = run_path(folder, row, seed)
    return Run(**srsly.read_json(path)) if path.exists() else None


def count_lists(documents: Mapping[str, PairCounts]) -> dict[str, dict[str, list[int]]]:
    """Counts in the form that is stored."""
    return {
        document: {
            label: [tally.tp, tally.fp, tally.fn] for label, tally in counts.per_type.items()
        }
        for document, counts in documents.items()
    }


def speed_path(folder: Path, row: str) -> Path:
    """Where a row's speed is stored."""
    return folder / f"{row}.speed.json"


def read_speed(folder: Path, row: str) -> Speed | None:
    """A stored speed, or None if there is none."""
    path = speed_path(folder, row)
    return Speed(**srsly.read_json(path)) if path.exists() else None
