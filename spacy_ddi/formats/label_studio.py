"""Tasks of Label Studio (labelstud.io) as JSON, as its export and import have them.

Offsets count characters of the text, as Label Studio does since version 1.5; those before it
counted UTF-16 units, which are told by the text that a region repeats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from operator import index
from pathlib import Path
from typing import Any, Final

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns, find_columns, row_document
from spacy_ddi.formats.format import Format, OnError, raise_error
from spacy_ddi.formats.json_keys import json_format
from spacy_ddi.formats.json_streams import Piece, read_json_documents
from spacy_ddi.formats.json_values import write_json_list
from spacy_ddi.formats.text_document import TextDocument

FROM_NAME: Final = "label"
TO_NAME: Final = "text"
"""The names that the labels and the text have in the labelling interface."""

MODEL_VERSION: Final = "spacy-ddi"


def read_label_studio(
    path: Path, *, on_error: OnError = raise_error, columns: Columns = FIRST_OF_THEM
) -> Iterator[TextDocument]:
    """Read tasks with their labels and relations; see `Reader`. A task is read at a time.

    path (Path): The file: an array of tasks, or a task a line.
    on_error (Callable[[CorpusError], None]): Gets the error of a task.
    columns (Columns): Which values of `data` hold text and id. Without an id it is the task's.
    YIELDS (TextDocument): A document a task, with its first annotation that was not cancelled, or
        else, where nobody annotated it, its first prediction. Tasks with nothing but cancelled
        annotations are passed over.
    """

    def parse(task: dict[str, Any], piece: Piece) -> TextDocument | None:
        return _document(task, columns, path, piece)

    yield from read_json_documents(path, parse, on_error=on_error)


def write_label_studio(documents: Iterable[TextDocument], path: Path) -> None:
    """Write tasks whose predictions are the annotations, for people to correct; see `Writer`.

    The labelling interface needs `<Labels name="label" toName="text">` and
    `<Text name="text" value="$text">`. A mention of several ranges is one region from the first to
    the last, since there are none with gaps; `meta` keeps the ranges. The score of a task, by
    which tasks can be sorted, is the lowest of its interactions.

    documents (Iterable[TextDocument]): The documents.
    path (Path): The file.
    """
    write_json_list(map(_task, documents), path)


def _document(
    task: dict[str, Any], columns: Columns, path: Path, piece: Piece
) -> TextDocument | None:
    try:
        data = task.get("data")
        if not isinstance(data, dict):
            raise ValueError("it has no data")
        found = _results(task)
        if found is None:
            return None
        results, is_predicted = found
        named = find_columns(data, columns, path, piece.place)
        plain = row_document(data, named, path=path, number=piece.number, place=piece.place)
        if named.id is None and isinstance(task.get("id"), (int, str)):
            plain = replace(plain, id=str(task["id"]))
        used = {name for name in named if name}
        more = {k: v for k, v in data.items() if isinstance(v, str) and k not in used}
        mentions = {m.id: m for m in _mentions(results, plain.text)}
        return replace(
            plain,
            mentions=tuple(mentions.values()),
            interactions=tuple(_interactions(results, mentions)),
            metadata=more,
            is_predicted=is_predicted,
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"this is no task ({error!r})") from None


def _results(task: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool] | None:
    """What was annotated in a task, and whether that was predicted; None if it was cancelled."""
    annotations = _objects(task.get("annotations") or task.get("completions"))
    kept = [each for each in annotations if not each.get("was_cancelled")]
    if annotations and not kept:
        return None
    given = kept or _objects(task.get("predictions")) or [{}]
    return _objects(given[0].get("result")), not kept


def _objects(values: Iterable[Any] | None) -> list[dict[str, Any]]:
    """Those that are no mere numbers, as exports without details have them."""
    return [each for each in values or () if isinstance(each, dict)]


def _mentions(results: Iterable[dict[str, Any]], text: str) -> Iterator[Mention]:
    seen = set()
    for number, result in enumerate(results, start=1):
        if result.get("type") != "labels":
            continue
        value = result["value"]
        id_ = str(result.get("id", f"T{number}"))
        if id_ in seen:
            raise ValueError(f"two regions have the id {id_!r}")
        seen.add(id_)
        labels = value.get("labels") or [""]
        place = _place(text, index(value["start"]), index(value["end"]), value.get("text"), id_)
        ranges = _kept_ranges(result.get("meta"), place)
        yield Mention(id_, str(labels[0]), ranges)


def _place(text: str, start: int, end: int, given: object, id_: str) -> tuple[int, int]:
    """The characters of a region, by what it says that its text is."""
    if not isinstance(given, str) or given == text[start:end]:
        return start, end
    units = text.encode("utf-16-le")
    before, marked = units[: 2 * start], units[2 * start : 2 * end]
    if 0 <= start < end and marked.decode("utf-16-le", "replace") == given:
        first = len(before.decode("utf-16-le", "replace"))
        return first, first + len(given)
    if "".join(given.split()) == "".join(text[start:end].split()):
        return start, end
    raise ValueError(f"region {id_!r} marks {text[start:end][:80]!r}, but says {given[:80]!r}")


def _kept_ranges(meta: object, place: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """The ranges that we wrote, if the region is still where it was."""
    kept = meta.get("ranges") if isinstance(meta, dict) else None
    if not kept:
        return (place,)
    ranges = tuple((index(start), index(end)) for start, end in kept)
    return ranges if (ranges[0][0], ranges[-1][1]) == place else (place,)


def _interactions(
    results: Iterable[dict[str, Any]], mentions: Mapping[str, Mention]
) -> Iterator[Interaction]:
    """The relations between mentions; those of other regions are passed over."""
    others = {str(each["id"]) for each in results if "id" in each} - set(mentions)
    for result in results:
        if result.get("type") != "relation":
            continue
        head, tail = str(result["from_id"]), str(result["to_id"])
        if head in others or tail in others:
            continue
        if result.get("direction") == "left":
            head, tail = tail, head
        yield Interaction(head, tail, str((result.get("labels") or [""])[0]))


def _task(document: TextDocument) -> dict[str, Any]:
    year = {} if document.year is None else {"year": document.year}
    data = {**document.metadata, **year, "text": document.text, "id": document.id}
    regions = [_region(document.text, mention) for mention in document.mentions]
    relations = [
        {
            "type": "relation",
            "from_id": each.head,
            "to_id": each.tail,
            "direction": "right",
            "labels": [each.label] if each.label else [],
        }
        | ({} if each.score is None else {"score": each.score})
        for each in document.interactions
    ]
    prediction: dict[str, Any] = {"model_version": MODEL_VERSION, "result": [*regions, *relations]}
    if scores := [each.score for each in document.interactions if each.score is not None]:
        prediction["score"] = min(scores)
    return {"data": data, "predictions": [prediction]}


def _region(text: str, mention: Mention) -> dict[str, Any]:
    start, end = mention.ranges[0][0], mention.ranges[-1][1]
    ranges = [list(each) for each in mention.ranges]
    return {
        "id": mention.id,
        "from_name": FROM_NAME,
        "to_name": TO_NAME,
        "type": "labels",
        "value": {
            "start": start,
            "end": end,
            "text": text[start:end],
            "labels": [mention.type] if mention.type else [],
        },
    } | ({"meta": {"ranges": ranges}} if len(ranges) > 1 else {})


def _recognizes(head: bytes) -> bool:
    return json_format(head) == "label-studio"


LABEL_STUDIO = Format(
    "label-studio", (".json",), _recognizes, read_label_studio, write_label_studio
)
