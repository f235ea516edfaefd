"""Documents of all formats that have annotation, sentence by sentence, as corpora are read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from spacy.language import Language

from spacy_ddi.annotations import sentences
from spacy_ddi.corpora.documents import Document, Interaction, Mention, Sentence
from spacy_ddi.corpora.problems import OnProblem, Problem
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.ddi2013 import read_document
from spacy_ddi.formats.ddi2013_documents import DDI2013
from spacy_ddi.formats.format import OnError, formats
from spacy_ddi.formats.inputs import Input, find_inputs, read_input
from spacy_ddi.formats.text_document import SENTENCE, TextDocument
from spacy_ddi.gold import DOCUMENT_ID
from spacy_ddi.text.passages import passages
from spacy_ddi.warning_messages import Warnings

Place = tuple[int, int]

Split = Callable[[str], Iterable[Place]]
"""Gives the sentences of a text."""


def read_sentences(
    names: Sequence[str],
    cut: SentenceCutter,
    *,
    format_name: str | None = None,
    columns: Columns = FIRST_OF_THEM,
    with_predictions: bool = False,
    on_error: OnError,
    on_problem: OnProblem,
) -> Iterator[Document]:
    """Read annotated files of any format; see `DocumentReader`.

    names (Sequence[str]): Files, folders, patterns; see `find_inputs`. Of a folder, formats that
        have no annotation are passed over.
    cut (SentenceCutter): Finds the sentences. DDI-2013 XML has its own.
    format_name, columns: See `read_documents`.
    with_predictions (bool): Whether to read documents that nobody has annotated, but a machine.
    on_error (Callable[[CorpusError], None]): Gets the error of a name, file or document.
    on_problem (Callable[[Problem], None]): Gets what is odd, but was read.
    YIELDS (Document): The documents.
    RAISES (CorpusError): If there is no such format.
    """
    first: dict[str, Path] = {}
    annotated = [each.name for each in formats().values() if each.read and each.write]
    named = {Path(name) for name in names}
    n_inputs = 0
    found_inputs = find_inputs(
        names, format_name=format_name, on_error=on_error, on_other=cut.passed_over.append
    )
    for each in found_inputs:
        if each.format.name not in annotated:
            if each.path in named:
                n_inputs += 1
                on_error(
                    CorpusError.at(
                        Errors.NO_ANNOTATION,
                        each.path,
                        name=each.format.name,
                        names=", ".join(annotated),
                    )
                )
            else:
                cut.passed_over.append(each.path)
            continue
        n_inputs += 1
        options = (columns, with_predictions, on_error, on_problem)
        for document in _documents(each, cut, *options):
            if (other := first.setdefault(document.id, each.path)) != each.path:
                found = f"document id {document.id!r}, which {other} has, too"
                on_problem(Problem(Warnings.ID_TWICE, each.path, 1, found))
            yield document
    if not n_inputs:
        where = ", ".join(names)
        on_error(CorpusError.at(Errors.INPUT_EMPTY, where, names=", ".join(annotated)))


class SentenceCutter:
    """Cuts documents into sentences, with what is annotated in each.

    A section of kind `sentence` is one, and no sentence goes over the bounds of sections. None ends
    within a mention. Mentions at one place count as one.

    split (Callable[[str], Iterable[Tuple[int, int]]]): Gives the sentences of a text.
    """

    def __init__(self, split: Split) -> None:
        self.n_left_out = 0
        """Interactions between sentences, and of mentions that mark no word."""
        self.n_predicted = 0
        """Documents that nobody has annotated."""
        self.n_unchanged = 0
        """Documents whose annotation is as a pipeline wrote it, but that were taken."""
        self.passed_over: list[Path] = []
        """Files of a folder that have another format."""
        self._split = split

    def __call__(self, document: TextDocument) -> Document:
        """Cut a document.

        document (TextDocument): The document.
        RETURNS (Document): Its sentences. What is between them is not kept.
        """
        mentions, same = _mentions_by_place(document)
        places = list(self._places(document, mentions))
        starts = [start for start, _, _ in places]
        inside: list[list[Mention]] = [[] for _ in places]
        homes: dict[str, int] = {}
        for mention in mentions:
            number = bisect_right(starts, mention.ranges[0][0]) - 1
            inside[number].append(mention)
            homes[mention.id] = number
        related: list[list[Interaction]] = [[] for _ in places]
        for each in document.interactions:
            head, tail = same.get(each.head, each.head), same.get(each.tail, each.tail)
            number = homes.get(head, -1)
            if number < 0 or number != homes.get(tail) or head == tail:
                self.n_left_out += 1
            else:
                related[number].append(Interaction(head, tail, each.label, each.score))
        return Document(
            document.metadata.get(DOCUMENT_ID, document.id),
            tuple(
                Sentence(
                    title or f"{document.id}.s{number}",
                    document.text[start:end],
                    tuple(_moved(mention, start) for mention in inside[number]),
                    tuple(_each_pair_once(related[number])),
                    document.origin,
                )
                for number, (start, end, title) in enumerate(places)
            ),
        )

    def _places(
        self, document: TextDocument, mentions: Sequence[Mention]
    ) -> Iterator[tuple[int, int, str]]:
        """Start, end and id of each sentence; those are one that a mention joins."""
        ends = sorted((m.ranges[0][0], m.ranges[-1][1]) for m in mentions)
        number, reach = 0, 0
        before: tuple[int, int, str] | None = None
        for place in self._split_sections(document):
            while number < len(ends) and ends[number][0] < place[0]:
                reach = max(reach, ends[number][1])
                number += 1
            if before is not None and reach > before[1]:
                before = (before[0], place[1], before[2])
                continue
            if before is not None:
                yield before
            before = place
        if before is not None:
            yield before

    def _split_sections(self, document: TextDocument) -> Iterator[tuple[int, int, str]]:
        end = 0
        for section in document.sections:
            yield from self._split_text(document.text, end, section.start)
            if section.kind == SENTENCE:
                text = document.text[section.start : section.end]
                if text.strip():
                    yield (*_strip(text, section.start), section.title)
            else:
                yield from self._split_text(document.text, section.start, section.end)
            end = section.end
        yield from self._split_text(document.text, end, len(document.text))

    def _split_text(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        part = text[start:end]
        if part.strip():
            for first, last in self._split(part):
                if part[first:last].strip():
                    yield (*_strip(part[first:last], start + first), "")


def split_by(nlp: Language) -> Split:
    """The sentences that a pipeline finds.

    nlp (Language): A pipeline that sets sentence boundaries.
    RETURNS (Callable[[str], Iterable[Tuple[int, int]]]): Gives the sentences of a text.
    """

    def split(text: str) -> Iterator[Place]:
        for offset, passage in passages(text):
            for sentence in sentences(nlp(passage)):
                yield sentence.start_char + offset, sentence.end_char + offset

    return split


def _documents(
    each: Input,
    cut: SentenceCutter,
    columns: Columns,
    with_predictions: bool,
    on_error: OnError,
    on_problem: OnProblem,
) -> Iterator[Document]:
    if each.format.name == DDI2013.name:
        try:
            yield read_document(each.path, on_problem=on_problem)
        except CorpusError as error:
            on_error(error)
    else:
        for document in read_input(each, columns=columns, on_error=on_error):
            if document.not_read:
                where = (document.file, document.place)
                on_error(CorpusError.at(Errors.DOCUMENT, *where, problem=document.not_read))
            elif document.is_predicted and not with_predictions:
                cut.n_predicted += 1
            else:
                cut.n_unchanged += document.is_unchanged
                yield cut(document)


def _mentions_by_place(document: TextDocument) -> tuple[list[Mention], dict[str, str]]:
    """Mentions that mark words, one a place, without white space at their ends; and the id of the
    one that stands for another."""
    first: dict[tuple[Place, ...], Mention] = {}
    same: dict[str, str] = {}
    text = document.text
    for mention in document.mentions:
        ranges = tuple(
            _strip(text[start:end], start)
            for start, end in mention.ranges
            if text[start:end].strip()
        )
        if ranges:
            stripped = Mention(mention.id, mention.type, ranges)
            same[mention.id] = first.setdefault(ranges, stripped).id
    return list(first.values()), same


def _moved(mention: Mention, start: int) -> Mention:
    ranges = tuple((one - start, two - start) for one, two in mention.ranges)
    return Mention(mention.id, mention.type, ranges)


def _each_pair_once(interactions: Iterable[Interaction]) -> Iterator[Interaction]:
    """The first interaction of each pair."""
    seen = set()
    for each in interactions:
        pair = frozenset((each.head, each.tail))
        if pair not in seen:
            seen.add(pair)
            yield each


def _strip(text: str, start: int) -> Place:
    """The characters of a text that begins at `start`, without the white space around it."""
    left = start + len(text) - len(text.lstrip())
    return left, left + len(text.strip())
