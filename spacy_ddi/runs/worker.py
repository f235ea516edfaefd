"""What a worker does: annotate chunks of documents, and write what is found, whatever happens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.machine_failures import failed_line, is_of_machine, words_of
from spacy_ddi.runs.parts import UNFINISHED, write_part
from spacy_ddi.runs.report import Annotate, MakeAnnotator, Report, Said
from spacy_ddi.runs.shards import Chunk
from spacy_ddi.runs.trials import Trial

WHOLE: Final = 2
"""How often a chunk is tried as a whole; then it is taken document by document."""

MOST_DEADLY: Final = 3
"""Documents of a chunk that may end their process. More, and it is not they that do it."""


class Worker:
    """Annotates chunks; see `Work`. Documents that end the process of their worker are found, since
    each chunk that is begun is noted on the disk, and become errors.

    make_annotator (Callable[[], Annotate]): Called before the first document.
    output (Path): The output's folder.
    """

    def __init__(self, make_annotator: MakeAnnotator, output: Path) -> None:
        self._make_annotator = make_annotator
        self._folder = output / UNFINISHED
        self._made: Annotate | None = None

    def __call__(self, chunk: Chunk) -> Report:
        """Annotate a chunk and write what is found.

        chunk (Chunk): The documents.
        RETURNS (Report): What became of it.
        RAISES (DDIError): If the machine fails, or if processes die over the chunk and it is not
            its documents that end them.
        """
        trial = Trial(self._folder / f"{chunk.name}.tries")
        try:
            deaths = trial.begin()
            if trial.died_without(WHOLE) or len(trial.deadly()) > MOST_DEADLY:
                raise DDIError(Errors.PROCESS_DIED.format(part=chunk.name, times=deaths))
            annotate = self._loaded() if chunk.documents else _nothing
            said = annotate(chunk.documents) if deaths < WHOLE else _singly(annotate, chunk, trial)
            errors = [*chunk.errors, *said.errors]
            n_documents = len(chunk.documents)
            write_part(self._folder, chunk.name, said.rows, errors, n_documents, said.notes)
            trial.end()
        except OSError as error:
            if not is_of_machine(error):
                raise
            found = {"part": chunk.name, "problem": words_of(error)}
            raise DDIError(Errors.MACHINE_FAILED.format(**found)) from error
        counts = (n_documents, len(said.rows), len(errors))
        return Report(chunk.shard, chunk.number, chunk.is_last, *counts, chunk.begin, chunk.end)

    def _loaded(self) -> Annotate:
        if self._made is None:
            self._made = self._make_annotator()
        return self._made


def _nothing(documents: Sequence[TextDocument]) -> Said:
    return Said([], [], [])


def _singly(annotate: Annotate, chunk: Chunk, trial: Trial) -> Said:
    """Annotate document by document, but for those that have ended their process twice."""
    deadly = trial.deadly()
    whole = Said([], [], [])
    for number, document in enumerate(chunk.documents):
        if number in deadly:
            line = failed_line(document, Errors.DOCUMENT_KILLS, ", each time silently")
            whole.errors.append(line)
            continue
        trial.note(number)
        said = annotate((document,))
        whole.rows.extend(said.rows)
        whole.errors.extend(said.errors)
        whole.notes.extend(said.notes)
    return whole
