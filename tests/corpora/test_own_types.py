"""Types by other names."""

from __future__ import annotations

import pytest

from spacy_ddi.corpora.documents import Document, Interaction, Mention, Sentence
from spacy_ddi.corpora.own_types import OwnTypes, read_names
from spacy_ddi.errors import DDIError

MENTIONS = (
    Mention("T1", "Chemical", ((0, 1),)),
    Mention("T2", "Gene", ((2, 3),)),
    Mention("T3", "drug", ((4, 5),)),
)
INTERACTIONS = (
    Interaction("T1", "T2", "CPR:3"),
    Interaction("T1", "T3", "DDI-effect"),
    Interaction("T2", "T3", ""),
)


def renamed(types, interactions=INTERACTIONS):
    sentence = Sentence("s", "a b c", MENTIONS, interactions)
    (found,) = types(Document("d", (sentence,))).sentences
    mentions = {each.id: each.type for each in found.mentions}
    return mentions, [(each.head, each.tail, each.label) for each in found.interactions]


def test_types_get_other_names_and_others_stay():
    types = OwnTypes({"Chemical": "drug"}, {"DDI-effect": "effect", "": "int"})
    mentions, interactions = renamed(types)
    assert mentions == {"T1": "drug", "T2": "Gene", "T3": "drug"}
    assert interactions == [("T1", "T2", "CPR:3"), ("T1", "T3", "effect"), ("T2", "T3", "int")]


def test_mentions_are_left_out_with_their_interactions():
    mentions, interactions = renamed(OwnTypes({"Gene": ""}, {"DDI-effect": ""}))
    assert mentions == {"T1": "Chemical", "T3": "drug"}
    assert interactions == []


def test_candidates_that_do_not_interact_are_left_out_unless_they_are_renamed():
    pair = (Interaction("T1", "T3", "none"),)
    assert renamed(OwnTypes(), pair)[1] == []
    assert renamed(OwnTypes({}, {"none": "none"}), pair)[1] == [("T1", "T3", "none")]


def test_names_of_the_command_line():
    given = ["Chemical=drug", "a=b=c", " Gene = ", "=int"]
    assert read_names(given, option="--types", example="a=b") == {
        "Chemical": "drug",
        "a=b": "c",
        "Gene": "",
        "": "int",
    }
    given = ["Chemical=drug, Gene=", "a,b=c"]
    expected = {"Chemical": "drug", "Gene": "", "a,b": "c"}
    assert read_names(given, option="--types", example="a=b") == expected
    with pytest.raises(DDIError, match=r"DDI154\] --types 'Chemical'"):
        read_names(["Chemical"], option="--types", example="a=b")
