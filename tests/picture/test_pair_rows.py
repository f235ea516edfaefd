"""Which rows a picture shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.picture.pair_rows import COLUMNS, Choice, choose_pairs
from tests.picture.made_up_pairs import pair, write_pairs

ROWS = [
    pair("a", "b", probability=0.5),
    pair("a", "c", probability=0.9, documents=2),
    pair("a", "d", probability=0.9, documents=3),
    pair("c", "d", "it's", probability=0.7, max_score=0.2),
    pair("d", "d", probability=0.99),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_pairs(tmp_path / "it's pairs.parquet", *ROWS)


def names(path: Path, choice: Choice) -> tuple[list[str], str]:
    chosen = choose_pairs(path, choice)
    return [row["drug_name"] + row["other_name"] for row in chosen.rows], chosen.note


def test_the_most_evident_come_first_and_a_drug_with_itself_is_left_out(path: Path) -> None:
    found, note = names(path, Choice())
    assert found == ["ad", "ac", "cd", "ab"]
    assert note == "Left out: 1 row (1 of a drug with itself)."
    assert choose_pairs(path, Choice()).rows[0]["evidence"][0]["document"] == "123"


@pytest.mark.parametrize(
    ("choice", "found", "reasons"),
    [
        (Choice(labels=("it's",)), ["cd"], "1 of a drug with itself, 3 of other types"),
        (Choice(min_documents=3), ["ad"], "1 of a drug with itself, 3 in fewer documents"),
        (Choice(min_score=0.75), ["ad", "ac", "ab"], "1 of a drug with itself, 1 with a lower sco"),
        (Choice(max_edges=3), ["ad", "ac", "cd"], "itself, 1 less evident than the 3 of --max"),
        (Choice(max_edges=4), ["ad", "ac", "cd", "ab"], "(1 of a drug with itself)."),
    ],
)
def test_what_is_left_out_is_counted(
    path: Path, choice: Choice, found: list[str], reasons: str
) -> None:
    shown, note = names(path, choice)
    assert shown == found
    assert reasons in note


def test_without_anything_left_out_there_is_no_note(tmp_path: Path) -> None:
    assert names(write_pairs(tmp_path / "p.parquet", ROWS[0]), Choice()) == (["ab"], "")


def test_a_type_that_is_not_there_is_named_with_those_that_are(path: Path) -> None:
    with pytest.raises(CorpusError, match=r"DDI163.*'advise'.*effect, it's"):
        choose_pairs(path, Choice(labels=("effect", "advise")))


def test_nothing_left_is_an_error_that_says_why(path: Path) -> None:
    with pytest.raises(CorpusError, match=r"DDI164.*4 in fewer documents"):
        choose_pairs(path, Choice(min_documents=9))


def problem_of(path: Path) -> str:
    """What is said of a file that is no table of pairs."""
    with pytest.raises(CorpusError, match=r"DDI162.*no table of pairs.*spacy_ddi aggregate") as got:
        choose_pairs(path, Choice())
    for word in ("Invalid", "Binder", "Conversion", "CSV Error", "read_csv", "duckdb"):
        assert word not in str(got.value)
    return str(got.value)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("found.csv", "document,head,tail,label,sentence\n1,a,b,int,S.\n", "as extract writes one"),
        ("found.jsonl", '{"head": "a", "tail": "b", "sentence": "S."}\n', "as extract writes one"),
        ("a.csv", "a,b\n1,2\n", "it has no column drug, drug_name"),
        ("a.csv", "", "no table of pairs"),
        ("a.jsonl", "{", "it can't be read as JSON lines"),
        ("a.csv", f"{','.join(COLUMNS)}\n{',x' * (len(COLUMNS) - 1)}\n", "a cell of it can't"),
        ("a.jsonl", json.dumps(dict.fromkeys(COLUMNS, "x")), "a cell of it can't"),
        ("a.xlsx", "PK", "its name has another ending"),
    ],
)
def test_what_is_no_table_of_pairs_is_told_in_our_words(
    tmp_path: Path, name: str, content: str, problem: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert problem in problem_of(tmp_path / name)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    other.write_text("no Parquet")
    with pytest.raises(CorpusError, match="DDI162"):
        choose_pairs(other, Choice())
    assert "it can't be read as Parquet" in problem_of(other)
    row = ROWS[0].copy()
    del row["evidence"]
    with pytest.raises(CorpusError, match=r"DDI162.*no column evidence"):
        choose_pairs(write_pairs(other, row), Choice())
