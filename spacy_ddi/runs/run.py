"""A run: inputs in, a folder of parts out; a second start does what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.inputs import find_inputs
from spacy_ddi.runs.manifest import manifest_of, read_manifest, require_same
from spacy_ddi.runs.merging import Merger, take_back_failures
from spacy_ddi.runs.parts import UNFINISHED, gather_errors, remove_unwritten, totals_of
from spacy_ddi.runs.report import MakeAnnotator, MakeWork, Report
from spacy_ddi.runs.run_lock import alone_in
from spacy_ddi.runs.shards import (
    CHUNK,
    CHUNK_CHARACTERS,
    CHUNKS_OF_PART,
    SHARD_BYTES,
    Shard,
    error_line,
    make_shards,
)
from spacy_ddi.runs.worker import Worker

Engine = Callable[[Sequence[Shard], MakeWork], Generator[Report, None, None]]
"""Reads shards and gives their chunks to workers, but for those that are done; gives their reports.
It knows nothing of formats and pipelines, and no pipeline knows of it."""


class Plan(NamedTuple):
    """What there is to do.

    shard_sizes (List[int]): Bytes of the files of each shard, as they lie there.
    missing (List[int]): Numbers of the shards that are not complete.
    documents (int): How many an earlier start has done, of parts and of what is to become one.
    """

    shard_sizes: list[int]
    missing: list[int]
    documents: int


class Outcome(NamedTuple):
    """What a run came to.

    parts, documents, interactions, notes, errors (int): How many there are, those of earlier starts
        among them.
    """

    parts: int
    documents: int
    interactions: int
    notes: int
    errors: int


def run(
    names: Sequence[str],
    output: Path,
    make_annotator: MakeAnnotator,
    *,
    settings: dict[str, Any],
    format_name: str | None = None,
    columns: Columns = FIRST_OF_THEM,
    retry_errors: bool = False,
    engine: Engine,
    on_other: Callable[[Path], None] = lambda path: None,
    on_start: Callable[[Plan], None] = lambda plan: None,
    on_report: Callable[[Report], None] = lambda report: None,
) -> Outcome:
    """Annotate files into a folder of Parquet parts and an error table.

    names (Sequence[str]): Files, folders, patterns; see `find_inputs`.
    output (Path): The folder. If it is that of an earlier, stopped start, what is missing is done.
    make_annotator (Callable[[], Annotate]): Called once in each worker.
    settings (Dict[str, Any]): All that the result depends on beside the inputs; JSON values.
    format_name, columns: See `read_documents`.
    retry_errors (bool): Whether to do parts again on whose documents the pipeline failed.
    engine (Callable): Runs the workers.
    on_other (Callable[[Path], None]): Called with each file of a folder that is passed over.
    on_start (Callable[[Plan], None]): Called before the first part.
    on_report (Callable[[Report], None]): Called for each chunk that is done.
    RETURNS (Outcome): What there is now.
    RAISES (CorpusError): If the folder belongs to another run, if another command is at work there,
        or if there is no such format.
    """
    lost: list[str] = []
    inputs = find_inputs(
        names,
        format_name=format_name,
        on_error=lambda error: lost.append(error_line(error)),
        on_other=on_other,
    )
    shards = make_shards(inputs, columns)
    settings = {
        **settings,
        "from": format_name,
        "columns": list(columns),
        "versions": {name: version(name) for name in ("spacy", "spacy-ddi")},
        "sizes": [SHARD_BYTES, CHUNK, CHUNK_CHARACTERS, CHUNKS_OF_PART],
    }
    read_manifest(output)
    with alone_in(output):
        before = read_manifest(output)
        require_same(output, manifest_of(shards, settings, before), before)
        remove_unwritten(output)
        if retry_errors:
            take_back_failures(output)
        merger = Merger(output)
        missing = merger.missing(shards)
        on_start(_plan(output, shards, missing))
        with closing(engine(missing, partial(Worker, make_annotator, output))) as reports:
            for report in reports:
                merger.add(report)
                on_report(report)
        shutil.rmtree(output / UNFINISHED)
        return Outcome(*totals_of(output), gather_errors(output, lost))


def _plan(output: Path, shards: Sequence[Shard], missing: Sequence[Shard]) -> Plan:
    sizes = [sum(Path(path).stat().st_size for path, _ in shard.files) for shard in shards]
    done = totals_of(output).documents + totals_of(output / UNFINISHED).documents
    return Plan(sizes, [shard.number for shard in missing], done)
