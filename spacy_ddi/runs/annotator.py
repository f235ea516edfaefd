"""What a worker does: load a pipeline once, annotate chunks of documents, write their parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.component.lookup import component_of
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.relation_records import relation_records
from spacy_ddi.formats.text_document import Section, TextDocument
from spacy_ddi.runs.parts import write_part
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.shards import Chunk, error_line
from spacy_ddi.text.passages import passages

BATCH_SIZE = 16


@dataclass
class Annotator:
    """Annotates chunks and writes their parts.

    nlp (Language): The pipeline.
    folder (Path): The output's folder.
    """

    nlp: Language
    folder: Path

    def __post_init__(self) -> None:
        self._source = component_of(self.nlp).candidates.mentions

    def __call__(self, chunk: Chunk) -> Report:
        """Annotate a chunk and write its part.

        chunk (Chunk): The documents.
        RETURNS (Report): What became of it. A document on which the pipeline fails is an error
            of the part, and the others are annotated one by one.
        """
        errors = list(chunk.errors)
        try:
            rows = list(self._rows(chunk.documents))
        except Exception:
            rows = []
            for document in chunk.documents:
                try:
                    rows += self._rows([document])
                except Exception as error:
                    problem = f"the pipeline failed: {type(error).__name__}: {error}"
                    file, _, place = document.origin.partition(", ")
                    message = Errors.DOCUMENT.format(
                        path=file, place=place or document.id, problem=problem
                    )
                    errors.append(error_line(CorpusError(message), file=file, document=document.id))
        write_part(self.folder, chunk.name, rows, errors)
        n_characters = sum(len(document.text) for document in chunk.documents)
        return Report(chunk.name, len(chunk.documents), len(rows), len(errors), n_characters)

    def _rows(self, documents: Sequence[TextDocument]) -> Iterator[dict[str, Any]]:
        parts = [
            (passage, (number, offset))
            for number, document in enumerate(documents)
            for offset, passage in passages(document.text)
        ]
        stream = self.nlp.pipe(parts, as_tuples=True, batch_size=BATCH_SIZE)
        for number, docs in groupby(stream, key=lambda each: each[1][0]):
            document = documents[number]
            for doc, (_, offset) in docs:
                yield from self._rows_of(doc, offset, document)

    def _rows_of(self, doc: Doc, offset: int, document: TextDocument) -> Iterator[dict[str, Any]]:
        file = document.origin.partition(", ")[0]
        for record in relation_records(doc, offset=offset, source=self._source):
            section = section_at(document.sections, record["head_start"])
            yield {
                **record,
                "document": document.id,
                "year": document.year,
                "section": section.kind if section else None,
                "file": file,
            }


def section_at(sections: Sequence[Section], start: int) -> Section | None:
    """The section that a character is in.

    sections (Sequence[Section]): In text order.
    start (int): The character's offset.
    RETURNS (Optional[Section]): None if it is in none.
    """
    return next((each for each in sections if each.start <= start < each.end), None)
