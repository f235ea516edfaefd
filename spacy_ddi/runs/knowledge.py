"""What many documents say together: a row for each pair of drugs and type of interaction.

DuckDB does the work, and puts on the disk what is larger than memory.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Final, NamedTuple

from spacy_ddi.errors import CorpusError, DDIError, Errors
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.pair_files import ENDINGS, PAIR_FORMATS, PairFormat, quoted
from spacy_ddi.runs.manifest import NAME
from spacy_ddi.runs.parts import ENDING
from spacy_ddi.runs.run_lock import LOCK, alone_in

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
CREATE TABLE latest AS
SELECT document, format, max(place) AS last
FROM read_parquet($parts) JOIN sources USING (file)
GROUP BY ALL HAVING min(place) < max(place);

CREATE VIEW said AS
SELECT * FROM read_parquet($parts, filename = true, file_row_number = true)
LEFT JOIN sources USING (file)
LEFT JOIN latest USING (document, format)
WHERE last IS NULL OR place = last;

CREATE VIEW ends AS
SELECT document, year, label, score, sentence, sentence_start, file,
    regexp_replace(lower(nfc_normalize(head)), '[\\s\\p{Pd}]+', ' ', 'g') AS head_key,
    regexp_replace(lower(nfc_normalize(tail)), '[\\s\\p{Pd}]+', ' ', 'g') AS tail_key,
    nullif(head_id, '') AS head_id, nullif(tail_id, '') AS tail_id,
    coalesce(nullif(head_name, ''), head) AS head_name,
    coalesce(nullif(tail_name, ''), tail) AS tail_name,
    head_start, head_end, tail_start, tail_end,
    filename AS part, file_row_number AS row
FROM said
WHERE score >= $least;

CREATE VIEW of_drugs AS
SELECT *,
    coalesce(head_id, 'name:' || trim(head_key)) AS head_drug,
    coalesce(tail_id, 'name:' || trim(tail_key)) AS tail_drug,
    head_drug <= tail_drug AS in_order,
    CASE WHEN in_order THEN head_drug ELSE tail_drug END AS drug,
    CASE WHEN in_order THEN tail_drug ELSE head_drug END AS other,
    CASE WHEN in_order THEN head_name ELSE tail_name END AS drug_name,
    CASE WHEN in_order THEN tail_name ELSE head_name END AS other_name
FROM ends;

CREATE VIEW statements AS SELECT * FROM of_drugs WHERE drug <> other;
"""
"""What the parts say; of a document of which several files have versions, what the last one does.
Names without an identifier are compared in small letters, and runs of blanks and hyphens are one
blank. Two names of one drug are no pair."""

