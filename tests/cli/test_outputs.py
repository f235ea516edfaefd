"""What `extract` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from spacy_ddi.cli.outputs import PARTS, endings, target_of
from spacy_ddi.errors import DDIError


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("a.jsonl", "jsonl"),
        ("a.csv", "csv"),
        ("a.TSV", "csv"),
        ("a.parquet", "parquet"),
        ("a.html", "html"),
        ("a.xml", "bioc-xml"),
        ("a.spacy", "spacy"),
        ("a.pubtator", "pubtator"),
        ("out", PARTS),
        ("out.d/", PARTS),
    ],
)
def test_the_ending_tells_the_format(output, name):
    assert target_of(output, None) == (Path(output), name)


def test_a_folder_that_is_there_gets_parts(tmp_path):
    (tmp_path / "a.csv").mkdir()
    assert target_of(str(tmp_path / "a.csv"), None) == (tmp_path / "a.csv", PARTS)


@pytest.mark.parametrize("name", endings())
def test_a_name_tells_more_than_the_ending(name):
    assert target_of("a.csv", name) == (Path("a.csv"), name)
    assert target_of("out", name) == (Path("out"), name)


@pytest.mark.parametrize(
    ("output", "to", "message"),
    [
        ("a.docx", None, r"DDI150\].*--to NAME \(.*bioc-json.*html.*pubannotation"),
        ("a.json", None, r"DDI150\].*\(bioc-json or label-studio or pubannotation\)"),
        ("a.txt", None, "DDI150"),
        ("a.csv", "docx", r"DDI121\].*'docx'.*brat"),
        ("a.csv", "pubmed", r"DDI122\].*written as 'pubmed'.*brat"),
        (None, "csv", r"DDI151\] --to csv"),
    ],
)
def test_what_cannot_be_told_is_an_error(output, to, message):
    with pytest.raises(DDIError, match=message):
        target_of(output, to)


def test_no_output():
    assert target_of(None, None) is None
