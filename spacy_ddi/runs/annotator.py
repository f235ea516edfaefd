"""What a pipeline says of documents, as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.language import Language

from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.predictions import annotate, rows_of
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
        RETURNS (Said): Rows and errors. A document on which the pipeline fails is an error, and the
            others are annotated one by one.
        """
        errors: list[str] = []
        kept = annotate(self.nlp, documents, {"rows": rows_of}, on_error=errors.append)
        return Said([row for each in kept for row in each.rows], errors)