_TABLES: Final = (
    # Sentences are told apart by where they begin, and documents by file and id.
    """
    CREATE TABLE found AS
    WITH of_sentences AS (
        SELECT drug, other, label, file, document, sentence_start, count(*) AS n,
            sum(score::DOUBLE) AS total, max(score) AS most, min(year) AS first, max(year) AS last
        FROM statements GROUP BY ALL
    ), of_documents AS (
        SELECT drug, other, label, file, document, count(*) AS sentences, sum(n) AS n,
            sum(total) AS total, max(most) AS most, min(first) AS first, max(last) AS last
        FROM of_sentences GROUP BY ALL
    )
    SELECT drug, other, label, count(*) AS documents, sum(sentences)::BIGINT AS sentences,
        round(sum(total) / sum(n), 4) AS mean_score, round(max(most)::DOUBLE, 4) AS max_score,
        min(first) AS first_year, max(last) AS last_year
    FROM of_documents GROUP BY ALL
    """,
    # Of a sentence that several documents have in the same words, the best one stands.
    """
    CREATE TABLE different AS
    SELECT * FROM (
        SELECT drug, other, label, score, file, document, sentence_start, head_start, tail_start,
            part, row, hash(sentence) AS words
        FROM statements
    )
    QUALIFY row_number() OVER (
        PARTITION BY drug, other, label, words
        ORDER BY score DESC, file, document, sentence_start, head_start, tail_start
    ) = 1
    """,
    """
    CREATE TABLE sure AS
    WITH of_documents AS (
        SELECT drug, other, label, file, document, max(score) AS score
        FROM different GROUP BY ALL
    )
    SELECT drug, other, label,
        1 - exp(sum(ln(1 - least(score::DOUBLE, $most)))) AS probability
    FROM of_documents GROUP BY ALL
    """,
    """
    CREATE TABLE names AS
    WITH said AS (
        SELECT drug AS id, drug_name AS name, count(*) AS n FROM statements GROUP BY ALL
        UNION ALL SELECT other, other_name, count(*) FROM statements GROUP BY ALL
    ), counted AS (
        SELECT id, name, sum(n) AS n FROM said GROUP BY ALL
    )
    SELECT id, name FROM counted
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY n DESC, name) = 1
    """,
    # Only now are the sentences themselves read, those that are kept.
    """
    CREATE TABLE best AS
    WITH places AS (
        SELECT drug, other, label, part, row, row_number() OVER (
            PARTITION BY drug, other, label
            ORDER BY score DESC, file, document, sentence_start
        ) AS rank
        FROM different QUALIFY rank <= $best
    )
    SELECT drug, other, places.label, rank, {
        'sentence': sentence, 'score': round(score::DOUBLE, 4), 'document': document, 'file': file,
        'sentence_start': sentence_start, 'head_start': head_start, 'head_end': head_end,
        'tail_start': tail_start, 'tail_end': tail_end
    } AS said
    FROM places JOIN ends USING (part, row)
    """,
)
"""What is known of each pair, table by table. Each of them can lie on the disk while it is made, as
sums of numbers can, and lists of text can't."""

_PAIRS: Final = """
SELECT drug, one.name AS drug_name, other, two.name AS other_name, label,
    documents, sentences, mean_score, max_score, probability, first_year, last_year,
    list_filter([$each], lambda said: said IS NOT NULL) AS evidence
FROM found
JOIN sure USING (drug, other, label)
$joins
JOIN names AS one ON one.id = drug
JOIN names AS two ON two.id = other
ORDER BY probability DESC, documents DESC, drug, other, label
"""


class Counts(NamedTuple):
    """What a table holds: rows, the pairs of drugs that they are of, and the statements that they
    are made of; and how many statements are of a drug with itself and no part of it."""

    rows: int
    pairs: int
    statements: int
    of_itself: int


def aggregate(
    folder: Path, output: Path, *, min_score: float = 0.0, memory: str | None = None
) -> Counts:
    """Write a row for each pair of drugs and type of interaction.

    Drugs are told apart by their identifiers where a linker gave some, or else by their names in
    small letters. What is said of a drug and itself, by its brand for example, is a mistake and is
    left out. Where several files have versions of a document (a PMID, a set id), the last one
    counts. `probability` is that of at least one document being right, if each document's
    best score is the probability that it is, and documents err independently: 1 - Π(1 - score). A
    sentence in the same words counts once, whatever the number of documents that repeat it.

    folder (Path): Output of a run.
    output (Path): The file to write; its ending tells the format, see `PAIR_FORMATS`.
    min_score (float): Interactions below it are passed over.
    memory (Optional[str]): How much DuckDB may take: "2GB". None for four fifths of what there is.
        What is more lies beside the output meanwhile.
    RETURNS (Counts): What was written.
    RAISES (CorpusError): If the folder has no parts, if the ending is another, if the memory is too
        little, or if another command writes the same file.
    """
    format = format_to_write(output)
    if not any(folder.glob(f"part-*{ENDING}")):
        raise CorpusError(Errors.NO_PARTS.format(path=folder))
    output.parent.mkdir(parents=True, exist_ok=True)
    with _folder_beside(output) as aside:
        # Tables of a database in a file leave memory more willingly than those of none.
        with duckdb.connect(Path(aside, "tables.db")) as base:
            base.execute("SET preserve_insertion_order = false")
            unfinished = Path(aside, output.name)
            try:
                if memory is not None:
                    base.execute("SET memory_limit = $memory", {"memory": memory})
                counts = _write_pairs(base, folder, unfinished, format, min_score)
            except duckdb.OutOfMemoryException as error:
                raise CorpusError(
                    Errors.TOO_LITTLE_MEMORY.format(memory=memory or "80 %")
                ) from error
            except duckdb.ParserException as error:
                raise CorpusError(Errors.BAD_MEMORY.format(memory=memory)) from error
            except duckdb.Error as error:
                found = {"path": folder, "problem": str(error).splitlines()[0]}
                raise CorpusError(Errors.CORPUS_FILE.format(**found)) from error
        unfinished.replace(output)
    return counts


