"""The XML of the DDI corpus 2013 (Herrero-Zazo et al., J. Biomed. Inform. 46(5), 2013)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from lxml import etree

from spacy_ddi.corpora.documents import Document, Interaction, Mention, Sentence
from spacy_ddi.errors import CorpusError, Errors

INTERACTION_TYPES = ("mechanism", "effect", "advise", "int")
MENTION_TYPES = ("drug", "brand", "group", "drug_n")

OnError = Callable[[CorpusError], None]


def read_document(path: Path) -> Document:
    """Read one XML file of the corpus.

    The parser expands no entities, loads nothing from outside, and refuses a DOCTYPE.

    path (Path): The file.
    RETURNS (Document): Its sentences, mentions and interactions; character ends are exclusive.
    RAISES (CorpusError): If the file is no XML of the corpus: names the file and the line.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except OSError as error:
        raise CorpusError(Errors.CORPUS_FILE.format(path=path, problem=error.strerror)) from None
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise CorpusError(
            Errors.CORPUS_XML.format(path=path, line=line, problem=error.msg)
        ) from None
    if cast(Any, root.getroottree().docinfo).doctype:
        raise CorpusError(Errors.CORPUS_DTD.format(path=path))
    if root.tag != "document":
        raise _content_error(path, root, f"the root is <{root.tag}>, not <document>")
    sentences = tuple(_read_sentence(path, element) for element in root.iter("sentence"))
    return Document(_attribute(path, root, "id"), sentences)


def read_folder(
    folder: Path,
    *,
    on_error: OnError | None = None,
) -> Iterator[Document]:
    """Read every XML file below a folder, in the order of their paths.

    folder (Path): Searched at any depth.
    on_error (Optional[OnError]): Called with the error of a file that can't be read; the other
        files are still read. Without it the error is raised.
    YIELDS (Document): The documents.
    RAISES (CorpusError): If there is no such folder, or no XML in it.
    """
    if not folder.is_dir():
        raise CorpusError(Errors.CORPUS_FOLDER.format(path=folder))
    paths = sorted(folder.rglob("*.xml"))
    if not paths:
        raise CorpusError(Errors.CORPUS_NO_XML.format(path=folder))
    for path in paths:
        try:
            document = read_document(path)
        except CorpusError as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            yield document


def training_part(folder: Path) -> Path:
    """The training part of the corpus.

    folder (Path): A folder that holds `Train`, or the part itself.
    RETURNS (Path): Its folder `Train`; the folder where it has none.
    """
    return folder / "Train" if (folder / "Train").is_dir() else folder


def official_test_part(folder: Path) -> Path | None:
    """The documents of the relation extraction task of the official test part, where they are.

    folder (Path): A folder that holds `Test`, or the folder `Train` beside it.
    RETURNS (Optional[Path]): The folder of these documents, or None.
    """
    corpus = folder.parent if folder.name == "Train" else folder
    task = corpus / "Test" / "Test for DDI Extraction task"
    return task if task.is_dir() else None


def read_document_list(path: Path) -> list[str]:
    """Read a list of document ids, one a line; blank lines are skipped.

    path (Path): The file, e.g. that of a development split.
    RETURNS (List[str]): The ids.
    RAISES (CorpusError): If the file is no text.
    """
    try:
        lines = path.read_text("utf8").splitlines()
    except UnicodeDecodeError:
        raise CorpusError(Errors.CORPUS_LIST.format(path=path)) from None
    return [line.strip() for line in lines if line.strip()]


def _read_sentence(path: Path, element: etree._Element) -> Sentence:
    text = _attribute(path, element, "text")
    mentions = tuple(_read_mention(path, child, text) for child in element.iterfind("entity"))
    ids = {mention.id for mention in mentions}
    if len(ids) < len(mentions):
        raise _content_error(path, element, "two entities of the sentence have the same id")
    interactions = []
    for child in element.iterfind("pair"):
        head, tail = _attribute(path, child, "e1"), _attribute(path, child, "e2")
        for end in (head, tail):
            if end not in ids:
                raise _content_error(path, child, f"no entity {end!r} in this sentence")
        if head == tail:
            raise _content_error(path, child, f"entity {head!r} is paired with itself")
        interacts = _attribute(path, child, "ddi").lower()
        if interacts not in ("true", "false"):
            raise _content_error(path, child, f"ddi {interacts!r} is neither true nor false")
        if interacts == "true":
            interactions.append(Interaction(head, tail, _interaction_type(path, child)))
    return Sentence(_attribute(path, element, "id"), text, mentions, tuple(interactions))


def _read_mention(path: Path, element: etree._Element, text: str) -> Mention:
    offsets = _attribute(path, element, "charOffset")
    ranges = []
    for part in offsets.split(";"):
        first, separator, last = part.strip().partition("-")
        if not (separator and first.isdecimal() and last.isdecimal()):
            raise _content_error(path, element, f"charOffset {offsets!r} is not like '3-10;15-20'")
        start, end = int(first), int(last) + 1  # the corpus counts the last character in
        if not start < end <= len(text) or not text[start:end].strip():
            raise _content_error(
                path, element, f"charOffset {offsets!r} marks no text in a sentence of {len(text)}"
            )
        ranges.append((start, end))
    mention_type = _attribute(path, element, "type")
    if mention_type not in MENTION_TYPES:
        raise _content_error(path, element, f"entity type {mention_type!r} is unknown")
    return Mention(_attribute(path, element, "id"), mention_type, tuple(sorted(ranges)))


def _interaction_type(path: Path, element: etree._Element) -> str:
    label = element.get("type") or ""
    if label and label not in INTERACTION_TYPES:
        raise _content_error(path, element, f"interaction type {label!r} is unknown")
    return label


def _attribute(path: Path, element: etree._Element, name: str) -> str:
    value = element.get(name)
    if value is None:
        raise _content_error(path, element, f"<{element.tag}> has no attribute {name!r}")
    return value


def _content_error(path: Path, element: etree._Element, problem: str) -> CorpusError:
    return CorpusError(
        Errors.CORPUS_CONTENT.format(path=path, line=element.sourceline, problem=problem)
    )
