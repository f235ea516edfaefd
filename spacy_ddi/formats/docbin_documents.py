"""spaCy's `.spacy` files as documents: each Doc is one, with its mentions and relations.

Offsets count characters of `doc.text`. Sentences are sections.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spacy_ddi.corpora.documents import Interaction, Mention, Sentence
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.english_tokenizer import english_doc
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.text_document import SENTENCE, Section, TextDocument

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from spacy_ddi.corpora.docs import Tokenizer

MAX_DOCBIN: Final = 1 << 30
"""Bytes that a file may have, decompressed: spaCy reads it in one piece."""

CHUNK: Final = 1 << 20
"""Bytes that are decompressed at a time, to count them."""

Place = tuple[int, int]


def read_docbin_documents(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read the Docs of a file; see `Reader`. What the file holds is in memory, of the Docs one.

    path (Path): The file, not compressed otherwise than spaCy does.
    on_error (Callable[[CorpusError], None]): Gets the error of a Doc.
    columns (Columns): There are none.
    YIELDS (TextDocument): A document a Doc. Its id is that of the corpus sentence or document that
        the Doc holds, or else the file's name and the Doc's number. Mentions are those in
        `doc.spans["ddi_mentions"]`, or else `doc.ents`. The metadata of a corpus sentence has its
        document's id, by the key `DOCUMENT_ID`.
    RAISES (CorpusError): If the file is no `.spacy` file, or if what it holds is more than
        `MAX_DOCBIN`.
    """
    # Who only asks for formats does not need spaCy.
    from spacy.vocab import Vocab

    from spacy_ddi.corpora.docbin import read_docbin

    _check_size(path)
    for number, doc in enumerate(read_docbin(path, Vocab()), start=1):
        place = f"Doc {number}"
        try:
            document = _document(doc, path, number)
            if problem := annotation_problem(document):
                raise ValueError(problem)
        except Exception as error:  # spaCy's own, of many kinds, where a file is damaged
            on_error(CorpusError.at(Errors.DOCUMENT, path, place, problem=error))
            continue
        yield document


def write_docbin_documents(documents: Iterable[TextDocument], path: Path) -> None:
    """Write a Doc a document, with the tokens of spaCy for English, split where mentions begin or
    end; see `Writer`. spaCy stores a file as one piece, so all of them are in memory.

    Mentions are in `doc.spans["ddi_mentions"]` and, as far as they don't overlap, in `doc.ents`. A
    mention of several ranges is represented by one. Sections of kind `sentence` become sentences.

    documents (Iterable[TextDocument]): The documents.
    path (Path): The file.
    """
    from spacy_ddi.annotations import install_extensions
    from spacy_ddi.corpora.docbin import write_docbin

    install_extensions()
    write_docbin((_doc(document, english_doc) for document in documents), path)


def _check_size(path: Path) -> None:
    """See that a file is not too large decompressed. What is damaged is for others to tell."""
    inside = zlib.decompressobj()
    size = 0
    with path.open("rb") as file:
        try:
            while not inside.eof and (given := inside.unconsumed_tail or file.read(CHUNK)):
                size += len(inside.decompress(given, CHUNK))
                if size > MAX_DOCBIN:
                    raise CorpusError.at(Errors.TOO_LONG, path, limit=MAX_DOCBIN >> 20)
        except zlib.error:
            return


def _doc(document: TextDocument, make_doc: Tokenizer) -> Doc:
    from spacy_ddi.corpora.docs import sentence_to_doc, split_tokens
    from spacy_ddi.gold import DOCUMENT_ID, SENTENCE_ID, SENTENCE_IDS

    whole = Sentence(
        document.id, document.text, document.mentions, document.interactions, document.origin
    )
    found = [section for section in document.sections if section.kind == SENTENCE]
    starts = sorted(section.start for section in found)
    doc = sentence_to_doc(whole, lambda text: split_tokens(make_doc(text), starts))
    del doc.user_data[SENTENCE_ID]
    doc.user_data[DOCUMENT_ID] = document.id
    if found:
        for token in doc:
            token.is_sent_start = token.i == 0 or token.idx in starts
        doc.user_data[SENTENCE_IDS] = [section.title for section in found]
    return doc


def _document(doc: Doc, path: Path, number: int) -> TextDocument:
    from spacy_ddi.annotations import relations_of_doc
    from spacy_ddi.gold import DOCUMENT_ID, SENTENCE_ID, gold_mentions_of

    mentions: dict[Place, Mention] = {}
    ids: set[str] = set()
    all_mentions = []
    for span in gold_mentions_of(doc):
        mention = _mention((span.start_char, span.end_char), span.label_, span.id_, ids)
        all_mentions.append(mention)
        mentions.setdefault(mention.ranges[0], mention)
    interactions = []
    for relation in relations_of_doc(doc):
        types = (relation.head_type, relation.tail_type)
        for place, type_ in zip(relation.place, types, strict=True):
            if place not in mentions:
                mentions[place] = _mention(place, type_, "", ids)
                all_mentions.append(mentions[place])
        head, tail = (mentions[place].id for place in relation.place)
        interactions.append(Interaction(head, tail, relation.label))
    sentence_id, document_id = (doc.user_data.get(key) for key in (SENTENCE_ID, DOCUMENT_ID))
    return TextDocument(
        str(sentence_id or document_id or f"{path.name}:{number}"),
        doc.text,
        _sections(doc),
        tuple(all_mentions),
        tuple(interactions),
        metadata={DOCUMENT_ID: str(document_id)} if sentence_id and document_id else {},
        file=str(path),
        place=f"Doc {number}",
    )


def _mention(place: Place, type_: str, id_: str, ids: set[str]) -> Mention:
    """A mention with an id of its own, which is put into `ids`."""
    number = len(ids)
    while not id_ or id_ in ids:
        number += 1
        id_ = f"T{number}"
    ids.add(id_)
    return Mention(id_, type_, (place,))


def _sections(doc: Doc) -> tuple[Section, ...]:
    """The sentences, where the Doc has some, without white space after them."""
    from spacy_ddi.annotations import sentences
    from spacy_ddi.gold import SENTENCE_ID, SENTENCE_IDS

    if not doc.has_annotation("SENT_START"):
        return ()
    spans = sentences(doc)
    ids = doc.user_data.get(SENTENCE_IDS) or [doc.user_data.get(SENTENCE_ID, "")]
    if len(ids) != len(spans):
        ids = [""] * len(spans)
    return tuple(
        Section(span.start_char, span.start_char + len(span.text.rstrip()), SENTENCE, str(id_))
        for span, id_ in zip(spans, ids, strict=True)
    )


DOCBIN = Format(
    "spacy",
    (".spacy",),
    lambda head: True,
    read_docbin_documents,
    write_docbin_documents,
    in_sentences=True,
)
