"""The command `extract`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from spacy_ddi.cli.console import (
    progress,
    require_ending,
    require_writable,
    say,
    silent_workers,
    tell_of_others,
    write_text,
)
from spacy_ddi.cli.extract_documents import (
    Found,
    annotate_all,
    counts_of,
    keeps_for,
    write_stream,
)
from spacy_ddi.cli.loading import load_pipeline, mention_source, require_installed
from spacy_ddi.cli.notes_file import notes_written
from spacy_ddi.cli.options import (
    DEFAULT_PIPELINE,
    AddressOption,
    AsTextOption,
    EngineChoice,
    EngineOption,
    FromOption,
    IdColumnOption,
    MinPrecisionOption,
    MinScoreOption,
    PipelineOption,
    PrecisionChoice,
    Reported,
    TextColumnOption,
    TypesOption,
    listed,
)
from spacy_ddi.cli.outputs import EXPLAINED, PARTS, Target, require_unused, target_of
from spacy_ddi.cli.reading import ExtractCommand, read_given, read_text, sort_arguments
from spacy_ddi.cli.reasons import Reasons, print_reasons, say_notes
from spacy_ddi.errors import DDIError, Errors

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from spacy_ddi.cli.error_list import ErrorList
    from spacy_ddi.explaining.explanation import Explanation
    from spacy_ddi.formats.reading_notes import Noted
    from spacy_ddi.formats.text_document import TextDocument

__all__ = ["ExtractCommand", "extract"]

MOST_SHOWN: Final = 1_000
"""Interactions of many files that a table on the terminal shows."""


class Format(str, Enum):
    """How interactions are printed."""

    TABLE = "table"
    JSONL = "jsonl"


def extract(
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT",
            help="Files, folders and patterns, or the text itself, in quotes, or - to read it from "
            "standard input.",
        ),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Read plain text from this file, whatever its name (also .gz, .xz or .bz2). Only "
            "one.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Write a file whose ending tells the format (.jsonl, .csv, .parquet, .html, "
            ".spacy, …), or into a folder Parquet in parts and an error table: a run that was "
            "stopped goes on when the command is given again.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="FORMAT", help="Format to write, e.g. brat, bioc-json or ddi2013."),
    ] = None,
    from_format: FromOption = None,
    text_column: TextColumnOption = None,
    id_column: IdColumnOption = None,
    pipeline: PipelineOption = DEFAULT_PIPELINE,
    format: Annotated[
        Format | None,
        typer.Option(
            help="Print a table, or one JSON object a line for each interaction.  [default: table]"
        ),
    ] = None,
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
    notes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Also write what could not be known, one JSON object a line: texts without a "
            "drug, sentences with one drug only, or not read in full. A run has a table of it.",
        ),
    ] = None,
    as_text: AsTextOption = False,
    min_precision: MinPrecisionOption = None,
    min_score: MinScoreOption = None,
    types: TypesOption = None,
    precision: PrecisionChoice = None,
    n_process: Annotated[
        int, typer.Option(min=1, help="Number of processes, for many documents or some pages.")
    ] = 1,
    engine: EngineChoice = EngineOption.LOCAL,
    address: AddressOption = None,
    retry_errors: Annotated[
        bool,
        typer.Option(
            "--retry-errors",
            help="In a run, do documents again on which the pipeline failed, with all of their "
            "parts.",
        ),
    ] = False,
) -> None:
    """Find drug-drug interactions in a text, or in many files."""
    from spacy_ddi.formats.columns import Columns

    target = target_of(output, to)
    columns = Columns(text_column, id_column)
    reported = Reported(min_precision, min_score, listed(types))
    given_options = {
        "--format": format,
        "--html": html,
        "--as-text": as_text,
        "--explain": explain,
        "--notes": notes,
    }
    _require_used(target, given_options)
    require_ending(html, "a page", ".html", ".htm")
    require_ending(notes, "a table of JSON lines", ".jsonl")
    if target is not None and target.name == PARTS:
        from spacy_ddi.cli.extract_files import chosen_engine, extract_files

        extract_files(
            [*(text or []), *map(str, file or [])],
            target.path,
            pipeline=pipeline,
            precision=precision,
            reported=reported,
            format_name=from_format,
            columns=columns,
            retry_errors=retry_errors,
            engine=chosen_engine(engine, target.path, n_process=n_process, address=address),
        )
        return
    if engine is EngineOption.RAY or address is not None:
        raise DDIError(Errors.ENGINE_OF_WHAT)
    if retry_errors:
        raise DDIError(Errors.RETRY_OF_WHAT)
    from spacy_ddi.cli.error_list import ErrorList

    given = sort_arguments(text or [], as_text=as_text)
    shown = Shown(format or Format.TABLE, html, explain, n_process, notes)
    if target is None and not given.names:
        content = read_text(given.texts, file or [], as_text=as_text)
        require_installed(pipeline)
        require_writable(html, notes)
        shown.print_text(load_pipeline(pipeline, precision, reported), content)
        return
    require_installed(pipeline)
    require_writable(html, notes, *([target.path] if target else ()))
    if target is not None:
        require_unused(target)
    errors = ErrorList(target.path if target else None)
    others: list[Path] = []
    documents = read_given(
        given,
        file or [],
        as_text=as_text,
        format_name=from_format,
        columns=columns,
        on_error=errors,
        on_other=others.append,
    )
    nlp = load_pipeline(pipeline, precision, reported)
    shown.show_documents(nlp, documents, target, errors)
    tell_of_others(others)
    errors.end()


def _require_used(target: Target | None, given: Mapping[str, Any]) -> None:
    """See that no option was given that does nothing."""
    if target is None:
        return
    useless = {"--format"}
    advice = "Leave one of them out."
    if target.name == PARTS:
        useless.update(given)
        advice = "A folder gets tables only: leave the option out, or name a file."
    elif target.name not in EXPLAINED and not given["--html"]:
        useless.add("--explain")
        taking = " or ".join(f".{name}" for name in EXPLAINED)
        advice = f"Explanations are kept in files that end in {taking}, or in a page (--html)."
    for option, value in given.items():
        if value and option in useless:
            said = {"option": option, "path": target.path, "advice": advice}
            raise DDIError(Errors.NOT_FOR_OUTPUT.format(**said))


@dataclass
class Shown:
    """What becomes of the interactions that are found.

    format (Format): How they are printed.
    html (Optional[Path]): Where a page is written, too.
    explain (bool): Whether they are explained.
    n_process (int): Processes that find them.
    notes (Optional[Path]): Where what could not be known is written.
    """

    format: Format
    html: Path | None
    explain: bool
    n_process: int
    notes: Path | None
    found: Found = field(default_factory=Found)

    def print_text(self, nlp: Language, text: str) -> None:
        """Print the interactions of a text, passage by passage.

        nlp (Language): The pipeline.
        text (str): The text.
        """
        from spacy_ddi.component.lookup import component_of
        from spacy_ddi.formats.html_page import page_part
        from spacy_ddi.formats.reading_notes import notes_of
        from spacy_ddi.formats.relation_records import relation_records
        from spacy_ddi.reading_flags import NO_DRUG

        source = mention_source(component_of(nlp))
        reasons = Reasons(nlp) if self.explain else None
        records: list[Mapping[str, Any]] = []
        explanations: list[Explanation] = []
        noted: list[Noted] = []
        for doc, offset in _annotate(nlp, text, self.n_process):
            of_passage: list[Any] = list(relation_records(doc, offset=offset, source=source))
            if reasons is not None:
                of_passage = reasons.add_to(of_passage, doc, offset)
                explanations += reasons(doc)
            noted.append((counts := counts_of(doc, source, offset)).noted)
            self.found.add(counts)
            if self.html is not None:
                self.found.pages.append(page_part(doc, source, reasons))
            records += self._print_lines(of_passage)
        with notes_written(self.notes) as on_notes:
            notes = notes_of(noted, len(text))
            self.found.notes[NO_DRUG] += sum(note["flag"] == NO_DRUG for note in notes)
            on_notes(notes)
        self._finish(records, explanations)

    def show_documents(
        self,
        nlp: Language,
        documents: Iterable[TextDocument],
        target: Target | None,
        errors: ErrorList,
    ) -> None:
        """Write the interactions of documents as they come, or print them.

        nlp (Language): The pipeline.
        documents (Iterable[TextDocument]): The documents.
        target (Optional[Target]): What to write; None to print.
        errors (ErrorList): Gets an error of each document on which the pipeline fails.
        """
        reasons = Reasons(nlp) if self.explain else None
        keeps = keeps_for(target, page=self.html is not None, reasons=reasons)
        with silent_workers(), notes_written(self.notes) as on_notes:
            stream = annotate_all(
                nlp,
                documents,
                keeps,
                n_process=self.n_process,
                errors=errors,
                found=self.found,
                on_notes=on_notes,
            )
            if target is not None:
                write_stream(progress(stream, None, "Reading"), target, self.found, errors)
                say_notes(self.found.notes, documents=self.found.documents)
                self._write_page()
                return
            records: list[Mapping[str, Any]] = []
            explanations: list[Explanation] = []
            for each in stream:
                records += self._print_lines(each.rows)[: MOST_SHOWN - len(records)]
                if reasons is not None:
                    explanations += (why for passage in each.passages for why in passage["reasons"])
        if self.found.documents:
            self._finish(records, explanations)
        elif not errors.count:
            say("There is no document in what was given.")

    def _print_lines(self, records: list[Any]) -> list[Any]:
        """Print records as JSON lines; gives those that are left for a table."""
        if self.format is Format.TABLE:
            return records
        is_unicode = "utf" in (sys.stdout.encoding or "").lower()
        for record in records:
            print(json.dumps(record, ensure_ascii=not is_unicode), flush=True)
        return []

    def _finish(
        self, records: list[Mapping[str, Any]], explanations: Sequence[Explanation]
    ) -> None:
        """Print what is left, and write the page."""
        if self.format is Format.TABLE:
            _print_table(records, self.found)
            if self.explain:
                print_reasons(records, explanations)
        say_notes(self.found.notes, documents=self.found.documents or 1)
        self._write_page()

    def _write_page(self) -> None:
        if self.html is not None and self.found.pages:
            from spacy_ddi.formats.html_page import page_of

            write_text(self.html, page_of(self.found.pages))
            say(f"Page written to {self.html}")


def _annotate(nlp: Language, text: str, n_process: int) -> Iterator[tuple[Doc, int]]:
    """The Docs of a text's passages, with their offsets."""
    from spacy_ddi.parallel import pipe_in_processes
    from spacy_ddi.text.passages import passages

    cut = [(passage, offset) for offset, passage in passages(text)]
    stream = pipe_in_processes(nlp, cut, n_process=n_process, as_tuples=True, batch_size=4)
    with silent_workers():
        yield from progress(stream, cut, "Reading")


def _print_table(records: list[Mapping[str, Any]], found: Found) -> None:
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.formats.tables import relation_table

    console = Console()
    if records:
        console.print(relation_table(records, width=console.width))
    n_interactions = found.interactions or len(records)
    of_documents = f" of {count_of(found.documents, 'document')}" if found.documents else ""
    console.print(
        f"{count_of(n_interactions, 'interaction')} between "
        f"{count_of(found.mentions, 'drug mention')} in "
        f"{count_of(found.sentences, 'sentence')}{of_documents}.",
        highlight=False,
    )
    if len(records) < n_interactions:
        shown = "one is" if len(records) == 1 else f"{len(records):,} are"
        console.print(f"Only the first {shown} shown: --output FILE keeps all of them.")
