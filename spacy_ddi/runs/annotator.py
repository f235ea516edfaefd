"""What a pipeline says of documents, as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.language import Language

from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.formats.reading_notes import Noted, note_rows, noted_in
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.predictions import Passage, annotate, rows_of
from spacy_ddi.runs.report import Said


@dataclass
class Annotator:
    """Annotates documents; see `Annotate`.

    nlp (Language): The pipeline.
    """

    nlp: Language

    def __call__(self, documents: Sequence[TextDocument]) -> Said:
        """Annotate documents.

        documents (Sequence[TextDocument]): The documents.
        RETURNS (Said): Rows, errors and notes. A document on which the pipeline fails is an error,
            and the others are annotated one by one.
        """
        said = Said([], [], [])
        keeps = {"rows": rows_of, "noted": _noted_in}
        for kept in annotate(self.nlp, documents, keeps, on_error=said.errors.append):
            said.rows.extend(kept.rows)
            said.notes.extend(note_rows([part["noted"] for part in kept.passages], kept.document))
        return said


def _noted_in(passage: Passage, source: MentionSource) -> Noted:
    """What could not be known of a passage; see `Keep`."""
    return noted_in(passage.doc, passage.offset, source)
