"""The rows of a table of pairs that a picture shows, and how many it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.pair_files import ENDINGS, TYPES, format_of_pairs, quoted
from spacy_ddi.formats.relation_records import count_of

COLUMNS: Final = tuple(TYPES)

REASONS: Final = {
    "itself": "of a drug with itself",
    "label": "of other types",
    "documents": "in fewer documents",
    "score": "with a lower score",
}
"""Why a row is left out, in the order in which it is tried."""

_LESS: Final = "less evident than the {most:,} of --max-edges"

_ROWS: Final = """
CREATE TEMP VIEW rows AS
SELECT *, CASE
    WHEN drug = other THEN 'itself'
    WHEN len($labels) > 0 AND NOT list_contains($labels, label) THEN 'label'
    WHEN documents < $documents THEN 'documents'
    WHEN max_score < $score THEN 'score'
END AS reason FROM pairs
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
        return f"Left out: {count_of(sum(self.left_out.values()), 'row')} ({reasons})."


def choose_pairs(path: Path, choice: Choice) -> Chosen:
    """Read the pairs that a picture shows: the surest first, and of those the most often said.

    path (Path): What `aggregate` wrote.
    choice (Choice): Which.
    RETURNS (Chosen): At least one row.
    RAISES (CorpusError): If it is no such file, has no such type, or if no row is left.
    """
    with _pairs_of(path) as base:
        _require_labels(base, path, choice.labels)
        labels = "[" + ", ".join(map(quoted, choice.labels)) + "]::VARCHAR[]"
        query = _ROWS.replace("$labels", labels)
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
        left_out[_LESS.format(most=most)] = counts[None] - most
    chosen = Chosen([dict(zip(COLUMNS, row, strict=True)) for row in found], left_out)
    if not chosen.rows:
        raise CorpusError(Errors.NO_EDGES.format(path=path, note=chosen.note or "It is empty."))
    return chosen


@contextmanager
def _pairs_of(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A block with a connection for which a file is the view `pairs`.

    RAISES (CorpusError): If it is no table of pairs.
    """
    format = format_of_pairs(path)
    if format is None:
        raise _no_table(path, "its name has another ending")
    with duckdb.connect() as base:
        try:
            found = [name for name, *_ in base.execute(format.columns_of(path)).fetchall()]
        except duckdb.Error as error:
            raise _no_table(path, f"it can't be read as {format.name}") from error
        if {"head", "tail", "sentence"} <= set(found):
            raise _no_table(path, "it is a table of interactions, as extract writes one")
        if missing := [name for name in COLUMNS if name not in found]:
            raise _no_table(path, f"it has no column {', '.join(missing)}")
        try:
            base.execute(f"CREATE TEMP VIEW pairs AS {format.rows_of(path)}")
            yield base
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            problem = "a cell of it can't be read, since it is damaged or of another type"
            raise _no_table(path, problem) from error


def _no_table(path: Path, problem: str) -> CorpusError:
    return CorpusError.at(Errors.NO_TABLE_OF_PAIRS, path, problem=problem, endings=ENDINGS)


def _require_labels(base: duckdb.DuckDBPyConnection, path: Path, labels: Sequence[str]) -> None:
    query = "SELECT DISTINCT label FROM pairs ORDER BY label"
    known = [label for (label,) in base.execute(query).fetchall()]
    for label in labels:
        if label not in known:
            there = ", ".join(known) or "none"
            raise CorpusError(Errors.NO_SUCH_LABEL.format(path=path, label=label, known=there))
