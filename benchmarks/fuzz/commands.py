"""Damaged files through what a user starts: a run, and the command `convert`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import spacy
from typer.testing import CliRunner

from spacy_ddi.cli import app
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.local_engine import annotate_here
from spacy_ddi.runs.report import Annotate, Said
from spacy_ddi.runs.run import run


@cache
def import_factories() -> None:
    """Import what is registered for spaCy, before warnings are errors: other packages give some."""
    spacy.blank("en")


def check_run(path: Path, format_name: str, documents: int, errors: Sequence[str]) -> None:
    """Read a file in a run, with an annotator that finds nothing.

    path (Path): The file.
    format_name (str): Its format.
    documents (int): How many its reader finds.
    errors (Sequence[str]): What its reader says, in the order of the file: lines of the error
        table.
    RAISES (AssertionError): If the run has other documents, or its error table other lines.
    """
    output = path.parent / "run"
    outcome = run(
        [str(path)],
        output,
        _make_silent,
        settings={},
        format_name=format_name,
        engine=annotate_here,
    )
    table = output / "errors.jsonl"
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    assert lines == list(errors), (lines, errors)
    assert outcome.errors == len(lines), outcome
    assert outcome.documents == documents, outcome


def check_convert(path: Path, format_name: str) -> None:
    """Convert a file by the command.

    path (Path): The file.
    format_name (str): Its format.
    RAISES (AssertionError): If the command ends otherwise than with training data or a message, or
        if there are errors and its error table or its exit code doesn't say so.
    """
    output = path.parent / "converted.spacy"
    given = ["convert", str(path), str(output), "--from", format_name]
    result = CliRunner().invoke(app, given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    table = output.with_name(f"{output.name}.errors.jsonl")
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    assert all(json.loads(line)["code"].startswith("DDI") for line in lines), lines
    assert result.exit_code == (1 if lines else 0), (result.exit_code, result.stderr)
    assert output.exists() or lines, result.stderr


def _make_silent() -> Annotate:
    return _say_nothing


def _say_nothing(documents: Sequence[TextDocument]) -> Said:
    return Said([], [], [])
