"""JSON lines of Prodigy (prodi.gy) with spans and relations, as its recipe `rel.manual` has them.

Offsets of spans count characters. A relation names its ends by the last token of each, and by the
spans themselves, which are looked at first.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import index
from pathlib import Path
from typing import Any, Final

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.bounded import numbered_lines
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns, find_columns, row_document
from spacy_ddi.formats.compressed_files import open_bytes
from spacy_ddi.formats.english_tokenizer import english_doc
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.json_values import parse_object
from spacy_ddi.formats.text_document import TextDocument

_OWN_KEYS: Final = re.compile(rb'"_(?:task|input)_hash"\s*:|"spans"\s*:\s*\[')

Json = dict[str, Any]


def read_prodigy(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read tasks; see `Reader`. A line is read at a time.

    path (Path): The file.
    on_error (Callable[[CorpusError], None]): Gets the error of a task.
    columns (Columns): Which values hold text and id; without an id it is that in `meta`.
    YIELDS (TextDocument): A document a task. Those that were rejected or ignored are passed over.
    """
    with open_bytes(path) as file:
        for number, line in numbered_lines(file, path, on_error=on_error):
            if not line.strip():
                continue
            try:
                document = _document(line, columns, path, number)
            except CorpusError as error:
                on_error(error)
                continue
            if document is not None:
                yield document


def write_prodigy(documents: Iterable[TextDocument], path: Path) -> None:
    """Write tasks for people to correct, with tokens, which end wherever a mention does; see
    `Writer`.

    A mention of several ranges is one span from the first to the last, since there are none with
    gaps; `ranges` of the span keeps them.

    documents (Iterable[TextDocument]): The documents.
    path (Path): The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document in documents:
            file.write(json.dumps(_task(document), ensure_ascii=False) + "\n")


class _Spans:
    """The spans of a task by what relations say of them.

    text (str): The text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.mentions: dict[str, Mention] = {}
        self._ids: dict[tuple[Any, ...], str] = {}

    def add(self, span: Json) -> str:
        """Take a span for a mention.

        span (Dict[str, Any]): The span.
        RETURNS (str): The mention's id.
        """
        start, end = index(span["start"]), index(span["end"])
        label = str(span.get("label") or "")
        id_ = str(span.get("id") or "")
        number = len(self.mentions)
        while not id_ or id_ in self.mentions:
            number += 1
            id_ = f"T{number}"
        self.mentions[id_] = Mention(id_, label, _kept_ranges(span, (start, end), self.text))
        keys: list[tuple[Any, ...]] = [(start, end, label), (start, end)]
        if span.get("token_end") is not None:
            keys.append(("token", index(span["token_end"])))
        if span.get("id"):
            keys.append(("id", str(span["id"])))
        for key in keys:
            self._ids.setdefault(key, id_)
        return id_

    def find(self, span: Json | None, token: object) -> str:
        """The mention that is one end of a relation; a new one if it is no span of the task.

        span (Optional[Dict[str, Any]]): What the relation says of the span, if it does.
        token (object): The last token of the span.
        RETURNS (str): The mention's id.
        """
        if span:
            place = (index(span["start"]), index(span["end"]))
            keys = (("id", str(span.get("id"))), (*place, str(span.get("label") or "")), place)
            found = next((self._ids[key] for key in keys if key in self._ids), None)
            return found or self.add(span)
        key = ("token", index(token))  # type: ignore[arg-type]
        if key not in self._ids:
            raise ValueError(f"a relation is of token {token}, and no span ends with it")
        return self._ids[key]


