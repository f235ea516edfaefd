"""How far a run is."""

from __future__ import annotations

from spacy_ddi.cli.run_progress import RunProgress
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.run import Plan
from spacy_ddi.runs.shards import part_name


def completed_after(*reports: tuple[int, int]) -> list[float]:
    """Bytes after each report of a shard's characters; shards have 100, 50 and 10 bytes."""
    progress = RunProgress()
    progress.start(Plan([100, 50, 10], 0))
    done = []
    for number, (shard, characters) in enumerate(reports):
        progress.add(Report(part_name(shard, number), 1, 0, 0, characters))
        done.append(progress._progress.tasks[0].completed)
    assert progress.documents == len(reports)
    return done


def test_shards_before_the_present_one_are_done() -> None:
    # Text compressed is more than the file, and text of XML is less.
    assert completed_after((0, 80), (0, 80), (1, 20), (2, 5)) == [80, 100, 120, 155]


def test_parts_of_two_shards_may_come_mixed() -> None:
    assert completed_after((0, 40), (1, 20), (0, 40), (1, 20), (2, 9)) == [40, 120, 120, 140, 159]
