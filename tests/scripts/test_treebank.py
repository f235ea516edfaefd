"""A treebank in CoNLL-U becomes Docs."""

from __future__ import annotations

import lzma
import random
import runpy
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from tests.conftest import ROOT

TREEBANK = """# newdoc id = 1
# newpar id = p0
# text = Mice can't fly.
1	Mice	mouse	NOUN	NNS	_	4	nsubj	_	_
2-3	can't	_	_	_	_	_	_	_	_
2	ca	can	AUX	MD	_	4	aux	_	SpaceAfter=No
3	n't	not	PART	RB	_	4	neg	_	_
4	fly	fly	VERB	VB	_	0	root	_	SpaceAfter=No
5	.	.	PUNCT	.	_	4	punct	_	_

# text = They run
1	They	they	PRON	PRP	_	2	nsubj	_	_
2	run	run	VERB	VBP	_	0	root	_	_

# newpar id = p1
# text = Methods
1	Methods	method	NOUN	NNS	_	0	root	_	_
"""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "treebank.py"))


@pytest.fixture
def treebank(tmp_path: Path) -> Path:
    path = tmp_path / "tree.conllu.xz"
    path.write_bytes(lzma.compress(TREEBANK.encode()))
    return path


def read(path: Path) -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))


def test_paragraphs_have_the_treebank_s_annotation(script, treebank, tmp_path) -> None:
    script["main"](treebank, tmp_path / "out.spacy", whole=True, rehearsal=None, seed=1)
    first, second = read(tmp_path / "out.spacy")
    assert first.text == "Mice can't fly. They run "
    assert [sentence.text for sentence in first.sents] == ["Mice can't fly.", "They run"]
    assert [token.tag_ for token in first] == ["NNS", "MD", "RB", "VB", ".", "PRP", "VBP"]
    assert [token.head.i for token in first] == [3, 3, 3, 3, 3, 6, 6]
    assert [token.dep_ for token in first][3] == "ROOT"
    assert second.text == "Methods "


def test_parts_of_a_paragraph_are_sentences_in_order(script, treebank) -> None:
    (doc, _) = script["paragraphs"](treebank, spacy.blank("en"))
    sizes = set()
    for seed in range(10):
        parts = list(script["parts_of"](doc, random.Random(seed)))
        assert [token.text for part in parts for token in part] == [token.text for token in doc]
        assert [token.dep_ for part in parts for token in part] == [token.dep_ for token in doc]
        sizes.add(len(parts))
    assert sizes == {1, 2}


def test_rehearsed_sentences_are_those_of_another_parser(script, treebank, tmp_path, parts) -> None:
    lines = [f"Sentence number {i}." for i in range(9)]
    (tmp_path / "text.txt").write_text("\n\n".join(lines), encoding="utf8")
    script["main"](
        treebank,
        tmp_path / "out.spacy",
        rehearsal=tmp_path / "text.txt",
        parser=parts["paths.parser"],
        sentences=7,
        whole=True,
        seed=1,
    )
    docs = read(tmp_path / "out.spacy")[2:]
    sentences = [sentence.text for doc in docs for sentence in doc.sents]
    assert len(sentences) == 7
    assert set(sentences) < set(lines)
    assert all(doc.has_annotation("TAG") and doc.has_annotation("DEP") for doc in docs)
