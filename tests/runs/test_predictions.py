"""What a pipeline says of documents, without a pipeline."""

from __future__ import annotations

import pytest
from spacy.tokens import Span

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.text_document import Section, TextDocument
from spacy_ddi.runs.predictions import Annotation, Passage, annotated, annotation_of, rows_of
from tests.helpers import make_doc

ANY = MentionSource(labels=None)
TEXT = "Before. Tin lowers zinc. Tar is bad."
DOCUMENT = TextDocument(
    "d",
    TEXT,
    (Section(0, 7, "title"), Section(8, len(TEXT), "abstract", "Results")),
    (Mention("old", "x", ((0, 6),)),),
    year=1999,
    origin="f, line 3",
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
