"""The XML of the DDI corpus 2013 (Herrero-Zazo et al., J. Biomed. Inform. 46(5), 2013)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, cast

from lxml import etree

from spacy_ddi.corpora.documents import Document, Interaction, Mention, Sentence
from spacy_ddi.corpora.problems import OnProblem, Problem, ProblemLog
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.compressed_files import read_all
from spacy_ddi.warning_messages import Warnings

INTERACTION_TYPES = ("mechanism", "effect", "advise", "int")
MENTION_TYPES = ("drug", "brand", "group", "drug_n")

OnError = Callable[[CorpusError], None]

Ranges = tuple[tuple[int, int], ...]

CHILDREN = {"document": ("sentence",), "sentence": ("entity", "pair")}
"""Which elements may stand in which."""

ATTRIBUTES = {
    "document": {"id"},
    "sentence": {"id", "text"},
    "entity": {"id", "charOffset", "type", "text"},
    "pair": {"id", "e1", "e2", "ddi", "type"},
}

_RANGE: Final = re.compile(r"(\d{1,12})-(\d{1,12})", re.ASCII)

OTHER_FORMATS = {
    "collection": " (it looks like BioC)",
    "PubmedArticleSet": " (it looks like PubMed)",
    "PubmedArticle": " (it looks like PubMed)",
    "article": " (it looks like JATS, as of PubMed Central)",
    "{urn:hl7-org:v3}document": " (it looks like a Structured Product Label)",
    "html": " (it looks like a web page)",
    "{http://www.w3.org/1999/xhtml}html": " (it looks like a web page)",
}
"""What roots of other formats are called."""


def read_document(path: Path, *, on_problem: OnProblem | None = None) -> Document:
    """Read one XML file of the corpus.

    The parser expands no entities, loads nothing from outside, and refuses a DOCTYPE.

    path (Path): The file, which may be compressed.
    on_problem (Optional[OnProblem]): Called with what is odd, but can be read. Without it there is
        a warning.
    RETURNS (Document): Its sentences, mentions and interactions; character ends are exclusive.
    RAISES (CorpusError): If the file is no XML of the corpus: names the file and the line.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(read_all(path), parser)
    except etree.XMLSyntaxError as error:
        line, said = error.lineno or 1, " ".join(str(error.msg).split())
        raise CorpusError.at(Errors.CORPUS_XML, path, f"line {line}", problem=said) from None
    if root.tag != "document":
        hint = OTHER_FORMATS.get(root.tag, "")
        place = f"line {root.sourceline}"
        raise CorpusError.at(Errors.CORPUS_ROOT, path, place, tag=root.tag, hint=hint)
    if cast(Any, root.getroottree().docinfo).doctype:
        raise CorpusError.at(Errors.CORPUS_DTD, path)
    log = ProblemLog()
    document = _read_root(_File(path, on_problem or log), root)
    log.warn()
    return document


def read_folder(
    folder: Path,
    *,
    on_error: OnError | None = None,
    on_problem: OnProblem | None = None,
) -> Iterator[Document]:
    """Read every XML file below a folder, in the order of their paths.

    folder (Path): Searched at any depth.
    on_error (Optional[OnError]): Called with the error of a file that can't be read; the other
        files are still read. Without it the error is raised.
    on_problem (Optional[OnProblem]): Called with what is odd, but can be read. Without it there is
        one warning a kind of problem, after the last file.
    YIELDS (Document): The documents.
    RAISES (CorpusError): If there is no such folder, or no XML in it.
    """
    if not folder.is_dir():
        raise CorpusError(Errors.CORPUS_FOLDER.format(path=folder))
    paths = sorted(folder.rglob("*.xml"))
    if not paths:
        raise CorpusError(Errors.CORPUS_NO_XML.format(path=folder))
    log = ProblemLog()
    report = on_problem or log
    first: dict[str, Path] = {}
    for path in paths:
        try:
            document = read_document(path, on_problem=report)
        except CorpusError as error:
            if on_error is None:
                raise
            on_error(error)
            continue
        if (other := first.setdefault(document.id, path)) != path:
            found = f"document id {document.id!r}, which {other} has, too"
            report(Problem(Warnings.ID_TWICE, path, 1, found))
        yield document
    log.warn()


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
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CorpusError(Errors.CORPUS_LIST.format(path=path)) from None
    return [line.strip() for line in lines if line.strip()]


class _File:
    """Where elements come from, for what is said of them.

    path (Path): The XML file.
    on_problem (OnProblem): Called with what is odd.
    """

    def __init__(self, path: Path, on_problem: OnProblem) -> None:
        self.path = path
        self.on_problem = on_problem

    def error(self, element: etree._Element, problem: str) -> CorpusError:
        place = f"line {_line(element)}"
        return CorpusError.at(Errors.CORPUS_CONTENT, self.path, place, problem=problem)

    def report(self, kind: str, element: etree._Element, found: str) -> None:
        self.on_problem(Problem(kind, self.path, _line(element), found))

    def attribute(self, element: etree._Element, name: str) -> str:
        value = element.get(name)
        if value is None:
            raise self.error(element, f"<{element.tag}> has no attribute {name!r}")
        return value


def _read_root(file: _File, root: etree._Element) -> Document:
    _report_unread(file, root)
    sentences = []
    lines: dict[str, int] = {}
    for element in root.iter("sentence"):
        sentence = _read_sentence(file, element)
        if (line := lines.setdefault(sentence.id, _line(element))) != _line(element):
            found = f"sentence id {sentence.id!r}, which line {line} has, too"
            file.report(Warnings.ID_TWICE, element, found)
        sentences.append(sentence)
    if not sentences:
        file.report(Warnings.NOT_READ, root, "the document has no <sentence>")
    return Document(file.attribute(root, "id"), tuple(sentences))


