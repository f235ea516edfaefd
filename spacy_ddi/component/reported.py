"""Which of the relations that are found are reported: by type, score, and promised precision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from spacy_ddi.errors import require

Precisions = Mapping[str, Sequence[Sequence[float]]]
"""What precision to expect, by type: rows of a least score and the precision of all relations that
have it or more, both rising. Of lower scores than the first nothing is promised, and nothing of a
type without rows. See `spacy_ddi.scoring.expected_precision`."""

DECIMALS: Final = 4
"""Of scores, where they are compared with the least one: those of records, so that records, pages
and Docs agree."""

NEVER: Final = 2.0
"""A least score that no relation has."""


def least_scores(
    where: str,
    labels: Sequence[str],
    *,
    precisions: Precisions | None,
    min_precision: float | None,
    min_score: float,
    types: Sequence[str] | None,
) -> dict[str, float]:
    """The score that a relation needs to be reported, by its type.

    where (str): Whose settings they are, for errors.
    labels (Sequence[str]): The types of interaction.
    precisions (Optional[Precisions]): What precision to expect; needed for `min_precision`.
    min_precision (Optional[float]): What precision the relations of each type are to have, those
        that are reported taken together; None for any.
    min_score (float): The least score of any relation.
    types (Optional[Sequence[str]]): The types that are reported; None for all.
    RETURNS (Dict[str, float]): The least score; `NEVER` where none will do.
    RAISES (DDIError): If there is no such type.
    """
    wanted = labels if types is None else types
    for label in wanted:
        require(label in labels, where, "types", label, f"some of {', '.join(labels)}")
    least = {label: min_score if label in wanted else NEVER for label in labels}
    if min_precision is not None:
        rows = precisions or {}
        least = {
            label: max(score, promised_score(rows.get(label, ()), min_precision))
            for label, score in least.items()
        }
    return least


def promised_score(rows: Sequence[Sequence[float]], precision: float) -> float:
    """The least score with which relations of a type have a precision.

    rows (Sequence[Sequence[float]]): Those of the type in `Precisions`.
    precision (float): In [0, 1].
    RETURNS (float): The score; `NEVER` where no score promises as much.
    """
    return next((score for score, promised in rows if promised >= precision), NEVER)


def highest_promises(labels: Iterable[str], precisions: Precisions | None) -> dict[str, float]:
    """The highest precision that some score promises.

    labels (Iterable[str]): Types of interaction.
    precisions (Optional[Precisions]): What precision to expect.
    RETURNS (Dict[str, float]): In [0, 1], by type; 0 where nothing is known.
    """
    rows = precisions or {}
    return {
        label: max((promised for _, promised in rows.get(label, ())), default=0.0)
        for label in labels
    }


def is_reported(score: float, least: float) -> bool:
    """Whether a relation has the score that it needs.

    score (float): Its score.
    least (float): That of its type in `least_scores`.
    RETURNS (bool): Whether it is reported.
    """
    return round(score, DECIMALS) >= least


def check_reported(
    where: str,
    precisions: Precisions | None,
    min_precision: float | None,
    min_score: float,
    types: Sequence[str] | None,
) -> None:
    """Check what a config or a caller says of `least_scores`.

    where (str): Whose settings they are.
    precisions, min_precision, min_score, types: See `least_scores`.
    RAISES (DDIError): If one is not possible.
    """
    possible = min_precision is None or 0 <= min_precision <= 1
    require(possible, where, "min_precision", min_precision, "null, or 0 to 1")
    require(0 <= min_score <= 1, where, "min_score", min_score, "0 to 1")
    possible = types is None or not isinstance(types, str)
    require(possible, where, "types", types, "null, or a list of types of interaction")
    for label, rows in (precisions or {}).items():
        possible = all(len(row) == 2 and 0 <= min(row) <= max(row) <= 1 for row in rows) and all(
            low[0] < high[0] and low[1] < high[1] for low, high in pairwise(rows)
        )
        expected = "rows of a score and a precision from 0 to 1, both rising"
        require(possible, where, f"precisions.{label}", rows, expected)
