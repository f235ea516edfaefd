"""Labels without their text, and both together again."""

from __future__ import annotations

import lzma
import runpy
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import DocBin, Span

from spacy_ddi.annotations import set_relations
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.gold import MENTIONS_KEY, SoftLabelDict, set_soft_labels, soft_labels_of
from tests.conftest import ROOT

LINES = ["Give iron with zinc.", "No drug here.", "Iron alone."]
PROBS = {"none": 0.125, "effect": 0.875}


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "labels_of_text.py"))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    nlp = spacy.blank("en")
    docs = [nlp.make_doc(line) for line in LINES]
    for doc, places in zip(docs, ([(1, 2), (3, 4)], [], [(0, 1)]), strict=True):
        doc.spans[MENTIONS_KEY] = [Span(doc, start, end, "drug") for start, end in places]
        set_relations(doc, [])
    pair = SoftLabelDict(head_start=1, head_end=2, tail_start=3, tail_end=4, probs=PROBS)
    set_soft_labels(docs[0], [pair])
    write_docbin(docs, tmp_path / "labelled.spacy")
    return tmp_path / "labelled.spacy"


def read(path: Path) -> list[Any]:
    return list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))


def test_labels_come_back_to_their_text(script, labelled, tmp_path, capsys) -> None:
    stored = tmp_path / "labels.jsonl.xz"
    script["keep"]([labelled], stored)
    kept = lzma.decompress(stored.read_bytes()).decode()
    assert len(kept.splitlines()) == 3
    assert not any(word in kept for word in ("iron", "Give", "here"))
    (tmp_path / "text.txt").write_text("\n".join([*LINES, *LINES, "Another."]), encoding="utf8")
    script["join"](stored, [tmp_path / "text.txt"], tmp_path / "joined.spacy", soft=False)
    docs = read(tmp_path / "joined.spacy")
    assert [doc.text for doc in docs] == LINES  # each once
    assert [[m.text for m in doc.spans[MENTIONS_KEY]] for doc in docs] == [
        ["iron", "zinc"],
        [],
        ["Iron"],
    ]
    assert list(soft_labels_of(docs[0]).values()) == [PROBS]
    assert not any(soft_labels_of(doc) for doc in docs[1:])
    script["join"](stored, [tmp_path / "text.txt"], tmp_path / "soft.spacy", soft=True)
    assert [doc.text for doc in read(tmp_path / "soft.spacy")] == LINES[:1]
    assert "1 of 1 sentences" in capsys.readouterr().out


def test_what_is_not_in_the_text_is_left_out(script, labelled, tmp_path, capsys) -> None:
    script["keep"]([labelled], tmp_path / "labels.jsonl.xz")
    (tmp_path / "text.txt").write_text(f"{LINES[2]}\n", encoding="utf8")
    output = tmp_path / "joined.spacy"
    script["join"](tmp_path / "labels.jsonl.xz", [tmp_path / "text.txt"], output, soft=False)
    assert [doc.text for doc in read(output)] == LINES[2:]
    assert "1 of 3 sentences, 1 mentions" in capsys.readouterr().out


def test_two_kinds_of_labels_are_averaged(script, tmp_path, capsys) -> None:
    mentions = [[0, 4, "drug"], [10, 14, "drug"], [20, 24, "drug"]]

    def write(name: str, **pairs: list) -> Path:
        rows = [{"text": text, "mentions": mentions, "pairs": p} for text, p in pairs.items()]
        script["write_rows"](rows, tmp_path / name)
        return tmp_path / name

    first = write("a.xz", both=[[0, 1, {"effect": 1000}], [0, 2, {"none": 1000}]], a=[])
    second = write("b.xz", both=[[0, 1, {"effect": 200, "none": 800}]], b=[[0, 1, {"int": 1000}]])
    script["mix"](first, second, tmp_path / "out.xz", weight=0.75)
    rows = {row["text"]: row for row in script["read_rows"](tmp_path / "out.xz")}
    assert rows["both"]["pairs"] == [
        [0, 1, {"effect": 800, "none": 200}],
        [0, 2, {"none": 1000}],
    ]
    assert rows["a"]["pairs"] == []
    assert rows["b"]["pairs"] == [[0, 1, {"int": 1000}]]
    assert "3 sentences, 1 with labels of both" in capsys.readouterr().out