def _report_unread(file: _File, root: etree._Element) -> None:
    """Report elements and attributes that the format does not have where they are."""
    for element in root.iterdescendants(etree.Element):
        tag, parent = str(element.tag), cast(etree._Element, element.getparent())
        # Sentences are read at any depth.
        if tag != "sentence" and tag not in CHILDREN.get(str(parent.tag), ()):
            found = f"<{tag}> in <{parent.tag}>"
            has_sentences = element.find(".//sentence") is not None
            file.report(
                Warnings.NOT_READ, element, found + ", but for its sentences" * has_sentences
            )
    for element in root.iter(*ATTRIBUTES):
        for name in map(str, element.attrib):
            # One in a namespace, such as xml:lang or xsi:schemaLocation, is of another standard.
            if name not in ATTRIBUTES[str(element.tag)] and not name.startswith("{"):
                file.report(Warnings.NOT_READ, element, f"attribute {name!r} of <{element.tag}>")


def _read_sentence(file: _File, element: etree._Element) -> Sentence:
    text = file.attribute(element, "text")
    first: dict[str | Ranges, Mention] = {}
    mentions = []
    for child in element.iterfind("entity"):
        mention = _read_mention(file, child, text)
        if mention.id in first:
            raise file.error(element, "two entities of the sentence have the same id")
        if mention.ranges in first:
            found = f"entity {mention.id!r} ({mention.type}) has the characters of "
            other = first[mention.ranges]
            file.report(Warnings.SAME_PLACE, child, found + f"{other.id!r} ({other.type})")
        first[mention.id] = first.setdefault(mention.ranges, mention)
        mentions.append(mention)
    return Sentence(
        file.attribute(element, "id"),
        text,
        tuple(mentions),
        tuple(_read_interactions(file, element, {m.id: first[m.id] for m in mentions})),
        origin=f"{file.path}, line {_line(element)}",
    )


def _read_mention(file: _File, element: etree._Element, text: str) -> Mention:
    offsets = file.attribute(element, "charOffset")
    ranges = []
    for part in offsets.split(";"):
        found_range = _RANGE.fullmatch(part.strip())
        if found_range is None:
            raise file.error(element, f"charOffset {offsets[:80]!r} is not like '3-10;15-20'")
        start, last = map(int, found_range.groups())
        end = last + 1  # the corpus counts the last character in
        if not start < end <= len(text) or not text[start:end].strip():
            raise file.error(
                element, f"charOffset {offsets!r} marks no text in a sentence of {len(text)}"
            )
        ranges.append((start, end))
    mention_type = file.attribute(element, "type")
    if mention_type not in MENTION_TYPES:
        raise file.error(element, f"entity type {mention_type!r} is unknown")
    given, marked = element.get("text"), [text[start:end] for start, end in ranges]
    if given is not None and _squeeze(given) not in (
        _squeeze("".join(marked)),
        _squeeze("".join(text[start:end] for start, end in sorted(ranges))),
    ):
        found = f"text {given!r}, but charOffset {offsets!r} marks {' … '.join(marked)!r}"
        file.report(Warnings.TEXT_DIFFERS, element, found)
    return Mention(file.attribute(element, "id"), mention_type, tuple(sorted(ranges)))


def _read_interactions(
    file: _File, element: etree._Element, first: dict[str, Mention]
) -> Iterator[Interaction]:
    """The annotated interactions of a sentence, each once.

    first: For each entity id the first mention of the same characters.
    """
    given: dict[frozenset[str], tuple[str | None, int]] = {}
    for child in element.iterfind("pair"):
        head, tail = file.attribute(child, "e1"), file.attribute(child, "e2")
        for end in (head, tail):
            if end not in first:
                raise file.error(child, f"no entity {end!r} in this sentence")
        if head == tail:
            raise file.error(child, f"entity {head!r} is paired with itself")
        label = _read_label(file, child)
        pair = frozenset((first[head].id, first[tail].id))
        if len(pair) == 1:
            if label is not None:
                found = f"an interaction of {head!r} and {tail!r}, which is left out"
                file.report(Warnings.SAME_PLACE, child, found)
            continue
        if pair in given:
            first_label, line = given[pair]
            if first_label != label:
                text = file.attribute(element, "text")
                raise CorpusError.at(
                    Errors.PAIR_CONTRADICTS,
                    file.path,
                    f"line {_line(child)}",
                    head=_name(text, first[head]),
                    head_id=head,
                    tail=_name(text, first[tail]),
                    tail_id=tail,
                    label=_said(label),
                    first_line=line,
                    first_label=_said(first_label),
                )
            file.report(Warnings.PAIR_TWICE, child, f"{head!r} and {tail!r}, as in line {line}")
            continue
        given[pair] = label, _line(child)
        if label is not None:
            yield Interaction(head, tail, label)


def _read_label(file: _File, element: etree._Element) -> str | None:
    """The type of a pair's interaction, empty where it has none; None if it does not interact."""
    interacts = file.attribute(element, "ddi").lower()
    if interacts not in ("true", "false"):
        raise file.error(element, f"ddi {interacts!r} is neither true nor false")
    label = element.get("type") or ""
    if label and label not in INTERACTION_TYPES:
        raise file.error(element, f"interaction type {label!r} is unknown")
    if interacts == "true":
        return label
    if label:
        file.report(Warnings.NOT_READ, element, f"type {label!r} of a pair with ddi 'false'")
    return None


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _name(text: str, mention: Mention) -> str:
    return " … ".join(text[start:end] for start, end in mention.ranges)


def _said(label: str | None) -> str:
    return "not interacting" if label is None else label or "interacting, without a type"


def _line(element: etree._Element) -> int:
    return cast(int, element.sourceline or 1)
