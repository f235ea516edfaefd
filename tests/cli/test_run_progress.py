"""How far a run is."""

from __future__ import annotations

import pytest

from spacy_ddi.cli import run_progress
from spacy_ddi.cli.run_progress import RunProgress, in_words
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.run import Plan


class Clock:
    """Says what time it is."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(run_progress, "monotonic", made)
    return made


def report(shard: int, begin: int, end: int, *, is_last: bool = False) -> Report:
    return Report(shard, begin, is_last, 10, 0, 0, begin, end)


def test_bytes_of_the_files_are_counted_whatever_the_order() -> None:
    progress = RunProgress()
    progress.start(Plan([100, 50, 10], [0, 1, 2], 0))
    done = []
    for each in (
        report(0, 0, 40),
        report(1, 30, 40),
        report(1, 0, 30),
        report(0, 40, 90, is_last=True),  # what follows has no document
        report(1, 40, 50, is_last=True),
        report(2, 0, 10, is_last=True),
    ):
        progress.add(each)
        done.append(progress._progress.tasks[0].completed)
    assert done == [40, 80, 80, 140, 150, 160]
    assert progress.documents == 60


def test_what_is_done_counts_and_time_left_is_by_the_rate_of_this_start(clock: Clock) -> None:
    progress = RunProgress()
    progress.start(Plan([1000, 1000], [1], 500))
    assert progress._progress.tasks[0].completed == 1000
    clock.now = 10
    # Of the second shard, an earlier start has done the first 400 bytes.
    progress.add(report(1, 400, 500))
    assert progress.words() == "510 documents, 1.0 a second, 75 % of 2.0 kB, 50 s left"


def test_without_a_terminal_there_is_a_line_a_minute(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = RunProgress()
    progress.start(Plan([4000], [0], 0))
    said = []
    for number in range(4):
        clock.now += 35
        progress.add(report(0, 1000 * number, 1000 * (number + 1)))
        said.append(capsys.readouterr().err)
    assert [bool(line) for line in said] == [False, True, False, True]
    assert said[1] == "20 documents, 0.3 a second, 50 % of 4.0 kB, 70 s left\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (5400, "1.5 h")],
)
def test_times_are_as_exact_as_one_can_wait(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
