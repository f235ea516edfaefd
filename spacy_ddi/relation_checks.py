"""What may be set as `doc._.ddi_rels`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any, Final

from spacy.tokens import Doc

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.stored_pairs import TOKEN_OFFSETS

_REQUIRED: Final = (*TOKEN_OFFSETS, "label", "score")
_ALLOWED: Final = (*_REQUIRED, "probs")


def checked_relations(doc: Doc, relations: Any) -> list[dict[str, Any]]:
    """Relations for a Doc as plain data; NumPy's numbers become Python's.

    doc (Doc): The Doc.
    relations (Iterable[RelationDict]): What is to be set.
    RETURNS (List[Dict[str, Any]]): New dicts.
    RAISES (DDIError): If an entry is no relation, or two are about one pair.
    """
    if isinstance(relations, str | bytes | Mapping) or not isinstance(relations, Iterable):
        raise _error(doc, "it is no list of relations", relations)
    checked: dict[tuple[int, ...], dict[str, Any]] = {}
    for relation in relations:
        found = _checked(doc, relation)
        place = tuple(found[key] for key in TOKEN_OFFSETS)
        other = checked.setdefault(place, found)
        if other is not found:
            raise DDIError(
                Errors.SECOND_RELATION.format(
                    head=doc[place[0] : place[1]].text,
                    tail=doc[place[2] : place[3]].text,
                    place=place,
                    labels=[other["label"], found["label"]],
                )
            )
    return list(checked.values())


def _checked(doc: Doc, relation: Any) -> dict[str, Any]:
    if not isinstance(relation, Mapping):
        raise _error(doc, "an entry is no dict", relation)
    missing = [key for key in _REQUIRED if key not in relation]
    if missing:
        raise _error(doc, f"keys are missing: {missing}", relation)
    unknown = [key for key in relation if key not in _ALLOWED]
    if unknown:
        raise _error(doc, f"unknown keys: {unknown}", relation)
    offsets = [relation[key] for key in TOKEN_OFFSETS]
    # A bool is an int in Python, and no offset.
    if not all(isinstance(offset, Integral) and type(offset) is not bool for offset in offsets):
        raise _error(doc, "an offset is no integer", relation)
    if not isinstance(relation["label"], str):
        raise _error(doc, "the label is no string", relation)
    checked: dict[str, Any] = {
        key: int(offset) for key, offset in zip(TOKEN_OFFSETS, offsets, strict=True)
    }
    head_start, head_end, tail_start, tail_end = checked.values()
    if not (0 <= head_start < head_end <= len(doc) and 0 <= tail_start < tail_end <= len(doc)):
        raise _error(doc, "a mention is empty, or lies outside of the Doc", relation)
    if (head_start, head_end) == (tail_start, tail_end):
        raise _error(doc, "head and tail are the same mention", relation)
    if (head_start, head_end) > (tail_start, tail_end):
        raise _error(doc, "the head stands behind the tail", relation)
    if not _is_probability(relation["score"]):
        raise _error(doc, "the score is no number from 0 to 1", relation)
    checked["label"] = str(relation["label"])
    checked["score"] = float(relation["score"])
    if "probs" in relation:
        probs = relation["probs"]
        if not isinstance(probs, Mapping) or not all(
            isinstance(label, str) and _is_probability(prob) for label, prob in probs.items()
        ):
            raise _error(doc, "probs is no dict of labels and numbers from 0 to 1", relation)
        checked["probs"] = {str(label): float(prob) for label, prob in probs.items()}
    return checked


def _is_probability(value: Any) -> bool:
    # NaN fails the comparison.
    return isinstance(value, Real) and type(value) is not bool and 0 <= float(value) <= 1


def _error(doc: Doc, problem: str, found: Any) -> DDIError:
    return DDIError(Errors.BAD_RELATIONS.format(problem=problem, length=len(doc), found=found))
