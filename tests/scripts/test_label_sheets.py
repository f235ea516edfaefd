"""`scripts/label_sheets.py`."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
import typer
from spacy.tokens import Doc, DocBin, Span

from spacy_ddi.annotations import set_relations
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.gold import MENTIONS_KEY, soft_labels_of
from tests.conftest import ROOT

TEXTS = [
    "Iron raises zinc.",
    "Zinc raises iron.",  # differs from the one above in names alone
    "Avoid iron with zinc or gold.",
    "Iron alone.",
]
"""Sentences without labels, of which two can stand on a sheet."""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        return runpy.run_path(str(ROOT / "scripts" / "label_sheets.py"))
    finally:
        sys.path.pop(0)


def doc_of(text: str, pairs: tuple[tuple[int, int, str], ...] = ()) -> Doc:
    """A sentence with its drugs as mentions; pairs by their numbers."""
    doc = spacy.blank("en").make_doc(text)
    drugs = [token.i for token in doc if token.lower_ in ("iron", "zinc", "gold")]
    doc.spans[MENTIONS_KEY] = [Span(doc, i, i + 1, "drug") for i in drugs]
    relations = [
        {
            "head_start": drugs[one],
            "head_end": drugs[one] + 1,
            "tail_start": drugs[other],
            "tail_end": drugs[other] + 1,
            "label": label,
            "score": 1.0,
        }
        for one, other, label in pairs
    ]
    set_relations(doc, relations)
    return doc


@pytest.fixture
def sheets(script, tmp_path: Path) -> Path:
    write_docbin([doc_of(text) for text in TEXTS], tmp_path / "text.spacy")
    known = doc_of("Gold increases zinc in iron.", ((0, 1, "mechanism"),))
    write_docbin([known], tmp_path / "known.spacy")
    script["write"](
        tmp_path / "text.spacy", tmp_path / "sheets", tmp_path / "known.spacy", size=2, controls=1
    )
    return tmp_path / "sheets"


def answer(sheets: Path, **answers: str) -> None:
    """Answer each sentence by its last word."""
    for sheet in sheets.glob("sheet*.txt"):
        lines = [line.split("\t") for line in sheet.read_text().splitlines()]
        said = [f"{number}\t{answers[text.split()[-1].strip('.]')]}" for number, text in lines]
        (sheets / sheet.name.replace("sheet", "answer")).write_text("\n".join(said))


def read(script, sheets: Path, tmp_path: Path) -> list[Doc]:
    """What the students get."""
    script["read"](sheets, tmp_path / "labels.jsonl.xz")
    (tmp_path / "text.txt").write_text("\n".join(TEXTS))
    labels = runpy.run_path(str(ROOT / "scripts" / "labels_of_text.py"))
    labels["join"](
        tmp_path / "labels.jsonl.xz", [tmp_path / "text.txt"], tmp_path / "out.spacy", soft=True
    )
    return list(DocBin().from_disk(tmp_path / "out.spacy").get_docs(spacy.blank("en").vocab))


def test_a_sheet_marks_mentions_and_holds_known_sentences_beside(sheets) -> None:
    lines = [line for path in sheets.glob("sheet*.txt") for line in path.read_text().splitlines()]
    numbers, texts = zip(*(line.split("\t") for line in lines), strict=True)
    assert sorted(map(int, numbers)) == [1, 2, 3]
    assert "Avoid [0 iron] with [1 zinc] or [2 gold]." in texts
    assert "[0 Gold] increases [1 zinc] in [2 iron]." in texts
    assert len(texts) == 3  # the other pair of sentences is there once, "Iron alone." not at all


def test_answers_become_labels_of_every_pair(script, sheets, tmp_path, capsys) -> None:
    answer(sheets, gold="0-1 a, 2-0 advise", zinc="-", iron="-")
    docs = {doc.text: doc for doc in read(script, sheets, tmp_path)}
    labels = [max(probs, key=probs.get) for probs in soft_labels_of(docs[TEXTS[2]]).values()]
    assert labels == ["advise", "advise", "none"]
    said = capsys.readouterr().out
    assert "2 sentences, true pairs: 0 mechanism, 0 effect, 2 advise, 0 int" in said
    assert "1 known sentences, 1 true pairs: F 0.0" in said


@pytest.mark.parametrize(
    ("known", "agreement"),
    [
        ("0-1 mechanism", "F 100.0 (P 100.0, R 100.0), detection 100.0"),
        ("0-1 effect", "F 0.0 (P 0.0, R 0.0), detection 100.0"),
        ("0-1 m, 0-2 m", "F 66.7 (P 50.0, R 100.0), detection 66.7"),
    ],
)
def test_known_sentences_say_how_good_answers_are(
    script, sheets, tmp_path, capsys, known, agreement
) -> None:
    key = sheets / "key.jsonl"
    of_known = next(line for line in key.read_text().splitlines() if '"known":"' in line)
    number = of_known.split(":")[1].split(",")[0]
    (sheets / "answer0.txt").write_text(f"{number}\t{known}\n")
    script["read"](sheets, tmp_path / "labels.jsonl.xz")
    assert agreement in capsys.readouterr().out


def test_what_is_no_sentence_is_left_out(script, sheets, tmp_path, capsys) -> None:
    answer(sheets, gold="?", zinc="-", iron="-")
    assert TEXTS[2] not in [doc.text for doc in read(script, sheets, tmp_path)]
    assert "1 not readable" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1 0-7 m", "1 has no pair 0-7"),
        ("1 0-0 m", "1 has no pair 0-0"),
        ("1 0-1 x", "'0-1 x' of 1 is no pair and label"),
        ("99 -", "99 is on no sheet"),
        ("1 -\n1 -", "1 is on no sheet, or is answered twice"),
        ("none", "'none' is no number and answer"),
    ],
)
def test_wrong_answers_are_named(script, sheets, tmp_path, line, problem) -> None:
    (sheets / "answer0.txt").write_text(line)
    with pytest.raises(typer.BadParameter, match=problem) as raised:
        script["read"](sheets, tmp_path / "labels.jsonl.xz")
    assert "answer0.txt, line" in str(raised.value)
    assert not (tmp_path / "labels.jsonl.xz").exists()
