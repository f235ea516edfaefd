"""What precision to expect of the relations that have a score or more.

For each score of relations that nothing was fitted on, the share that is right of those with this
score or more. Of that share the lower end of an interval is taken, since there are few relations,
and since a threshold is looked for where it is high.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

Z: Final = 1.2816
"""The lower end is above the true share in one of ten cases."""


def fit_precisions(scores: Sequence[float], hits: Sequence[bool]) -> list[list[float]]:
    """The rows of one type in `spacy_ddi.component.reported.Precisions`, a row for each whole per
    cent that is reached.

    scores (Sequence[float]): Scores of N relations, in [0, 1].
    hits (Sequence[bool]): For each, whether it is right.
    RETURNS (List[List[float]]): Least score and precision, both rising; nothing without scores.
    """
    order = np.argsort(scores, kind="stable")[::-1]
    # As records give them: see `reported.DECIMALS`.
    falling = np.round(np.asarray(scores, dtype=float)[order], 4)
    n_right = np.cumsum(np.asarray(hits, dtype=float)[order])
    low = lower_end(n_right, np.arange(1, len(falling) + 1))
    # What has the same score is reported together.
    is_last = np.append(falling[1:] != falling[:-1], True)[: len(falling)]
    rows: list[list[float]] = []
    for score, precision in zip(falling[is_last][::-1], low[is_last][::-1], strict=True):
        whole = floor(100 * precision) / 100
        if whole > (rows[-1][1] if rows else 0.0):
            rows.append([float(score), whole])
    return rows


def lower_end(n_right: NDArray[np.float64], n: NDArray[np.int64]) -> NDArray[np.float64]:
    """The lower end of Wilson's interval of a share (Wilson 1927), which holds for few cases, too.

    n_right (NDArray): How many are right, of any shape.
    n (NDArray): Of how many, above 0, of the same shape.
    RETURNS (NDArray): In [0, 1], of the same shape.
    """
    share = n_right / n
    spread = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return np.clip((share + Z**2 / (2 * n) - spread) / (1 + Z**2 / n), 0.0, 1.0)
