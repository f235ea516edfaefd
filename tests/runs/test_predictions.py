"""What a pipeline says of documents, without a pipeline."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from unittest.mock import MagicMock

import pytest
from spacy.tokens import Span

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.text_document import Section, TextDocument
from spacy_ddi.runs import predictions
from spacy_ddi.runs.predictions import (
    Annotation,
    Kept,
    Passage,
    annotate,
    annotated,
    annotation_of,
    rows_of,
)
from tests.helpers import make_doc

ANY = MentionSource(labels=None)
TEXT = "Before. Tin lowers zinc. Tar is bad."
DOCUMENT = TextDocument(
    "d",
    TEXT,
    (Section(0, 7, "title"), Section(8, len(TEXT), "abstract", "Results")),
    (Mention("old", "x", ((0, 6),)),),
    year=1999,
    place="line 3",
    file="f",
)


@pytest.fixture
def passage() -> Passage:
    """The second part of the document."""
    install_extensions()
    words = ["Tin", "lowers", "zinc", ".", "Tar", "is", "bad", "."]
    starts = [i in (0, 4) for i in range(8)]
    spaces = [True, True, False, True, True, True, False, False]
    doc = make_doc(words, sent_starts=starts, spaces=spaces)
    doc.spans["ddi_mentions"] = [Span(doc, i, i + 1, label="drug") for i in (0, 2, 4)]
    doc._.ddi_rels = [make_relation((0, 1), (2, 3), "effect", 0.87654321)]
    return Passage(doc, 8, DOCUMENT)


def test_rows_have_the_offsets_of_the_document(passage: Passage) -> None:
    (row,) = rows_of(passage, ANY)
    assert TEXT[row["head_start"] : row["head_end"]] == row["head"] == "Tin"
    assert TEXT[row["tail_start"] : row["tail_end"]] == row["tail"] == "zinc"
    assert (row["document"], row["year"], row["section"]) == ("d", 1999, "abstract")
    assert (row["file"], row["score"], row["sentence_start"]) == ("f", 0.8765, 8)


def test_a_document_is_annotated_in_place_of_what_it_had(passage: Passage) -> None:
    first = Annotation([((0, 6), "brand")], [], [(0, 7)])
    made = annotated(DOCUMENT, [first, annotation_of(passage, ANY)], in_sentences=False)
    marked = {m.id: (m.type, TEXT[slice(*m.ranges[0])]) for m in made.mentions}
    assert marked == {
        "T1": ("brand", "Before"),
        "T2": ("drug", "Tin"),
        "T3": ("drug", "zinc"),
        "T4": ("drug", "Tar"),
    }
    assert made.interactions == (Interaction("T2", "T3", "effect"),)
    assert made.interactions[0].score == 0.8765
    assert made.sections == DOCUMENT.sections
    assert (made.id, made.year) == ("d", 1999)


def test_sentences_become_sections_where_they_are_wanted(passage: Passage) -> None:
    made = annotated(DOCUMENT, [annotation_of(passage, ANY)], in_sentences=True)
    assert {section.kind for section in made.sections} == {"sentence"}
    found = [TEXT[section.start : section.end] for section in made.sections]
    assert found == ["Tin lowers zinc.", "Tar is bad."]


def documents_of(n: int) -> list[TextDocument]:
    return [TextDocument(f"d{i}", f"Text {i}.", file="f") for i in range(n)]


class Pipeline:
    """Stands for `_kept`: fails at a document when it has taken some more."""

    def __init__(self, error: Exception, *failing: str) -> None:
        self.error, self.failing = error, failing
        self.calls = 0

    def __call__(
        self, nlp: Any, documents: Iterable[TextDocument], keeps: Any, n_process: int
    ) -> Iterator[Kept]:
        self.calls += 1
        remaining = iter(documents)
        while batch := list(islice(remaining, 3)):
            if any(each.id in self.failing for each in batch):
                raise self.error
            yield from (Kept(each, []) for each in batch)


def test_a_failure_costs_its_document_and_the_stream_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline = Pipeline(ValueError("odd"), "d4", "d5")
    monkeypatch.setattr(predictions, "_kept", pipeline)
    errors: list[str] = []
    kept = annotate(nlp=None, documents=iter(documents_of(20)), keeps={}, on_error=errors.append)
    assert [each.document.id for each in kept] == [f"d{i}" for i in range(20) if i not in (4, 5)]
    assert ["DDI182" in line for line in errors] == [True, True]
    assert pipeline.calls == 2 + 3  # a stream, its three documents one by one, and another


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), OSError(errno.ENOSPC, "full")])
def test_a_failing_disk_ends_the_stream(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    monkeypatch.setattr(predictions, "_kept", Pipeline(error, "d4"))
    with pytest.raises(OSError, match=str(error.strerror)):
        list(annotate(nlp=None, documents=documents_of(9), keeps={}, on_error=pytest.fail))


def test_what_reading_raises_is_no_failure_of_the_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> Iterator[TextDocument]:
        yield from documents_of(2)
        raise ValueError("unreadable")

    monkeypatch.setattr(predictions, "_kept", Pipeline(ValueError()))
    with pytest.raises(ValueError, match="unreadable"):
        list(annotate(nlp=None, documents=read(), keeps={}, on_error=pytest.fail))


def test_a_batch_holds_few_characters_of_a_long_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its memory grows with them. A short document is one text."""
    read: list[str] = []

    def pipe(nlp: Any, parts: Iterable[Any], **options: Any) -> Iterator[Any]:
        assert options["batch_size"] == predictions.BATCH_SIZE
        for text, context in parts:
            read.append(text)
            yield text, context

    monkeypatch.setattr(predictions, "pipe_in_processes", pipe)
    monkeypatch.setattr(predictions, "component_of", MagicMock())
    long, short = "Tin lowers zinc. " * 10_000, "Tin lowers zinc. " * 90
    documents = [TextDocument("long", long), TextDocument("short", short)]
    list(annotate(nlp=None, documents=documents, keeps={}, on_error=pytest.fail))
    assert "".join(read[:-1]) == long
    assert read[-1] == short
    assert max(map(len, read)) * predictions.BATCH_SIZE <= 80_000
