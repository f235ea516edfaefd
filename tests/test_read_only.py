"""What `doc._.ddi_rels` gives can't be changed."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
import srsly

from spacy_ddi.errors import DDIError
from spacy_ddi.read_only import ReadOnlyDict, ReadOnlyList

PLAIN = [{"a": 1, "probs": {"none": 0.5}}, {"a": 2}]


@pytest.fixture
def frozen() -> ReadOnlyList:
    return ReadOnlyList([ReadOnlyDict(a=1, probs=ReadOnlyDict(none=0.5)), ReadOnlyDict(a=2)])


def test_it_equals_the_plain_one(frozen):
    assert frozen == PLAIN
    assert frozen == PLAIN
    assert isinstance(frozen, list)
    assert repr(frozen) == repr(PLAIN)


CHANGES = {
    "append": lambda r: r.append({}),
    "extend": lambda r: r.extend([{}]),
    "insert": lambda r: r.insert(0, {}),
    "remove": lambda r: r.remove({"a": 2}),
    "pop": lambda r: r.pop(),
    "clear": lambda r: r.clear(),
    "sort": lambda r: r.sort(key=str),
    "reverse": lambda r: r.reverse(),
    "set item": lambda r: r.__setitem__(0, {}),
    "set slice": lambda r: r.__setitem__(slice(0, 1), []),
    "delete item": lambda r: r.__delitem__(0),
    "multiply": lambda r: r.__imul__(2),
    "key": lambda r: r[0].__setitem__("a", 7),
    "delete key": lambda r: r[0].__delitem__("a"),
    "update": lambda r: r[0].update(a=7),
    "or": lambda r: r[0].__ior__({"a": 7}),
    "setdefault": lambda r: r[0].setdefault("b", 7),
    "pop key": lambda r: r[0].pop("a"),
    "popitem": lambda r: r[0].popitem(),
    "clear dict": lambda r: r[0].clear(),
    "probs": lambda r: r[0]["probs"].update(none=1.0),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_changes_are_refused(frozen, change):
    with pytest.raises(DDIError, match="DDI047"):
        change(frozen)
    assert frozen == PLAIN


@pytest.mark.parametrize(
    "carry",
    [copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))],
    ids=["deepcopy", "pickle"],
)
def test_copies_are_plain_and_can_be_changed(frozen, carry):
    carried = carry(frozen)
    assert carried == PLAIN
    assert [type(carried), type(carried[0]), type(carried[0]["probs"])] == [list, dict, dict]
    assert type(copy.copy(frozen)) is list
    assert type(frozen[0].copy()) is type(frozen[0] | {"b": 1}) is dict


def test_adding_makes_a_new_plain_list(frozen):
    before = frozen
    frozen += [{"a": 3}]
    assert [relation["a"] for relation in frozen] == [1, 2, 3]
    assert type(frozen) is list
    assert before == PLAIN


def test_it_goes_into_json_and_msgpack(frozen):
    assert json.loads(json.dumps(frozen)) == PLAIN
    assert srsly.json_loads(srsly.json_dumps(frozen)) == PLAIN
    assert srsly.msgpack_loads(srsly.msgpack_dumps(frozen)) == PLAIN
