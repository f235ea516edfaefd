"""What the engines are compared on."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from benchmarks.engines import DRUGS, copy_documents, time_run, write_citations
from spacy_ddi.cli.extract_files import chosen_engine
from spacy_ddi.cli.options import EngineOption
from spacy_ddi.formats.inputs import find_inputs, read_documents
from spacy_ddi.formats.text_document import TextDocument
from tests.runs.made_up_run import make


def read(path: Path) -> list[TextDocument]:
    return list(read_documents([str(path)], on_error=lambda error: pytest.fail(str(error))))


def test_made_up_abstracts_are_read_as_pubmed_and_are_always_the_same(tmp_path: Path) -> None:
    path, again = tmp_path / "a.xml.gz", tmp_path / "b.xml.gz"
    write_citations(path, 20)
    write_citations(again, 20)
    assert gzip.decompress(path.read_bytes()) == gzip.decompress(again.read_bytes())
    (found,) = find_inputs([str(path)], on_error=lambda error: pytest.fail(str(error)))
    assert found.format.name == "pubmed"
    documents = read(path)
    assert [each.id for each in documents] == [str(number) for number in range(1, 21)]
    abstracts = [each.text.split("\n\n")[1] for each in documents]
    assert len(set(abstracts)) == 20
    n_about = sum(any(drug in text.lower() for drug in DRUGS) for text in abstracts)
    assert 4 < n_about < 16


def test_documents_of_ones_own_are_copied(tmp_path: Path) -> None:
    write_citations(tmp_path / "a.xml.gz", 5)
    copy_documents(tmp_path / "a.xml.gz", tmp_path / "b.jsonl", 3)
    texts = [each.text for each in read(tmp_path / "a.xml.gz")]
    assert [each.text for each in read(tmp_path / "b.jsonl")] == texts[:3]


def test_all_documents_are_counted(tmp_path: Path) -> None:
    write_citations(tmp_path / "a.xml.gz", 250)
    output = tmp_path / "out"
    engine = chosen_engine(EngineOption.LOCAL, output, n_process=1, address=None)
    timing, here = time_run(
        "made up", tmp_path / "a.xml.gz", output, lambda: make(output, seconds=0.1), engine
    )
    assert timing.documents == 250
    assert timing.seconds > 0.2 > here
    assert 0 < timing.steady < 500
