"""The rows of a table of pairs that a picture shows, and how many it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.relation_records import count_of

COLUMNS: Final = (
    "drug",
    "drug_name",
    "other",
    "other_name",
    "label",
    "documents",
    "sentences",
    "mean_score",
    "max_score",
    "probability",
    "first_year",
    "last_year",
    "evidence",
)

REASONS: Final = {
    "itself": "of a drug with itself",
    "label": "of other types",
    "documents": "in fewer documents",
    "score": "with a lower score",
}
"""Why a row is left out, in the order in which it is tried."""

_LESS: Final = "less evident"

_ROWS: Final = """
CREATE TEMP VIEW rows AS
SELECT *, CASE
    WHEN drug = other THEN 'itself'
    WHEN len($labels) > 0 AND NOT list_contains($labels, label) THEN 'label'
    WHEN documents < $documents THEN 'documents'
    WHEN max_score < $score THEN 'score'
END AS reason FROM read_parquet($path)
"""

_MOST_EVIDENT: Final = """
SELECT $columns FROM rows WHERE reason IS NULL
ORDER BY probability DESC, documents DESC, max_score DESC, drug, other, label
LIMIT $most
"""


@dataclass(frozen=True)
class Choice:
    """Which pairs are shown.

    labels (Tuple[str, ...]): Types of interaction; none for all.
    min_documents (int): Documents that say so, at least.
    min_score (float): The highest score, at least, in [0, 1].
    max_edges (Optional[int]): At most so many, the most evident; None for all.
    """

    labels: tuple[str, ...] = ()
    min_documents: int = 1
    min_score: float = 0.0
    max_edges: int | None = None


class Chosen(NamedTuple):
    """Pairs that are shown, the most evident first, and how many are not, by the reason in words.

    rows (List[Dict[str, Any]]): By the columns of `COLUMNS`.
    left_out (Dict[str, int]): Without zeros.
    """

    rows: list[dict[str, Any]]
    left_out: dict[str, int]

    @property
    def note(self) -> str:
        """What was left out, in a sentence; empty if nothing was."""
        if not self.left_out:
            return ""
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in self.left_out.items())
        return f"Left out: {count_of(sum(self.left_out.values()), 'interaction')} ({reasons})."


def choose_pairs(path: Path, choice: Choice) -> Chosen:
    """Read the pairs that a picture shows: the surest first, and of those the most often said.

    path (Path): What `aggregate` wrote.
    choice (Choice): Which.
    RETURNS (Chosen): At least one row.
    RAISES (CorpusError): If it is no such file, has no such type, or if no row is left.
    """
    with duckdb.connect() as base:
        _require_pairs(base, path)
        _require_labels(base, path, choice.labels)
        labels = "[" + ", ".join(map(_quoted, choice.labels)) + "]::VARCHAR[]"
        query = _ROWS.replace("$labels", labels).replace("$path", _quoted(path))
        query = query.replace("$documents", str(choice.min_documents))
        base.execute(query.replace("$score", repr(choice.min_score)))
        counts = dict(base.execute("SELECT reason, count(*) FROM rows GROUP BY ALL").fetchall())
        most = counts.get(None, 0)
        if choice.max_edges is not None:
            most = min(most, choice.max_edges)
        query = _MOST_EVIDENT.replace("$most", str(most)).replace("$columns", ", ".join(COLUMNS))
        found = base.execute(query).fetchall()
    left_out = {text: counts[reason] for reason, text in REASONS.items() if reason in counts}
    if counts.get(None, 0) > most:
        left_out[_LESS] = counts[None] - most
    chosen = Chosen([dict(zip(COLUMNS, row, strict=True)) for row in found], left_out)
    if not chosen.rows:
        raise CorpusError(Errors.NO_EDGES.format(path=path, note=chosen.note or "It is empty."))
    return chosen


def _require_pairs(base: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        query = f"DESCRIBE SELECT * FROM read_parquet({_quoted(path)})"
        found = [name for name, *_ in base.execute(query).fetchall()]
    except duckdb.Error as error:
        problem = str(error).splitlines()[0]
        raise CorpusError(Errors.NO_TABLE_OF_PAIRS.format(path=path, problem=problem)) from error
    if missing := [name for name in COLUMNS if name not in found]:
        problem = f"it has no column {', '.join(missing)}"
        raise CorpusError(Errors.NO_TABLE_OF_PAIRS.format(path=path, problem=problem))


def _require_labels(base: duckdb.DuckDBPyConnection, path: Path, labels: Sequence[str]) -> None:
    query = f"SELECT DISTINCT label FROM read_parquet({_quoted(path)}) ORDER BY label"
    known = [label for (label,) in base.execute(query).fetchall()]
    for label in labels:
        if label not in known:
            there = ", ".join(known) or "none"
            raise CorpusError(Errors.NO_SUCH_LABEL.format(path=path, label=label, known=there))


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
