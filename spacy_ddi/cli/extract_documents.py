"""`extract` with files, or with a file as its output: documents as a stream, one after another."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from spacy_ddi.cli.console import say
from spacy_ddi.cli.outputs import EXPLAINED, Target
from spacy_ddi.whole_files import written_whole

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc

    from spacy_ddi.candidates.mentions import MentionSource
    from spacy_ddi.cli.error_list import ErrorList
    from spacy_ddi.cli.notes_file import OnNotes
    from spacy_ddi.cli.reasons import Reasons
    from spacy_ddi.explaining.explanation import Explanation
    from spacy_ddi.formats.html_page import PagePart
    from spacy_ddi.formats.reading_notes import Noted
    from spacy_ddi.formats.text_document import TextDocument
    from spacy_ddi.runs.predictions import Annotation, Keep, Kept, Passage


class Counts(NamedTuple):
    """What a Doc has.

    mentions, sentences (int): How many.
    noted (Noted): What could not be known of it.
    """

    mentions: int
    sentences: int
    noted: Noted


@dataclass
class Found:
    """What was found in all documents.

    documents, interactions, mentions, sentences (int): How many.
    notes (Counter[str]): How many sentences have each of the flags of `sentence_notes`, and how
        many documents `NO_DRUG`.
    pages (List[PagePart]): What a page shows of them, where there is to be one.
    """

    documents: int = 0
    interactions: int = 0
    mentions: int = 0
    sentences: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    pages: list[PagePart] = field(default_factory=list)

    def add(self, counts: Counts) -> None:
        """Count what a Doc has.

        counts (Counts): What it has.
        """
        self.mentions += counts.mentions
        self.sentences += counts.sentences
        self.notes.update(note["flag"] for note in counts.noted.notes)


def counts_of(doc: Doc, source: MentionSource, offset: int) -> Counts:
    """What a Doc has.

    doc (Doc): The annotated Doc.
    source (MentionSource): Where the component found the mentions.
    offset (int): Where it begins in the text.
    RETURNS (Counts): How many of what.
    """
    from spacy_ddi.formats.reading_notes import noted_in
    from spacy_ddi.formats.relation_records import mention_types, sentences

    n_mentions = len(mention_types(doc, source))
    return Counts(n_mentions, len(sentences(doc)), noted_in(doc, offset, source))


def keeps_for(
    target: Target | None, *, page: bool, reasons: Reasons | None = None
) -> dict[str, Keep]:
    """What must be kept of each passage.

    target (Optional[Target]): What is written.
    page (bool): Whether there is to be a page, too.
    reasons (Optional[Reasons]): Explains the interactions; None if they are not explained.
    RETURNS (Dict[str, Keep]): What to keep.
    """
    from spacy_ddi.formats.format import format_named
    from spacy_ddi.runs.predictions import annotation_of, rows_of

    format = None if target is None else format_named(target.name)
    keeps: dict[str, Keep] = {"counts": _counts_of}
    if format is None or format.write_rows or format.write_page:
        keeps["rows"] = rows_of
    else:
        keeps["annotation"] = annotation_of
    if page or (format is not None and format.write_page):
        keeps["page"] = partial(_page_of, reasons=reasons)
    if target is None and reasons is not None:
        keeps["reasons"] = partial(_reasons_of, reasons=reasons)
    if reasons is not None and (target is None or target.name in EXPLAINED):
        keeps["rows"] = partial(_explained_rows, reasons=reasons)
    return keeps


def annotate_all(
    nlp: Language,
    documents: Iterable[TextDocument],
    keeps: Mapping[str, Keep],
    *,
    n_process: int,
    errors: ErrorList,
    found: Found,
    on_notes: OnNotes = lambda notes: None,
) -> Iterator[Kept]:
    """Annotate documents as a stream.

    nlp (Language): The pipeline.
    documents (Iterable[TextDocument]): The documents.
    keeps (Mapping[str, Keep]): What to keep of them, by names.
    n_process (int): Processes.
    errors (ErrorList): Gets an error of each document on which the pipeline fails.
    found (Found): Counts what was found.
    on_notes (Callable): Called with the notes on each document.
    YIELDS (Kept): What was kept of each document.
    """
    from spacy_ddi.formats.reading_notes import note_rows
    from spacy_ddi.reading_flags import NO_DRUG
    from spacy_ddi.runs.predictions import annotate

    is_annotation = "annotation" in keeps
    for each in annotate(nlp, documents, keeps, n_process=n_process, on_error=errors.add):
        found.documents += 1
        for passage in each.passages:
            pairs = passage["annotation"].interactions if is_annotation else passage["rows"]
            found.interactions += len(pairs)
            found.add(passage["counts"])
            if "page" in passage:
                found.pages.append(passage["page"])
        notes = note_rows([passage["counts"].noted for passage in each.passages], each.document)
        found.notes[NO_DRUG] += sum(note["flag"] == NO_DRUG for note in notes)
        on_notes(notes)
        yield each


class _NothingReadError(Exception):
    """Raised in a block of `written_whole`, so that what was there before stays."""


def write_stream(
    stream: Iterable[Kept],
    target: Target,
    found: Found,
    errors: ErrorList,
    noun: str = "interaction",
) -> None:
    """Write what was kept of documents, as they come; a page when all are there. The target is
    there when all is written; see `written_whole`. It stays as it was if no document could be
    read. What was done is said.

    stream (Iterable[Kept]): What `annotate_all` gives, with what the target needs.
    target (Target): The format, and where to.
    found (Found): What the stream has counted.
    errors (ErrorList): What could not be read.
    noun (str): What pairs are called.
    """
    from spacy_ddi.formats.relation_records import count_of

    try:
        with written_whole(target.path) as path:
            _write(stream, target.name, found, path)
            if errors.count and not found.documents:
                raise _NothingReadError
    except _NothingReadError:
        say(f"No document could be read, so {target.path} was not written.")
        return
    n_documents = count_of(found.documents, "document")
    say(f"{n_documents}, {count_of(found.interactions, noun)}: {target.path}")


def _write(stream: Iterable[Kept], name: str, found: Found, path: Path) -> None:
    from spacy_ddi.formats.format import format_named
    from spacy_ddi.runs.predictions import annotated

    format = format_named(name)
    if format.write_page:
        deque(stream, maxlen=0)
        format.write_page(found.pages, path)
    elif format.write_rows:
        format.write_rows((row for each in stream for row in each.rows), path)
    else:
        assert format.write is not None
        documents = (
            annotated(each.document, _annotations(each), in_sentences=format.in_sentences)
            for each in stream
        )
        format.write(documents, path)


def _annotations(kept: Kept) -> list[Annotation]:
    return [passage["annotation"] for passage in kept.passages]


def _counts_of(passage: Passage, source: MentionSource) -> Counts:
    """What a passage has."""
    return counts_of(passage.doc, source, passage.offset)


def _reasons_of(passage: Passage, source: MentionSource, *, reasons: Reasons) -> list[Explanation]:
    """Why each interaction of a passage was found."""
    return reasons(passage.doc)


def _explained_rows(
    passage: Passage, source: MentionSource, *, reasons: Reasons
) -> list[dict[str, Any]]:
    """The interactions of a passage as rows, with their explanations."""
    from spacy_ddi.runs.predictions import rows_of

    return reasons.add_to(rows_of(passage, source), passage.doc, passage.offset)


def _page_of(passage: Passage, source: MentionSource, *, reasons: Reasons | None) -> Any:
    """What a page shows of a passage, under the name of its document if that is from a file."""
    from spacy_ddi.formats.html_page import page_part

    document = passage.document
    part = page_part(passage.doc, source, reasons)
    return part._replace(heading=document.id if document.file else "")