def _document(line: bytes, columns: Columns, path: Path, number: int) -> TextDocument | None:
    place = f"line {number}"
    try:
        task = parse_object(line)
        if task.get("answer") in ("reject", "ignore"):
            return None
        found = find_columns(task, columns, path, place)
        plain = row_document(task, found, path=path, number=number, place=place)
        given = task.get("meta")
        meta: Json = given if isinstance(given, dict) else {}
        if found.id is None and isinstance(meta.get("id"), (int, str)):
            plain = replace(plain, id=str(meta["id"]))
        spans = _Spans(plain.text)
        for span in task.get("spans") or ():
            spans.add(span)
        interactions = [
            Interaction(
                spans.find(each.get("head_span"), each.get("head")),
                spans.find(each.get("child_span"), each.get("child")),
                str(each.get("label") or ""),
            )
            for each in task.get("relations") or ()
        ]
        document = replace(
            plain,
            mentions=tuple(spans.mentions.values()),
            interactions=tuple(interactions),
            metadata={k: v for k, v in meta.items() if isinstance(v, str) and k != "id"},
            is_predicted="answer" not in task,
        )
        if problem := annotation_problem(document):
            raise ValueError(problem)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        if isinstance(error, CorpusError):
            raise
        problem = str(error) if isinstance(error, ValueError) else f"this is no task ({error!r})"
        raise CorpusError.at(Errors.DOCUMENT, path, place, problem=problem) from None
    return document


def _kept_ranges(span: Json, place: tuple[int, int], text: str) -> tuple[tuple[int, int], ...]:
    """The ranges that we wrote, if the span is still where it was."""
    kept = span.get("ranges")
    if not kept:
        return (place,)
    ranges = tuple((index(start), index(end)) for start, end in kept)
    is_there = _strip(text, ranges[0][0], ranges[-1][1]) == place
    return ranges if is_there else (place,)


def _task(document: TextDocument) -> Json:
    from spacy_ddi.corpora.docs import split_tokens

    places = {
        m.id: _strip(document.text, m.ranges[0][0], m.ranges[-1][1]) for m in document.mentions
    }
    cuts = sorted({offset for place in places.values() for offset in place})
    doc = split_tokens(english_doc(document.text), cuts)
    starts = [token.idx for token in doc]
    spans = {m.id: _span(m, document.text, places[m.id], starts) for m in document.mentions}
    ends = {id_: {k: v for k, v in each.items() if k in _END_KEYS} for id_, each in spans.items()}
    task = {
        "text": document.text,
        "meta": {**document.metadata, "id": document.id},
        "tokens": [
            {
                "text": token.text,
                "start": token.idx,
                "end": token.idx + len(token),
                "id": token.i,
                "ws": bool(token.whitespace_),
            }
            for token in doc
        ],
        "spans": list(spans.values()),
        "relations": [
            {
                "head": spans[each.head]["token_end"],
                "child": spans[each.tail]["token_end"],
                "head_span": ends[each.head],
                "child_span": ends[each.tail],
                "label": each.label,
            }
            | ({} if each.score is None else {"score": each.score})
            for each in document.interactions
        ],
    }
    return task if document.year is None else task | {"year": document.year}


_END_KEYS: Final = ("id", "start", "end", "token_start", "token_end", "label")


def _span(mention: Mention, text: str, place: tuple[int, int], starts: list[int]) -> Json:
    """A span, in a text whose tokens begin at `starts`; tokens are counted with the last."""
    start, end = place
    span = {
        "id": mention.id,
        "text": text[start:end],
        "start": start,
        "end": end,
        "token_start": max(bisect_right(starts, start) - 1, 0),
        "token_end": max(bisect_left(starts, end) - 1, 0),
        "type": "span",
        "label": mention.type,
    }
    ranges = [list(each) for each in mention.ranges]
    return span if ranges == [[start, end]] else span | {"ranges": ranges}


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    """A range without white space at its ends, where no token begins; itself, if it is no more."""
    marked = text[start:end]
    if not marked.strip():
        return start, end
    return start + len(marked) - len(marked.lstrip()), end - len(marked) + len(marked.rstrip())


def _recognizes(head: bytes) -> bool:
    starts_object = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return starts_object and _OWN_KEYS.search(head) is not None


PRODIGY = Format(
    "prodigy", (".jsonl", ".ndjson", ".jsonlines"), _recognizes, read_prodigy, write_prodigy
)
