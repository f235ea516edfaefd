"""What a pipeline says of documents: as rows of a table, or as annotation of the document."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.annotations import Relation, relations_of_doc, sentences
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.relation_records import relation_records
from spacy_ddi.formats.text_document import SENTENCE, Section, TextDocument
from spacy_ddi.parallel import pipe_in_processes
from spacy_ddi.runs.machine_failures import failure_line, is_of_machine
from spacy_ddi.text.passages import passages

BATCH_SIZE: Final = 16
PASSAGE: Final = 5_000
"""Characters of a long document that are a text of a batch: a batch's memory grows with them."""

Place = tuple[int, int]


class Passage(NamedTuple):
    """A part of a document that was annotated at once.

    doc (Doc): The annotated Doc.
    offset (int): Where it begins in the document's text.
    document (TextDocument): The document.
    """

    doc: Doc
    offset: int
    document: TextDocument


Keep = Callable[[Passage, MentionSource], Any]
"""Takes from a passage what is needed of it, since a Doc is large. It is told where the component
found the mentions."""


class Kept(NamedTuple):
    """What was kept of a document.

    document (TextDocument): The document.
    passages (List[Dict[str, Any]]): What was kept of each passage, by the name of the `Keep`.
    """

    document: TextDocument
    passages: list[dict[str, Any]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows, where a `Keep` of this name gave some."""
        return [row for passage in self.passages for row in passage["rows"]]


def annotate(
    nlp: Language,
    documents: Iterable[TextDocument],
    keeps: Mapping[str, Keep],
    *,
    n_process: int = 1,
    on_error: Callable[[str], None],
) -> Iterator[Kept]:
    """Annotate documents, as a stream. If the pipeline fails, the documents that are under way are
    annotated one by one, so that the failure costs its own document only.

    nlp (Language): The pipeline.
    documents (Iterable[TextDocument]): The documents.
    keeps (Mapping[str, Keep]): What to keep of them, by names.
    n_process (int): Processes.
    on_error (Callable[[str], None]): Gets a line of the error table for each document on which the
        pipeline fails.
    YIELDS (Kept): Of each document what was kept, in order.
    RAISES (OSError): If the disk fails, which is no document's fault.
    """
    given = _Given(documents)
    while True:
        try:
            for kept in _kept(nlp, given, keeps, n_process):
                given.under_way.popleft()
                yield kept
            return
        except Exception as error:
            if given.has_failed or not given.under_way or is_of_machine(error):
                raise  # it is no document's fault
        while given.under_way:
            document = given.under_way.popleft()
            try:
                yield from _kept(nlp, [document], keeps, 1)
            except Exception as error:
                if is_of_machine(error):
                    raise
                on_error(failure_line(document, error))


class _Given:
    """Documents that are taken one after another, by one that may fail and another after it.

    documents (Iterable[TextDocument]): The documents.
    """

    def __init__(self, documents: Iterable[TextDocument]) -> None:
        self.under_way: deque[TextDocument] = deque()
        self.has_failed = False
        self._documents = iter(documents)

    def __iter__(self) -> Iterator[TextDocument]:
        while True:
            try:
                document = next(self._documents, None)
            except BaseException:
                self.has_failed = True
                raise
            if document is None:
                return
            self.under_way.append(document)
            yield document


def rows_of(passage: Passage, source: MentionSource) -> list[dict[str, Any]]:
    """The interactions of a passage as rows with the columns of `COLUMNS`; see `Keep`.

    passage (Passage): The passage.
    source (MentionSource): Where the component found the mentions.
    RETURNS (List[Dict[str, Any]]): A row an interaction.
    """
    doc, offset, document = passage
    rows = []
    for record in relation_records(doc, offset=offset, source=source):
        place = place_in(document, record["head_start"])
        rows.append({**place, **record, "file": document.file})
    return rows


def place_in(document: TextDocument, start: int) -> dict[str, Any]:
    """What rows tell of the document of an interaction.

    document (TextDocument): The document.
    start (int): Where the interaction is, in characters.
    RETURNS (Dict[str, Any]): Document, year and section.
    """
    section = section_at(document.sections, start)
    return {
        "document": document.id,
        "year": document.year,
        "section": section.kind if section else None,
    }


def section_at(sections: Sequence[Section], start: int) -> Section | None:
    """The section that a character is in.

    sections (Sequence[Section]): In text order.
    start (int): The character's offset.
    RETURNS (Optional[Section]): None if it is in none.
    """
    return next((each for each in sections if each.start <= start < each.end), None)


class Annotation(NamedTuple):
    """What a passage says of its document, by the document's characters.

    mentions (List[Tuple[Place, str]]): Place and type of each.
    interactions (List[Tuple[Place, Place, str, float]]): Head, tail, type, score of each.
    sentences (List[Place]): Its sentences, without white space around them.
    """

    mentions: list[tuple[Place, str]]
    interactions: list[tuple[Place, Place, str, float]]
    sentences: list[Place]


def annotation_of(passage: Passage, source: MentionSource) -> Annotation:
    """The annotation of a passage; see `Keep`.

    passage (Passage): The passage.
    source (MentionSource): Where the component found the mentions.
    RETURNS (Annotation): Mentions, and the interactions that the component decided on.
    """
    decided = [(each, each.label, each.score) for each in relations_of_doc(passage.doc)]
    return make_annotation(passage, source, decided)


def make_annotation(
    passage: Passage, source: MentionSource, pairs: Sequence[tuple[Relation, str, float]]
) -> Annotation:
    """The annotation of a passage with given pairs.

    passage (Passage): The passage.
    source (MentionSource): Where the component found the mentions.
    pairs (Sequence[Tuple[Relation, str, float]]): Pairs, and what to say of each: type and score.
    RETURNS (Annotation): The annotation.
    """
    doc, offset, _ = passage
    mentions = {
        (span.start_char + offset, span.end_char + offset): span.label_ for span in source(doc)
    }
    interactions = []
    for relation, label, score in pairs:
        head, tail = ((start + offset, end + offset) for start, end in relation.place)
        mentions.setdefault(head, relation.head_type)
        mentions.setdefault(tail, relation.tail_type)
        interactions.append((head, tail, label, round(score, 4)))
    found = []
    for sentence in sentences(doc):
        text = sentence.text
        start = sentence.start_char + offset + len(text) - len(text.lstrip())
        if text.strip():
            found.append((start, start + len(text.strip())))
    return Annotation(list(mentions.items()), interactions, found)


def annotated(
    document: TextDocument, passages: Sequence[Annotation], *, in_sentences: bool
) -> TextDocument:
    """A document with what a pipeline says of it, in place of the annotation that it had.

    document (TextDocument): The document.
    passages (Sequence[Annotation]): That of its passages, in text order.
    in_sentences (bool): Whether sentences become the sections, for formats that are made of them.
    RETURNS (TextDocument): The annotated document.
    """
    mentions: dict[Place, Mention] = {}
    for place, type_ in (each for passage in passages for each in passage.mentions):
        mentions[place] = Mention(f"T{len(mentions) + 1}", type_, (place,))
    interactions = tuple(
        Interaction(mentions[head].id, mentions[tail].id, label, score)
        for passage in passages
        for head, tail, label, score in passage.interactions
    )
    made = replace(document, mentions=tuple(mentions.values()), interactions=interactions)
    if not in_sentences:
        return made
    places = (place for passage in passages for place in passage.sentences)
    return replace(made, sections=tuple(Section(*place, SENTENCE) for place in places))


def _kept(
    nlp: Language, documents: Iterable[TextDocument], keeps: Mapping[str, Keep], n_process: int
) -> Iterator[Kept]:
    source = component_of(nlp).candidates.mentions
    parts = (
        (passage, (number, document, offset))
        for number, document in enumerate(documents)
        for offset, passage in passages(document.text, PASSAGE)
    )
    stream = pipe_in_processes(
        nlp, parts, n_process=n_process, as_tuples=True, batch_size=BATCH_SIZE
    )
    for (_, document), docs in groupby(stream, key=lambda each: each[1][:2]):
        yield Kept(
            document,
            [
                {name: keep(Passage(doc, offset, document), source) for name, keep in keeps.items()}
                for doc, (_, _, offset) in docs
            ],
        )
