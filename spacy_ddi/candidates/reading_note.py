"""What an encoder notes on a Doc that it reads: the candidates that it blinded and read for.

The component needs the same candidates. With the note it does not search for them a second time,
and it can tell whether the mentions have changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypedDict, cast

import numpy as np
from spacy.tokens import Doc

from spacy_ddi.candidates.finder import CandidateFinder, Candidates
from spacy_ddi.candidates.sentences import Ints, sentence_index

EXTENSION = "ddi_reading"
"""`doc._.ddi_reading`: the note, or None. The shipped pipeline's `doc_cleaner` removes it."""


_STORAGE_KEY: Final[Any] = ("._.", EXTENSION, None, None)

_GIVEN: Final = "ddi_given_candidates"


class ReadingNote(TypedDict):
    """Plain data, so that Docs can be stored at any point of the pipeline.

    finder (str): Which `CandidateFinder` it was.
    is_blinded (bool): Whether the encoder read a word in place of the mentions.
    mentions (List[List[int]]): Token ranges, end exclusive, of the K mentions.
    pairs (List[List[int]]): The P pairs, as indices into the mentions.
    limited (List[int]): The sentences with more pairs than are classified.
    in_pieces (List[int]): The sentences that the encoder reads in several pieces.
    """

    finder: str
    is_blinded: bool
    mentions: list[list[int]]
    pairs: list[list[int]]
    limited: list[int]
    in_pieces: list[int]


def install_reading_note() -> None:
    """Register `doc._.ddi_reading`; again is harmless."""
    if not Doc.has_extension(EXTENSION):
        Doc.set_extension(EXTENSION, default=None)


def write_note(
    doc: Doc,
    candidates: Candidates,
    finder: CandidateFinder,
    *,
    is_blinded: bool,
    in_pieces: Iterable[int] = (),
) -> None:
    """Note on a Doc for which candidates it is read.

    doc (Doc): The Doc.
    candidates (Candidates): Its candidates.
    finder (CandidateFinder): What found them.
    is_blinded (bool): Whether the encoder reads a word in place of the mentions.
    in_pieces (Iterable[int]): The sentences that it reads in several pieces.
    """
    note: ReadingNote = {
        "finder": repr(finder),
        "is_blinded": is_blinded,
        "mentions": candidates.ranges.tolist(),
        "pairs": candidates.pairs.tolist(),
        "limited": [*candidates.limited],
        "in_pieces": [*in_pieces],
    }
    doc._.set(EXTENSION, note)


def read_note(doc: Doc) -> ReadingNote | None:
    """The note on a Doc, or None where no encoder has read it for candidates.

    doc (Doc): The Doc.
    RETURNS (Optional[ReadingNote]): The note.
    """
    return cast("ReadingNote | None", doc._.get(EXTENSION))


def give_candidates(doc: Doc, candidates: Candidates) -> None:
    """Tell an encoder which candidates to read a Doc for, in place of those that it would find: a
    copy of a Doc with words left out has the candidates of the Doc.

    doc (Doc): The Doc; not one to be stored.
    candidates (Candidates): What to read it for.
    """
    doc.user_data[_GIVEN] = candidates


def candidates_to_read(doc: Doc, finder: CandidateFinder) -> Candidates:
    """The candidates that an encoder reads a Doc for: those it was given, or else found now.

    doc (Doc): The Doc.
    finder (CandidateFinder): Finds them.
    RETURNS (Candidates): The candidates.
    """
    given: Candidates | None = doc.user_data.get(_GIVEN)
    return finder(doc) if given is None else given


def noted_candidates(doc: Doc, finder: CandidateFinder) -> Candidates:
    """The candidates of a Doc: those of its note where it is this finder's and still right, or
    else found now.

    doc (Doc): The Doc.
    finder (CandidateFinder): Finds them.
    RETURNS (Candidates): The candidates.
    RAISES (MentionsChangedError): If the Doc's mentions are not those that were blinded.
    """
    note = read_note(doc)
    if note is None:
        return finder(doc)
    mentions = finder.mentions(doc)
    then = {tuple(place) for place in note["mentions"]}
    now = {(mention.start, mention.end): mention.text for mention in mentions}
    if then == now.keys() and note["finder"] == repr(finder):
        pairs = np.array(note["pairs"], dtype=np.int64).reshape(-1, 2)
        return Candidates(mentions, pairs, sentence_index(doc), tuple(note.get("limited", ())))
    if note["is_blinded"] and then != now.keys():
        new = [text for place, text in now.items() if place not in then]
        gone = [doc[start:end].text for start, end in sorted(then - now.keys())]
        raise MentionsChangedError(new, gone)
    return finder(doc)


class MentionsChangedError(ValueError):
    """The mentions of a Doc are not those that the encoder blinded.

    new (Sequence[str]): Names that were read in plain.
    gone (Sequence[str]): Words that were blinded, and are no mentions any more.
    """

    def __init__(self, new: Sequence[str], gone: Sequence[str]) -> None:
        super().__init__(new, gone)
        self.new = new
        self.gone = gone


def noted_ranges(doc: Doc) -> Ints:
    """The mentions that an encoder should blind, by the note on the Doc.

    doc (Doc): The Doc.
    RETURNS (NDArray): Shape (K, 2): their token ranges, end exclusive.
    """
    note = read_note(doc)
    return np.array(note["mentions"] if note else [], dtype=np.int64).reshape(-1, 2)


@contextmanager
def notes_for(
    docs: Iterable[Doc], candidates: Iterable[Candidates], finder: CandidateFinder
) -> Iterator[None]:
    """A block in which each Doc has a note, for an encoder inside the component's own model. Docs
    that have one keep it; the others have none afterwards.

    docs (Iterable[Doc]): The Docs.
    candidates (Iterable[Candidates]): The candidates of each.
    finder (CandidateFinder): What found them.
    """
    added = []
    for doc, found in zip(docs, candidates, strict=True):
        if read_note(doc) is None:
            write_note(doc, found, finder, is_blinded=True)
            added.append(doc)
    try:
        yield
    finally:
        for doc in added:
            doc.user_data.pop(_STORAGE_KEY, None)
