"""What a worker does: load a pipeline once, annotate chunks of documents, write their parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from spacy_ddi.runs.parts import write_part
from spacy_ddi.runs.predictions import annotate, rows_of
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.shards import Chunk


@dataclass
class Annotator:
    """Annotates chunks and writes their parts.

    nlp (Language): The pipeline.
    folder (Path): The output's folder.
    """

    nlp: Language
    folder: Path

    def __call__(self, chunk: Chunk) -> Report:
        """Annotate a chunk and write its part.

        chunk (Chunk): The documents.
        RETURNS (Report): What became of it. A document on which the pipeline fails is an error
            of the part, and the others are annotated one by one.
        """
        kept, failures = annotate(self.nlp, chunk.documents, {"rows": rows_of})
        rows = [row for each in kept for row in each.rows]
        errors = [*chunk.errors, *failures]
        write_part(self.folder, chunk.name, rows, errors)
        n_characters = sum(len(document.text) for document in chunk.documents)
        return Report(chunk.name, len(chunk.documents), len(rows), len(errors), n_characters)
