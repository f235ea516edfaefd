"""Tables for the terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from spacy_ddi.formats.relation_records import relation_records
from spacy_ddi.formats.tables import filter_table, relation_table, score_table
from spacy_ddi.scoring.counts import PairCounts, Tally
from spacy_ddi.scoring.filter_counts import FilterCounts
from spacy_ddi.scoring.metrics import compute_scores


def rows(table: Table, width: int = 200) -> list[list[str]]:
    """The words of each printed line."""
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return [line.split() for line in console.file.getvalue().splitlines() if line.strip(" ─")]


def test_relations_with_the_sentence_where_it_is_new(doc):
    first, second = relation_records(doc)
    third = {**second, "head": "[bold]AA[/]", "sentence": "  a\nb"}
    header, *body = rows(relation_table([first, second, third]))
    assert header == ["Drug", "Interaction", "Drug", "Score", "Sentence"]
    assert body[0][:4] == ["Dexarol", "mechanism", "plinozide", "0.88"]
    assert body[0][4:] == first["sentence"].split()
    assert body[1] == ["NNXTI", "dexarol", "1.00", *second["sentence"].split()]
    assert body[2] == ["[bold]AA[/]", "dexarol", "1.00", '"']


LONG = "a combination of hydrochlorothiazide with polyethyleneglycolmethyletherthioester"


@pytest.mark.parametrize("width", [80, 120])
def test_a_long_name_leaves_room_to_the_sentence_and_words_whole(doc, width):
    record, _ = relation_records(doc)
    names = {"head": LONG, "tail": "magnesium hydroxide mixture", "document": "the notes of May"}
    table = relation_table([{**record, **names, "sentence": "word " * 40}], width=width)
    lines = rows(table, width)
    words = [word for line in lines for word in line]
    assert {"magnesium", "notes"} <= set(words)
    assert max(line.count("word") for line in lines) >= (3 if width == 80 else 5)
    assert lines[0][:2] == ["Document", "Drug"]
    # Where there is no other way, a word is broken; nothing is lost.
    assert ("hydrochlorothiazide" in words) == (width == 120)
    assert "polyethyleneglycolmethyletherthioester" not in words


def test_no_relations_make_a_table_without_rows():
    assert relation_table([]).row_count == 0


@pytest.fixture
def figures() -> dict[str, Any]:
    tallies = {"effect": Tally(1, 1, 0), "[int]": Tally(1, 0, 1)}
    counts = PairCounts(n_true=3, per_type=tallies, detection=Tally(3, 1, 0))
    return {**compute_scores({"D0": counts}, list(tallies)), "micro_f_ci": [0.25, 0.875]}


def test_figures_are_in_per_cent_with_the_interval_beside_micro(figures):
    header, *body = rows(score_table(figures))
    assert header == ["P", "R", "F1", "95", "%", "interval", "of", "F1"]
    assert body == [
        ["effect", "50.0", "100.0", "66.7"],
        ["[int]", "100.0", "50.0", "66.7"],
        ["macro", "75.0", "75.0", "66.7"],
        ["micro", "66.7", "66.7", "66.7", "25.0", "to", "87.5"],
        ["detection", "75.0", "100.0", "85.7"],
    ]


def test_mentions_have_a_row_where_they_were_predicted(figures):
    figures |= {"ner_p": 1.0, "ner_r": 0.5, "ner_f": 2 / 3}
    assert rows(score_table(figures))[-1] == ["mentions", "(ner)", "100.0", "50.0", "66.7"]


def test_filters_have_a_row_each():
    table = filter_table({"none": FilterCounts(27792, 4021, 25614, 4015)})
    assert rows(table)[1:] == [["none", "25,614", "4,015", "2,172", "6", "99.85", "%"]]
