"""`extract --output`: many files into a folder of tables."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from spacy_ddi.cli.console import say, tell_of_others
from spacy_ddi.cli.loading import folder_of, load_pipeline, require_installed
from spacy_ddi.cli.options import EngineOption, PrecisionOption, Reported
from spacy_ddi.errors import DDIError, Errors

if TYPE_CHECKING:
    from spacy_ddi.formats.columns import Columns
    from spacy_ddi.runs.annotator import Annotator
    from spacy_ddi.runs.run import Engine


def extract_files(
    names: list[str],
    output: Path,
    *,
    pipeline: str,
    precision: PrecisionOption | None,
    reported: Reported,
    format_name: str | None,
    columns: Columns,
    retry_errors: bool,
    engine: Engine,
) -> None:
    """Annotate files into a folder; what an earlier start did is not done again.

    names (List[str]): Files, folders, patterns.
    output (Path): The folder.
    pipeline (str): An installed package, or a folder.
    precision (Optional[PrecisionOption]): Of its transformer; None for its own.
    reported (Reported): Which interactions are written.
    format_name (Optional[str]): The format of the files; None to tell it from each.
    columns (Columns): Where tables have text and id.
    retry_errors (bool): Whether to do documents again on which the pipeline failed.
    engine (Callable): Runs the workers; see `chosen_engine`.
    RAISES (Exit): With code 1 if something could not be read: it is in the error table.
    """
    from spacy_ddi.cli.run_progress import RunProgress
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.runs.parts import NOTES
    from spacy_ddi.runs.run import run

    require_installed(pipeline)
    chosen = precision.value if precision else None
    settings = {
        "pipeline": pipeline,
        "digest": digest_of_pipeline(pipeline),
        "precision": chosen,
        **reported._asdict(),
    }
    others: list[Path] = []
    with RunProgress() as shown:
        outcome = run(
            names,
            output,
            partial(make_annotator, pipeline, precision, reported),
            settings=settings,
            format_name=format_name,
            columns=columns,
            retry_errors=retry_errors,
            engine=engine,
            on_other=others.append,
            on_start=shown.start,
            on_report=shown.add,
        )
    if not shown.documents:
        say("Nothing was left to do.")
    say(
        f"{count_of(outcome.documents, 'document')}, "
        f"{count_of(outcome.interactions, 'interaction')} in {count_of(outcome.parts, 'part')}: "
        f"{output}"
    )
    if outcome.notes:
        say(f"Note: {count_of(outcome.notes, 'note')} on what could not be known: {output / NOTES}")
    tell_of_others(others)
    if outcome.errors:
        say(f"{count_of(outcome.errors, 'error')}: {output / 'errors.jsonl'}", style="red")
        raise typer.Exit(1)


def chosen_engine(
    name: EngineOption, output: Path, *, n_process: int, address: str | None
) -> Engine:
    """What runs the workers.

    name (EngineOption): Which.
    output (Path): The folder that they write into.
    n_process (int): How many.
    address (Optional[str]): A Ray cluster's; None for this machine.
    RETURNS (Callable): The engine.
    RAISES (DDIError): If it is Ray and not installed, or not and has an address.
    """
    if name is EngineOption.RAY:
        from spacy_ddi.runs.ray_engine import annotate_with_ray, require_ray

        require_ray()
        return partial(annotate_with_ray, output=output, n_process=n_process, address=address)
    from spacy_ddi.runs.local_engine import annotate_locally

    if address is not None:
        raise DDIError(Errors.ADDRESS_OF_WHAT.format(address=address))
    return partial(annotate_locally, n_process=n_process)


def make_annotator(
    pipeline: str, precision: PrecisionOption | None, reported: Reported
) -> Annotator:
    """What each process begins with; see `Annotator`."""
    from spacy_ddi.runs.annotator import Annotator

    return Annotator(load_pipeline(pipeline, precision, reported))


def digest_of_pipeline(name: str) -> str:
    """What tells a pipeline from another, or from an earlier version of itself.

    name (str): An installed package, or a folder.
    RETURNS (str): SHA-256 of its files.
    """
    digest = hashlib.sha256()
    folder = folder_of(name)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()
