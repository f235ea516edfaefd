"""The XML of the DDI corpus 2013 as documents: its sentences, one under the other.

The corpus keeps no text between sentences, so a line end stands there. Offsets count characters of
the joined text; each sentence is a section, whose title is the sentence's id.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from spacy_ddi.corpora.documents import Document, Interaction, Mention
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES, MENTION_TYPES, Ranges, read_document
from spacy_ddi.formats.file_names import FileNames
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.text_document import SENTENCE, Section, TextDocument
from spacy_ddi.warning_messages import Warnings

_ROOT: Final = re.compile(rb"<document(?=[\s>])[^<>]*>")
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_ddi2013(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read a file of the corpus; see `Reader`. What is odd in it is warned of.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error, if there is one.
    columns (Columns): There are none.
    YIELDS (TextDocument): The document.
    """
    try:
        document = _joined(read_document(path), path)
        if problem := annotation_problem(document):
            raise CorpusError.at(Errors.DOCUMENT, path, problem=problem)
    except CorpusError as error:
        on_error(error)
        return
    yield document


def write_ddi2013(documents: Iterable[TextDocument], path: Path) -> None:
    """Write a folder with a file a document, as the corpus has it; see `Writer`.

    A section is a sentence, and so is text between sections; a document without sections is one
    sentence. All pairs of mentions of a sentence are written. What the format can't hold is left
    out, and warned of with its number: mentions over the bounds of sentences, mentions and
    interactions of other types than the corpus has, and interactions whose ends were left out.
    Characters that XML can't hold are written as U+FFFD.

    documents (Iterable[TextDocument]): The documents.
    path (Path): The folder.
    """
    path.mkdir(parents=True, exist_ok=True)
    names = FileNames()
    left_out: Counter[str] = Counter()
    for document in documents:
        tree = etree.ElementTree(_root(document, left_out))
        file = str(path / f"{names.name(document.id)}.xml")
        tree.write(file, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    if left_out:
        message = Warnings.NOT_WRITTEN.format(
            path=path,
            found=", ".join(f"{number:,} {what}" for what, number in sorted(left_out.items())),
            format="DDI-2013 XML",
            types=", ".join((*MENTION_TYPES, *INTERACTION_TYPES)),
        )
        warnings.warn(message, stacklevel=2)


def _joined(document: Document, path: Path) -> TextDocument:
    sections: list[Section] = []
    mentions: dict[str, Mention] = {}
    interactions: list[Interaction] = []
    start = 0
    for sentence in document.sentences:
        end = start + len(sentence.text)
        sections.append(Section(start, end, SENTENCE, sentence.id))
        ids = {}
        for mention in sentence.mentions:
            # Ids need only be unique within a sentence.
            ids[mention.id] = mention.id
            while ids[mention.id] in mentions:
                ids[mention.id] = f"{sentence.id}.{ids[mention.id]}"
            ranges = tuple((start + first, start + last) for first, last in mention.ranges)
            mentions[ids[mention.id]] = Mention(ids[mention.id], mention.type, ranges)
        interactions.extend(
            Interaction(ids[each.head], ids[each.tail], each.label)
            for each in sentence.interactions
        )
        start = end + 1
    return TextDocument(
        document.id,
        "\n".join(sentence.text for sentence in document.sentences),
        tuple(sections),
        tuple(mentions.values()),
        tuple(interactions),
        file=str(path),
    )


class _Part(NamedTuple):
    """A sentence to write.

    id (str): Its id.
    start, end (int): Its characters in the document.
    mentions (List[Mention]): Its mentions.
    """

    id: str
    start: int
    end: int
    mentions: list[Mention]


def _root(document: TextDocument, left_out: Counter[str]) -> etree._Element:
    root = etree.Element("document", id=_clean(document.id))
    labels = _labels(document, left_out)
    for part in _parts(document, left_out):
        text = document.text[part.start : part.end]
        element = etree.SubElement(root, "sentence", id=_clean(part.id), text=_clean(text))
        for mention in part.mentions:
            ranges = [(start - part.start, end - part.start) for start, end in mention.ranges]
            etree.SubElement(
                element,
                "entity",
                id=_clean(mention.id),
                charOffset=";".join(f"{start}-{end - 1}" for start, end in ranges),
                type=mention.type,
                text=_clean(" ".join(text[start:end] for start, end in ranges)),
            )
        _add_pairs(element, part, labels)
    if labels:
        left_out["interactions"] += len(labels)
    return root


def _labels(document: TextDocument, left_out: Counter[str]) -> dict[frozenset[Ranges], Interaction]:
    """The interactions by the characters of their ends, each pair once."""
    ranges = {mention.id: mention.ranges for mention in document.mentions}
    labels: dict[frozenset[Ranges], Interaction] = {}
    for each in document.interactions:
        pair = frozenset((ranges[each.head], ranges[each.tail]))
        is_of_corpus = each.label in ("", *INTERACTION_TYPES) and len(pair) == 2
        if not is_of_corpus or labels.setdefault(pair, each).label != each.label:
            left_out["interactions"] += 1
    return labels


def _parts(document: TextDocument, left_out: Counter[str]) -> list[_Part]:
    """The sentences of a document with their mentions."""
    parts: list[_Part] = []
    ids: set[str] = set()
    for start, end, title in _bounds(document):
        id_ = title if title and title not in ids else f"{document.id}.s{len(parts)}"
        ids.add(id_)
        parts.append(_Part(id_, start, end, []))
    starts = [part.start for part in parts]
    for mention in document.mentions:
        start, end = mention.ranges[0][0], mention.ranges[-1][1]
        number = bisect_right(starts, start) - 1
        is_inside = number >= 0 and end <= parts[number].end
        is_seen = all(document.text[one:two].strip() for one, two in mention.ranges)
        if is_inside and is_seen and mention.type in MENTION_TYPES:
            parts[number].mentions.append(mention)
        else:
            left_out["mentions"] += 1
    return parts


def _bounds(document: TextDocument) -> Iterator[tuple[int, int, str]]:
    """Start, end and id of what is a sentence: sections, and text between them."""
    if not document.sections:
        yield 0, len(document.text), ""
        return
    before = 0
    for section in (*document.sections, Section(len(document.text), len(document.text))):
        between = document.text[before : section.start]
        if between.strip():
            start = before + len(between) - len(between.lstrip())
            yield start, start + len(between.strip()), ""
        if section.start < len(document.text) or section.title:
            yield section.start, section.end, section.title if section.kind == SENTENCE else ""
        before = section.end


def _add_pairs(
    element: etree._Element, part: _Part, labels: dict[frozenset[Ranges], Interaction]
) -> None:
    """Add all pairs of a sentence, and take the interactions among them out of `labels`."""
    seen: set[frozenset[Ranges]] = set()
    for one, two in combinations(part.mentions, 2):
        pair = frozenset((one.ranges, two.ranges))
        if len(pair) == 1 or pair in seen:
            continue
        seen.add(pair)
        interaction = labels.pop(pair, None)
        id_ = f"{part.id}.p{len(seen) - 1}"
        if interaction is None:
            ends, ddi = (one.id, two.id), {"ddi": "false"}
        else:
            ends = (interaction.head, interaction.tail)
            ddi = {"ddi": "true"} | ({"type": interaction.label} if interaction.label else {})
        named = {"id": _clean(id_), "e1": _clean(ends[0]), "e2": _clean(ends[1])}
        etree.SubElement(element, "pair", named | ddi)


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _recognizes(head: bytes) -> bool:
    root = _ROOT.search(head)
    return root is not None and b"xmlns=" not in root[0] and b" id=" in root[0]


DDI2013 = Format(
    "ddi2013",
    (".xml",),
    _recognizes,
    read_ddi2013,
    write_ddi2013,
    writes_folder=True,
    in_sentences=True,
)
