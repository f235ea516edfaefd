"""`extract --output`: many files into a folder of tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from spacy_ddi.cli.console import say, tell_of_others
from spacy_ddi.cli.loading import folder_of, load_pipeline, require_installed
from spacy_ddi.cli.options import EngineOption, PrecisionOption, Reported
from spacy_ddi.cli.reasons import say_notes
from spacy_ddi.errors import DDIError, Errors

if TYPE_CHECKING:
    from spacy_ddi.formats.columns import Columns
    from spacy_ddi.runs.annotator import Annotator
    from spacy_ddi.runs.run import Engine

ERRORS_SHOWN: Final = 5
"""Of a run, on the terminal; all are in its table."""

MOST_OF_A_NAME: Final = 100
"""Characters of a name that is not there, which may be a text."""


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
    RAISES (DDIError): If what is named is not there, before anything is made.
    RAISES (Exit): With code 1 if something could not be read: it is in the error table.
    """
    from spacy_ddi.cli.run_progress import RunProgress
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.runs.parts import NOTES, flags_in
    from spacy_ddi.runs.run import run

    require_installed(pipeline)
    _require_inputs(names)
    chosen = precision.value if precision else None
    settings = {
        "pipeline": pipeline,
        "digest": digest_of_pipeline(pipeline),
        "precision": chosen,
        **reported._asdict(),
    }
    others: list[Path] = []
    with _kept_when_stopped(), RunProgress() as shown:
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
    if shown.has_nothing_to_do:
        say("Nothing was left to do.")
    say(
        f"{count_of(outcome.documents, 'document')}, "
        f"{count_of(outcome.interactions, 'interaction')} in {count_of(outcome.parts, 'part')}: "
        f"{output}"
    )
    if outcome.notes:
        say_notes(flags_in(output), documents=outcome.documents)
        say(f"Which they are: {output / NOTES}", style="dim")
    tell_of_others(others)
    if outcome.errors:
        _say_first_errors(output / "errors.jsonl", outcome.errors)
        say(f"{count_of(outcome.errors, 'error')}: {output / 'errors.jsonl'}", style="red")
        raise typer.Exit(1)


def _require_inputs(names: Sequence[str]) -> None:
    """See that all that is named is there.

    RAISES (DDIError): If nothing is named, or what is not there.
    """
    from spacy_ddi.formats.inputs import missing_names

    if not names:
        raise DDIError(Errors.ONE_TEXT.format(found="nothing to read"))
    if missing := missing_names(names):
        shown = ", ".join(f"'{_shortened(name)}'" for name in missing[:20])
        more = f" and {len(missing) - 20:,} more" if len(missing) > 20 else ""
        raise DDIError(Errors.INPUTS_MISSING.format(names=shown + more))


def _shortened(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= MOST_OF_A_NAME else f"{line[:MOST_OF_A_NAME]}…"


@contextmanager
def _kept_when_stopped() -> Iterator[None]:
    """A block after whose Ctrl-C it is said that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        advice = "What is done is kept: the same command goes on from there."
        raise KeyboardInterrupt(advice) from None


def _say_first_errors(table: Path, n_errors: int) -> None:
    with table.open(encoding="utf-8") as file:
        for line in islice(file, ERRORS_SHOWN):
            error = json.loads(line)
            say(f"[{error['code']}] {error['message']}", style="red")
    if n_errors > ERRORS_SHOWN:
        say(f"… and {n_errors - ERRORS_SHOWN:,} more.", style="red")


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