def format_to_write(output: Path) -> PairFormat:
    """The format of a file that is to be written.

    output (Path): The file.
    RETURNS (PairFormat): By its ending.
    RAISES (CorpusError): If no table of pairs has such an ending.
    """
    format = PAIR_FORMATS.get(output.suffix.lower())
    if format is None:
        found = {"what": "a table of pairs", "endings": ENDINGS}
        raise CorpusError.at(Errors.OTHER_ENDING, output, **found)
    return format


@contextmanager
def _folder_beside(output: Path) -> Iterator[Path]:
    """A block with an empty folder, whose name depends on the output alone: what a killed command
    has left in it, the next one removes."""
    folder = output.with_name(f".{output.name}.tables")
    with alone_in(folder):
        for path in folder.iterdir():
            if path.name != LOCK:
                path.unlink() if path.is_file() else shutil.rmtree(path)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _write_pairs(
    base: duckdb.DuckDBPyConnection,
    folder: Path,
    output: Path,
    format: PairFormat,
    min_score: float,
) -> Counts:
    parts = quoted(Path(escape(str(folder)), f"part-*{ENDING}"))
    base.execute("CREATE TABLE sources (file VARCHAR, format VARCHAR, place INTEGER)")
    if versioned := _sources(folder):
        base.executemany("INSERT INTO sources VALUES (?, ?, ?)", versioned)
    base.execute(_STATEMENTS.replace("$parts", parts).replace("$least", repr(min_score)))
    for query in _TABLES:
        base.execute(query.replace("$best", str(BEST)).replace("$most", repr(MOST_SURE)))
    each = ", ".join(f"best_{rank}.said" for rank in range(1, BEST + 1))
    joins = "\n".join(
        f"LEFT JOIN (FROM best WHERE rank = {rank}) AS best_{rank} USING (drug, other, label)"
        for rank in range(1, BEST + 1)
    )
    pairs = _PAIRS.replace("$each", each).replace("$joins", joins)
    base.execute(f"COPY ({format.written(pairs)}) TO {quoted(output)} {format.options}")
    count = """SELECT (SELECT count(*) FROM found),
        (SELECT count(*) FROM (SELECT DISTINCT drug, other FROM found)),
        count(*) FILTER (drug <> other), count(*) FILTER (drug = other) FROM of_drugs"""
    return Counts(*base.execute(count).fetchall()[0])


def _sources(folder: Path) -> list[tuple[str, str, int]]:
    """The files of a run that may have versions of the same documents: each with its format, and
    which in order it is."""
    try:
        inputs = json.loads((folder / NAME).read_text(encoding="utf-8"))["inputs"]
        found = [(each["path"], each["format"]) for each in inputs]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # a folder that was put together by hand
    known = formats()
    return [
        (path, name, place)
        for place, (path, name) in enumerate(found)
        if name in known and known[name].has_versions
    ]
