"""How long trainings that are not done yet will take, by those that are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean

from benchmarks.table1.trainings import Training


def time_left(done: Sequence[Training], waiting: Iterable[Training], jobs: int) -> str:
    """What is to be said of the time that is left.

    done (Sequence[Training]): Trainings with a result.
    waiting (Iterable[Training]): Trainings without one.
    jobs (int): How many are done at a time.
    RETURNS (str): "nothing left", "time left unknown", or an estimate.
    """
    expected = [expected_seconds(training, done) for training in waiting]
    known = [seconds for seconds in expected if seconds is not None]
    if not expected:
        return "nothing left"
    if len(known) < len(expected):
        return "time left unknown"
    hours = sum(known) / jobs / 3600
    told = f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"
    return f"about {told} left, by what is done"


def expected_seconds(training: Training, done: Sequence[Training]) -> float | None:
    """What a training will take: as others of its row did, or else others that read the same kind
    of vectors; None where there is nothing to go by."""
    alike = (
        lambda other: other.row.name == training.row.name,
        lambda other: other.row.is_contextual == training.row.is_contextual,
        lambda other: True,
    )
    for is_alike in alike:
        if seconds := [t.seconds for t in done if is_alike(t) and t.seconds is not None]:
            return mean(seconds)
    return None
