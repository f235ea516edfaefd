"""`python -m spacy_ddi convert`."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_ddi.annotations import get_relations
from tests.cli.conftest import KNOWN, SENTENCES, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def stored_texts(path: Path) -> list[str]:
    return [doc.text for doc in DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)]


def test_convert_stores_the_corpus(run, corpus, tmp_path):
    path = tmp_path / "new" / "gold.spacy"
    result = run("convert", corpus, path)
    assert result.exit_code == 0
    assert "3 sentences, 6 mentions, 3 pairs, 2 of them true" in folded(result.stderr)
    docs = list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))
    assert [len(get_relations(doc)) for doc in docs] == [1, 1, 0]


def test_convert_names_a_malformed_file_and_converts_the_others(run, broken_corpus, tmp_path):
    path = tmp_path / "gold.spacy"
    result = run("convert", broken_corpus, path)
    assert result.exit_code == 1
    assert f"{broken_corpus / 'D1.xml'}, line 2:" in result.stderr
    assert "1 error: " in result.stderr
    assert stored_texts(path) == [SENTENCES[0][0], SENTENCES[2][0]]


def test_convert_names_a_malformed_file_that_is_listed(run, broken_corpus, tmp_path):
    path, listed = tmp_path / "gold.spacy", tmp_path / "ids.txt"
    listed.write_text("D0\nD1\n", encoding="utf8")
    result = run("convert", broken_corpus, path, "--documents", listed)
    assert result.exit_code == 1
    assert "D1.xml, line 2:" in result.stderr
    assert stored_texts(path) == [KNOWN]


def test_convert_leaves_documents_out(run, corpus, tmp_path):
    excluded = tmp_path / "ids.txt"
    excluded.write_text("D1\nD2\n", encoding="utf8")
    result = run("convert", corpus, tmp_path / "gold.spacy", "--exclude", excluded)
    assert result.exit_code == 0
    assert stored_texts(tmp_path / "gold.spacy") == [KNOWN]


def test_convert_names_an_unknown_language(run, corpus, tmp_path):
    result = run("convert", corpus, tmp_path / "gold.spacy", "--lang", "zz")
    assert result.exit_code == 1
    assert "zz" in result.stderr
