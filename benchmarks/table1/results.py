"""What runs leave behind: figures and counts by document.

The pairs that a run found are stored too, for a look; all figures can be made from the counts,
which unlike the pairs' truth hold nothing of the corpus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import srsly

from spacy_ddi.scoring.counts import PairCounts, Tally

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Part:
    """A run scored on one part of the corpus.

    digest (str): Of the sentences.
    scores (Dict[str, Any]): The figures of `spacy_ddi.scoring.evaluation.summarize`.
    counts (Dict[str, Dict[str, List[int]]]): For each document and label: true positives, false
        positives and false negatives.
    """

    digest: str
    scores: dict[str, Any]
    counts: dict[str, dict[str, list[int]]]

    def documents(self) -> dict[str, PairCounts]:
        """The counts as the bootstrap takes them."""
        return {
            document: PairCounts(per_type={label: Tally(*n) for label, n in labels.items()})
            for document, labels in self.counts.items()
        }


@dataclass(frozen=True)
class Run:
    """A row trained with one seed, and scored.

    row (str): Name of the row.
    seed (int): The seed.
    digest (str): Of all that training depends on.
    epochs (int): How often the training sentences were read.
    parameters (int): Numbers stored with the row's encoder, network and static vectors.
    train_seconds (float): Of `spacy train`, on one core.
    parts (Dict[str, Part]): What was scored, "dev" and perhaps "test".
    """

    row: str
    seed: int
    digest: str
    epochs: int
    parameters: int
    train_seconds: float
    parts: dict[str, Part] = field(default_factory=dict)


@dataclass(frozen=True)
class Speed:
    """How fast a trained row is.

    digest (str): Of the run that trained it.
    pairs_a_second (float): Median of the repeats: pairs of mentions through the whole pipeline.
    repeats (List[float]): The figure of each repeat.
    """

    digest: str
    pairs_a_second: float
    repeats: list[float]


@dataclass(frozen=True)
class Setting:
    """What the runs of one table have in common.

    seeds (List[int]): The seeds.
    digests (Dict[str, str]): For each row and seed ("full.seed1") the digest of its run.
    """

    seeds: list[int]
    digests: dict[str, str]


def run_path(folder: Path, row: str, seed: int) -> Path:
    """Where a run is stored."""
    return folder / f"{row}.seed{seed}.json"


def speed_path(folder: Path, row: str) -> Path:
    """Where a row's speed is stored."""
    return folder / f"{row}.speed.json"


def setting_path(folder: Path) -> Path:
    """Where the setting of a table is stored."""
    return folder / "setting.json"


def write(path: Path, result: Run | Speed | Setting) -> None:
    """Store a result as a whole or not at all.

    path (Path): The file.
    result (Run | Speed | Setting): The result.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    srsly.write_json(unfinished, asdict(result))
    unfinished.replace(path)


def read_run(folder: Path, row: str, seed: int) -> Run | None:
    """A stored run, or None if there is none."""
    path = run_path(folder, row, seed)
    if not path.exists():
        return None
    stored = srsly.read_json(path)
    return Run(**{**stored, "parts": {k: Part(**part) for k, part in stored["parts"].items()}})


def read_speed(folder: Path, row: str) -> Speed | None:
    """A stored speed, or None if there is none."""
    path = speed_path(folder, row)
    return Speed(**srsly.read_json(path)) if path.exists() else None


def read_setting(folder: Path) -> Setting:
    """The setting of the table in a folder."""
    return Setting(**srsly.read_json(setting_path(folder)))


def runs_of(folder: Path, row: str, setting: Setting) -> list[Run]:
    """The runs of a row that belong to a table: one a seed, where it is there and was trained as
    the table asks.

    folder (Path): The folder of results.
    row (str): Name of the row.
    setting (Setting): The table's.
    RETURNS (List[Run]): The runs, in the order of the seeds.
    """
    runs = []
    for seed in setting.seeds:
        run = read_run(folder, row, seed)
        if run is not None and run.digest == setting.digests.get(f"{row}.seed{seed}"):
            runs.append(run)
    return runs


def count_lists(documents: Mapping[str, PairCounts]) -> dict[str, dict[str, list[int]]]:
    """Counts in the form that is stored."""
    return {
        document: {
            label: [tally.tp, tally.fp, tally.fn] for label, tally in counts.per_type.items()
        }
        for document, counts in documents.items()
    }
