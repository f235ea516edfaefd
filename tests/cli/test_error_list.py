"""Errors that end no command."""

from __future__ import annotations

import json

import pytest
import typer

from spacy_ddi.cli.error_list import ErrorList
from spacy_ddi.errors import CorpusError
from spacy_ddi.runs.shards import error_line


def test_errors_are_said_at_once_kept_and_counted(tmp_path, capsys):
    errors = ErrorList(tmp_path / "new" / "a.csv")
    table = tmp_path / "new" / "a.csv.errors.jsonl"
    errors(CorpusError("[DDI125] a.xml, line 2: odd]."))
    assert "[DDI125] a.xml, line 2: odd]." in capsys.readouterr().err
    assert len(table.read_text("utf8").splitlines()) == 1
    errors.add(error_line(CorpusError("[DDI123] β: gone."), file="β"))
    with pytest.raises(typer.Exit) as end:
        errors.end()
    assert end.value.exit_code == 1
    assert f"2 errors: {table}" in capsys.readouterr().err.replace("\n", "")
    assert [json.loads(line) for line in table.read_text("utf8").splitlines()] == [
        {"code": "DDI125", "message": "a.xml, line 2: odd]."},
        {"file": "β", "code": "DDI123", "message": "β: gone."},
    ]


def test_without_errors_there_is_no_table_of_an_earlier_start(tmp_path):
    table = tmp_path / "a.csv.errors.jsonl"
    table.write_text("{}", encoding="utf8")
    ErrorList(tmp_path / "a.csv").end()
    assert not table.exists()


def test_without_an_output_errors_are_said_and_counted(capsys):
    errors = ErrorList()
    errors(CorpusError("[DDI125] a.xml: odd."))
    with pytest.raises(typer.Exit):
        errors.end()
    assert "1 error." in capsys.readouterr().err
