"""A slice of the files of `benchmarks.fuzz_formats`."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.fuzz import check as check_module
from benchmarks.fuzz.check import check, damaged_file
from benchmarks.fuzz.commands import check_run
from benchmarks.fuzz.damages import DAMAGES
from benchmarks.fuzz.originals import originals
from spacy_ddi.errors import MOST_CHARACTERS, CorpusError

COPIES = 25
"""Damaged copies of each file."""


@pytest.mark.parametrize("number", range(len(originals())))
def test_damaged_files_are_read_or_in_the_error_table(tmp_path_factory, number):
    kinds: Counter[str] = Counter()
    for copy in range(COPIES):
        file = damaged_file(number + copy * len(originals()))
        finding = check(file, tmp_path_factory.mktemp("damaged"))
        assert finding.kind in ("read", "told"), finding
        kinds[finding.kind] += 1
    assert kinds["told"] > COPIES / 8


def test_documents_that_are_lost_after_an_error_are_seen(tmp_path_factory, monkeypatch):
    read = check_module._documents

    def stop_at_an_error(*arguments):
        *_, on_error = arguments
        errors = []
        for document in read(*arguments[:-1], errors.append):
            if errors:
                on_error(errors[0])
                return
            yield document

    first = [each.format for each in originals()].index("jsonl")
    file = next(
        file
        for file in map(damaged_file, range(first, 10_000, len(originals())))
        if file.piece == 1
        and file.damages in (("truncate",), ("nest",), ("take_out",))
        and check(file, tmp_path_factory.mktemp("damaged")).kind == "told"
    )
    monkeypatch.setattr(check_module, "_documents", stop_at_an_error)
    assert check(file, tmp_path_factory.mktemp("damaged")).kind == "lost"


def test_errors_that_a_run_does_not_tell_are_seen(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "Iron."}\n{')
    [line] = check_module._read(path, "jsonl", is_told=True).errors
    check_run(path, "jsonl", 1, [line])
    for n_documents, errors in ((2, [line]), (1, []), (1, [line, line])):
        with pytest.raises(AssertionError):
            check_run(path, "jsonl", n_documents, errors)


def test_files_are_the_same_each_time_and_of_all_formats_and_damages():
    files = [damaged_file(number) for number in range(len(originals()) * COPIES)]
    assert files[:50] == [damaged_file(number) for number in range(50)]
    assert {name for file in files for name in file.damages} == {d.__name__ for d in DAMAGES}


def test_what_is_quoted_in_an_error_is_a_line_that_can_be_written():
    assert str(CorpusError("a\r\n\tb\udca0\x1b💊")) == "a b\\udca0\\x1b💊"
    message = str(CorpusError("begin" + "x" * 100_000 + "end"))
    assert len(message) <= MOST_CHARACTERS + 3
    assert message.startswith("beginx")
    assert message.endswith("xend")
