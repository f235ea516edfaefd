"""What many documents say together: a row for each pair of drugs and type of interaction.

DuckDB does the work, and puts on the disk what is larger than memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from spacy_ddi.errors import CorpusError, DDIError, Errors
from spacy_ddi.runs.parts import ENDING

try:
    import duckdb
except ImportError as error:
    raise DDIError(
        Errors.NEEDS_EXTRA.format(what="aggregate", package="duckdb", extra="knowledge")
    ) from error

BEST: Final = 5
"""Sentences that are kept of each pair and type."""

MOST_SURE: Final = 0.999
"""A score counts as no more than this: nothing is certain."""

_STATEMENTS: Final = """
CREATE TEMP VIEW ends AS
SELECT document, year, label, score, sentence, sentence_start, file,
    lower(trim(regexp_replace(head, '\\s+', ' ', 'g'))) AS head_key,
    lower(trim(regexp_replace(tail, '\\s+', ' ', 'g'))) AS tail_key,
    nullif(head_id, '') AS head_id, nullif(tail_id, '') AS tail_id,
    coalesce(nullif(head_name, ''), head) AS head_name,
    coalesce(nullif(tail_name, ''), tail) AS tail_name,
    head_start, head_end, tail_start, tail_end
FROM read_parquet($parts)
WHERE score >= $least;

CREATE TEMP VIEW statements AS
SELECT *,
    coalesce(head_id, 'name:' || head_key) AS head_drug,
    coalesce(tail_id, 'name:' || tail_key) AS tail_drug,
    head_drug <= tail_drug AS in_order,
    CASE WHEN in_order THEN head_drug ELSE tail_drug END AS drug,
    CASE WHEN in_order THEN tail_drug ELSE head_drug END AS other,
    CASE WHEN in_order THEN head_name ELSE tail_name END AS drug_name,
    CASE WHEN in_order THEN tail_name ELSE head_name END AS other_name
FROM ends;
"""

_PAIRS: Final = """
WITH of_documents AS (
    SELECT drug, other, label, file, document, max(score) AS score
    FROM statements GROUP BY ALL
), sure AS (
    SELECT drug, other, label,
        count(*) AS documents,
        1 - exp(sum(ln(1 - least(score::DOUBLE, $most)))) AS probability
    FROM of_documents GROUP BY ALL
), names AS (
    SELECT id, arg_max(name, (n, name)) AS name
    FROM (
        SELECT id, name, count(*) AS n FROM (
            SELECT drug AS id, drug_name AS name FROM statements
            UNION ALL SELECT other, other_name FROM statements
        ) GROUP BY ALL
    ) GROUP BY id
), found AS (
    SELECT drug, other, label,
        count(DISTINCT (file, document, sentence_start)) AS sentences,
        avg(score)::DOUBLE AS mean_score,
        max(score)::DOUBLE AS max_score,
        min(year) AS first_year,
        max(year) AS last_year
    FROM statements GROUP BY ALL
), ranked AS (
    SELECT DISTINCT ON (drug, other, label, file, document, sentence_start)
        drug, other, label, file, document, sentence_start, sentence, score,
        head_start, head_end, tail_start, tail_end
    FROM statements
    ORDER BY drug, other, label, file, document, sentence_start, score DESC, head_start, tail_start
), best AS (
    SELECT drug, other, label, list({
        'sentence': sentence, 'score': score, 'document': document, 'file': file,
        'sentence_start': sentence_start, 'head_start': head_start, 'head_end': head_end,
        'tail_start': tail_start, 'tail_end': tail_end
    } ORDER BY score DESC, file, document, sentence_start) AS evidence
    FROM (
        SELECT * FROM ranked
        QUALIFY row_number() OVER (
            PARTITION BY drug, other, label
            ORDER BY score DESC, file, document, sentence_start
        ) <= $best
    ) GROUP BY ALL
)
SELECT drug, one.name AS drug_name, other, two.name AS other_name, label,
    documents, sentences, mean_score, max_score, probability, first_year, last_year, evidence
FROM found
JOIN sure USING (drug, other, label)
JOIN best USING (drug, other, label)
JOIN names AS one ON one.id = drug
JOIN names AS two ON two.id = other
ORDER BY probability DESC, documents DESC, drug, other, label
"""


class Counts(NamedTuple):
    """What a table holds: rows, and the statements that they are made of."""

    rows: int
    statements: int


def aggregate(
    folder: Path, output: Path, *, least_score: float = 0.0, memory: str | None = None
) -> Counts:
    """Write a row for each pair of drugs and type of interaction.

    Drugs are told apart by their identifiers where a linker gave some, or else by their names in
    small letters. `probability` is that of at least one document being right, if each document's
    best score is the probability that it is, and documents err independently: 1 - Π(1 - score).

    folder (Path): Output of a run.
    output (Path): The Parquet file to write.
    least_score (float): Interactions below it are passed over.
    memory (Optional[str]): How much DuckDB may take: "2GB". None for four fifths of what there is.
    RETURNS (Counts): What was written.
    RAISES (CorpusError): If the folder has no parts.
    """
    if not any(folder.glob(f"part-*{ENDING}")):
        raise CorpusError(Errors.NO_PARTS.format(path=folder))
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f".{output.name}.unfinished")
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        if memory is not None:
            connection.execute("SET memory_limit = $memory", {"memory": memory})
        parts = str(folder / f"part-*{ENDING}").replace("'", "''")
        views = _STATEMENTS.replace("$parts", f"'{parts}'").replace("$least", repr(least_score))
        connection.execute(views)
        query = _PAIRS.replace("$best", str(BEST)).replace("$most", repr(MOST_SURE))
        path = str(unfinished).replace("'", "''")
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        counts = [
            connection.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]
            for source in (f"read_parquet('{path}')", "statements")
        ]
    unfinished.replace(output)
    return Counts(*counts)
