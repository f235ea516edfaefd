"""From a name in a text to an entry."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spacy_ddi.linking.dictionary import DrugDictionary, Entry, Name
from spacy_ddi.linking.matching import Matcher, is_one_edit


@pytest.mark.parametrize(
    ("name", "id_", "how"),
    [
        ("PLINOZIDE", "M:1", "exact"),
        ("plinozide HCl", "M:1", "normalised"),
        ("plinozide/tarvoxine", "M:1+M:2", "parts"),
        ("tarvoxine and Plinozide", "M:1+M:2", "parts"),
        ("plinozide 5 mg/tarvoxine HCl 10 mg", "M:1+M:2", "parts"),
        ("plinzoide", "M:1", "fuzzy"),
        ("plinozyde", "M:1", "fuzzy"),
    ],
)
def test_ways_to_an_entry(dictionary, name, id_, how):
    found = Matcher(dictionary, fuzzy=True)(name)
    assert (found.entry.id, found.how) == (id_, how)


@pytest.mark.parametrize(
    "name",
    [
        "plinozzyde",
        "blinozide",
        "plinoz",
        "Dexarl",
        "Bivexa and plinozide",
        "plinozide/foo",
        "Plinozide-D",
        "Plinozide D",
        "12345678",
    ],
)
def test_what_is_not_found(dictionary, name):
    assert Matcher(dictionary, fuzzy=True)(name) is None


def test_other_forms_of_a_class_lead_to_classes_only(dictionary):
    matcher = Matcher(dictionary, fuzzy=True)
    assert matcher("plinozide derivatives").entry.id == "M:1"
    assert matcher("plinozide derivatives", is_class=True) is None
    assert matcher("zorbic antagonist", is_class=True).entry.id == "M:9"


def test_a_name_near_to_two_drugs_is_not_guessed():
    entries = [Entry("A", "cefomaxim"), Entry("B", "cefonaxim")]
    names = [Name(entry.name, "drug", entry.id) for entry in entries]
    matcher = Matcher(DrugDictionary(entries, names), fuzzy=True)
    assert matcher("cefolaxim") is None
    assert matcher("cefomaxin").entry.id == "A"
    assert matcher.nearest_other(names[0]) == names[1]


def test_a_known_word_is_no_misspelt_drug(dictionary):
    assert Matcher(dictionary, fuzzy=True)("plinozede").entry.id == "M:1"
    dictionary.other_words = frozenset({"plinozede"})
    matcher = Matcher(DrugDictionary.from_bytes(dictionary.to_bytes()), fuzzy=True)
    assert matcher("Plinozede") is None
    assert matcher("plinozyde").entry.id == "M:1"


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the code
@given(st.text("abc", min_size=2, max_size=8), st.integers(0, 7), st.sampled_from("abcd"))
def test_one_edit_is_seen_from_both_sides(word, place, letter):
    place %= len(word)
    for other in (
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
    ):
        assert is_one_edit(word, other) == is_one_edit(other, word) == (word != other)


@pytest.mark.parametrize(("one", "other"), [("abcd", "badc"), ("abc", "abcde"), ("abcd", "dbca")])
def test_two_edits_are_not_one(one, other):
    assert not is_one_edit(one, other)
