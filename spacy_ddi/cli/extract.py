"""The command `extract`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from spacy_ddi.cli.console import progress, require_writable, say, silent_workers, write_text
from spacy_ddi.cli.loading import load_pipeline, mention_source, require_installed
from spacy_ddi.cli.options import (
    DEFAULT_PIPELINE,
    AsTextOption,
    FromOption,
    IdColumnOption,
    PipelineOption,
    PrecisionChoice,
    TextColumnOption,
)
from spacy_ddi.cli.reading import ExtractCommand, read_text
from spacy_ddi.errors import DDIError, Errors

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from spacy_ddi.formats.relation_records import RelationRecord
    from spacy_ddi.reading_flags import Flag

__all__ = ["ExtractCommand", "extract"]


class Format(str, Enum):
    """How interactions are printed."""

    TABLE = "table"
    JSONL = "jsonl"


def extract(
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TEXT",
            help="The text, in quotes, or - to read it from standard input. With --output: "
            "files, folders, patterns.",
        ),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Read the text from this file (.txt, .md, also .gz, .xz or .bz2). Only one.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Read files, and write Parquet and an error table into this folder. Given again, "
            "a run that was stopped goes on.",
        ),
    ] = None,
    from_format: FromOption = None,
    text_column: TextColumnOption = None,
    id_column: IdColumnOption = None,
    pipeline: PipelineOption = DEFAULT_PIPELINE,
    format: Annotated[
        Format, typer.Option(help="Print a table, or one JSON object a line for each interaction.")
    ] = Format.TABLE,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also write an HTML page to this file.")
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Also tell why: words by weight, dependency path, alternatives. In the table, the "
            "JSON lines and the page.",
        ),
    ] = False,
    as_text: AsTextOption = False,
    precision: PrecisionChoice = None,
    n_process: Annotated[
        int, typer.Option(min=1, help="Number of processes, for texts longer than some pages.")
    ] = 1,
) -> None:
    """Find drug-drug interactions in a text, or in many files."""
    if output is not None:
        if explain:
            raise DDIError(Errors.NO_EXPLANATIONS.format(path=output))
        from spacy_ddi.cli.extract_files import extract_files
        from spacy_ddi.formats.columns import Columns

        extract_files(
            [*(text or []), *map(str, file or [])],
            output,
            pipeline=pipeline,
            precision=precision,
            format_name=from_format,
            columns=Columns(text_column, id_column),
            n_process=n_process,
        )
        return
    content = read_text(text or [], file or [], as_text=as_text)
    require_installed(pipeline)
    require_writable(html)
    from spacy_ddi.cli.reasons import Reasons, say_notes
    from spacy_ddi.component.lookup import component_of
    from spacy_ddi.formats.relation_records import (
        mention_types,
        notes_on,
        relation_records,
        sentences,
    )

    nlp = load_pipeline(pipeline, precision)
    source = mention_source(component_of(nlp))
    records = []
    pages = []
    notes: list[Flag] = []
    n_sentences = n_mentions = 0
    reasons = Reasons(nlp) if explain else None
    for doc, offset in _annotate(nlp, content, n_process):
        found: list[Any] = list(relation_records(doc, offset=offset, source=source))
        if reasons is not None:
            found = reasons.add_to(found, doc, offset)
        records.extend(found)
        notes += notes_on(doc, source)
        n_sentences += len(sentences(doc))
        n_mentions += len(mention_types(doc, source))
        if html is not None:
            pages.append(doc)
        if format is Format.JSONL:
            _print_lines(found)
    if format is Format.TABLE:
        _print_table(records, n_mentions, n_sentences)
        if reasons is not None:
            reasons.print_all(records)
    say_notes(notes)
    if html is not None:
        from spacy_ddi.formats.html_page import render_page

        write_text(html, render_page(pages, source=source, explain=reasons))
        say(f"Page written to {html}")


def _annotate(nlp: Language, text: str, n_process: int) -> Iterator[tuple[Doc, int]]:
    """The Docs of a text's passages, with their offsets."""
    from spacy_ddi.parallel import pipe_in_processes
    from spacy_ddi.text.passages import passages

    cut = [(passage, offset) for offset, passage in passages(text)]
    stream = pipe_in_processes(nlp, cut, n_process=n_process, as_tuples=True, batch_size=4)
    with silent_workers():
        yield from progress(stream, cut, "Reading")


def _print_lines(records: list[RelationRecord]) -> None:
    is_unicode = "utf" in (sys.stdout.encoding or "").lower()
    for record in records:
        print(json.dumps(record, ensure_ascii=not is_unicode), flush=True)


def _print_table(records: list[RelationRecord], n_mentions: int, n_sentences: int) -> None:
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.formats.tables import relation_table

    console = Console()
    if records:
        console.print(relation_table(records))
    console.print(
        f"{count_of(len(records), 'interaction')} between "
        f"{count_of(n_mentions, 'drug mention')} in {count_of(n_sentences, 'sentence')}.",
        highlight=False,
    )
