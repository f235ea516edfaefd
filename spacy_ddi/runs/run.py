"""A run: inputs in, a folder of parts out; a second start does what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.inputs import find_inputs
from spacy_ddi.runs.manifest import manifest_of, require_same
from spacy_ddi.runs.parts import gather_errors, parts_done, remove_unfinished
from spacy_ddi.runs.report import MakeAnnotator, Report
from spacy_ddi.runs.shards import (
    CHUNK,
    CHUNK_CHARACTERS,
    SHARD_BYTES,
    Shard,
    error_line,
    make_shards,
)

Engine = Callable[[Sequence[Shard], Collection[str], MakeAnnotator], Generator[Report, None, None]]
"""Reads shards and annotates their chunks, but for the parts that are there; gives a report of each
part. It knows nothing of formats and pipelines, and no pipeline knows of it."""


class Plan(NamedTuple):
    """What there is to do.

    shard_sizes (List[int]): Bytes of the files of each shard, as they lie there.
    parts_done (int): Parts of an earlier start.
    """

    shard_sizes: list[int]
    parts_done: int


class Outcome(NamedTuple):
    """What a run came to.

    parts, errors (int): How many there are, those of earlier starts among them.
    """

    parts: int
    errors: int


def run(
    names: Sequence[str],
    output: Path,
    make_annotator: MakeAnnotator,
    *,
    settings: dict[str, Any],
    format_name: str | None = None,
    columns: Columns = FIRST_OF_THEM,
    engine: Engine,
    on_start: Callable[[Plan], None] = lambda plan: None,
    on_report: Callable[[Report], None] = lambda report: None,
) -> Outcome:
    """Annotate files into a folder of Parquet parts and an error table.

    names (Sequence[str]): Files, folders, patterns; see `find_inputs`.
    output (Path): The folder. If it is that of an earlier, stopped start, what is missing is done.
    make_annotator (Callable[[], Annotate]): Called once in each worker.
    settings (Dict[str, Any]): All that the result depends on beside the inputs; JSON values.
    format_name, columns: See `read_documents`.
    engine (Callable): Runs the workers.
    on_start (Callable[[Plan], None]): Called before the first part.
    on_report (Callable[[Report], None]): Called after each part that is made.
    RETURNS (Outcome): Parts and errors.
    RAISES (CorpusError): If the folder belongs to another run, or if there is no such format.
    """
    lost: list[str] = []
    inputs = list(
        find_inputs(
            names,
            format_name=format_name,
            on_error=lambda error: lost.append(error_line(error)),
        )
    )
    settings = {
        **settings,
        "from": format_name,
        "columns": list(columns),
        "versions": {name: version(name) for name in ("spacy", "spacy-ddi")},
        "sizes": [SHARD_BYTES, CHUNK, CHUNK_CHARACTERS],
    }
    require_same(output, manifest_of(inputs, settings))
    remove_unfinished(output)
    done = parts_done(output)
    shards = make_shards(inputs, columns)
    sizes = [sum(Path(path).stat().st_size for path, _ in shard.files) for shard in shards]
    on_start(Plan(sizes, len(done)))
    with closing(engine(shards, done, make_annotator)) as reports:
        for report in reports:
            on_report(report)
    return Outcome(len(parts_done(output)), gather_errors(output, lost))
