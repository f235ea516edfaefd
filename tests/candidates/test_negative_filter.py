"""The rules that tell a pair negative. Names of drugs stand in <angle brackets>."""

from __future__ import annotations

import itertools
import pickle
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.util import registry

from spacy_ddi.candidates.generators import sentence_pairs
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.candidates.negative_filter import NegativeFilter, is_abbreviation
from spacy_ddi.candidates.sentences import sentence_index
from spacy_ddi.linked_drugs import Drug, set_drugs
from tests.helpers import make_doc, text_doc

LETTERS = "abcAB1-' β"


def make_filter(**settings: bool) -> NegativeFilter:
    return registry.misc.get("spacy-ddi.negative_filter.v1")(**settings)


def kept(text: str, **settings: bool) -> list[tuple[str, str]]:
    """The pairs of a text that the filter keeps."""
    doc = text_doc(text)
    mentions = MentionSource()(doc)
    pairs = sentence_pairs(doc, mentions, sentence_index(doc))
    keep = make_filter(**settings)(doc, mentions, pairs)
    assert keep.dtype == np.bool_
    assert keep.shape == (len(pairs),)
    return [(mentions[i].text, mentions[j].text) for i, j in pairs[keep].tolist()]


def test_names_of_one_drug_are_dropped_if_wanted() -> None:
    text = "<Dexarol> is <plinozide>, <Bivexa> has it with <tarvoxine>; not so <foo> and <bar>"
    doc = text_doc(text)
    mentions = MentionSource()(doc)
    one, two = Drug("M:1", "plinozide"), Drug("M:2", "tarvoxine")
    both = Drug("M:1+M:2", "both", "combination", ingredients={"M:1": "plinozide", "M:2": "t"})
    set_drugs(doc, zip(mentions, [one, one, both, two], strict=False))
    pairs = sentence_pairs(doc, mentions, sentence_index(doc))
    dropped = pairs[
        ~make_filter(same_referent=False, coordination=False, identifiers=True)(
            doc, mentions, pairs
        )
    ]
    assert dropped.tolist() == [[0, 1], [0, 2], [1, 2], [2, 3]]
    assert make_filter(same_referent=False, coordination=False)(doc, mentions, pairs).all()


def test_unrelated_names_are_kept() -> None:
    assert kept("<Aspirin> raises <warfarin> levels") == [("Aspirin", "warfarin")]


def test_same_string_is_dropped_whatever_its_case() -> None:
    assert kept("<Aspirin> after <ASPIRIN> with <warfarin>") == [
        ("Aspirin", "warfarin"),
        ("ASPIRIN", "warfarin"),
    ]


@pytest.mark.parametrize("alias", ["(<Anaprox>)", "[<Anaprox>]", "( <Anaprox> )"])
def test_alias_in_brackets_is_dropped(alias: str) -> None:
    assert kept(f"<naproxen> {alias} alters <lithium>") == [
        ("naproxen", "lithium"),
        ("Anaprox", "lithium"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<naproxen> (see <Anaprox>)",
        "<naproxen> (<Anaprox> tablets)",
        "<naproxen> and (<Anaprox>)",
    ],
)
def test_brackets_around_more_than_the_name_make_no_alias(text: str) -> None:
    assert kept(text) == [("naproxen", "Anaprox")]


def test_abbreviation_stands_for_its_long_form_in_the_whole_doc() -> None:
    text = (
        "<monoamine oxidase inhibitors> (<MAOIs>) differ; <MAOIs> and then "
        "<monoamine oxidase inhibitors> spare <lithium>"
    )
    assert kept(text, coordination=False) == [
        ("monoamine oxidase inhibitors", "lithium"),
        ("MAOIs", "lithium"),
        ("MAOIs", "lithium"),
        ("monoamine oxidase inhibitors", "lithium"),
    ]


@pytest.mark.parametrize(
    ("short_form", "long_form", "expected"),
    [
        ("MAOIs", "monoamine oxidase inhibitors", True),
        ("SSRIs", "selective serotonin reuptake inhibitors", True),
        ("CMC-Cys", "carboxymethylcellulose-cysteine", True),
        ("5-FU", "fluorouracil", False),
        ("ASA", "Acetylsalicylic acid", True),
        ("PAS", "acetyl-para-aminosalicylate", True),
        ("OC", "monoclonal", False),
        ("AZT", "zidovudine", False),
        ("TCA", "tricycline", False),
        ("--", "long-acting", False),
        ("", "warfarin", False),
        ("WAR", "", False),
    ],
)
def test_abbreviation_has_the_letters_of_its_long_form_in_order(
    short_form: str, long_form: str, expected: bool
) -> None:
    assert is_abbreviation(short_form, long_form) is expected


def test_abbreviation_of_many_equal_letters_is_found_at_once() -> None:
    assert not is_abbreviation("a" * 500 + "b", "a" * 100_000)


@settings(max_examples=300)
@given(st.from_regex(r"[abcAB1β][abcAB1β '-]{0,6}", fullmatch=True), st.text(LETTERS, max_size=12))
def test_abbreviation_agrees_with_scispacy(short_form: str, long_form: str) -> None:
    """scispaCy can't be installed on every Python; its answers must not depend on that."""
    abbreviation = pytest.importorskip("scispacy.abbreviation")
    long_span, short_span = (make_doc(text.split() or ["-"])[:] for text in (long_form, short_form))
    found = abbreviation.find_abbreviation(long_span, short_span)[1] is not None
    assert is_abbreviation(short_form, long_form) == found


def test_alias_that_is_no_abbreviation_holds_where_it_stands_only() -> None:
    """A brand in brackets may stand after another name elsewhere."""
    assert kept("<naproxen> (<Anaprox>); <Anaprox> is no <naproxen>", coordination=False) == [
        ("naproxen", "Anaprox"),
        ("Anaprox", "naproxen"),
        ("Anaprox", "naproxen"),
    ]


@pytest.mark.parametrize(
    "names",
    [
        "<digoxin>, <lithium> and <zinc>",
        "<digoxin>, <lithium>, and <zinc>",
        "<digoxin>, <lithium>, or <zinc>",
        "<digoxin>; <lithium>; <zinc>",
        "<digoxin>/<lithium>/<zinc>",
        "<digoxin>, <lithium> and/or <zinc>",
        "<digoxin> ,<lithium>; or <zinc>",
        "<digoxin>,\n<lithium>  and\n<zinc>",
        "<digoxin> *; <lithium> †, <zinc>",
        "<digoxin> ; dietary deficiencies ; fever ; <lithium> ; <zinc>",
    ],
)
def test_coordination_of_three_is_dropped(names: str) -> None:
    assert kept(f"<warfarin> raises {names} levels") == [
        ("warfarin", "digoxin"),
        ("warfarin", "lithium"),
        ("warfarin", "zinc"),
    ]


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        ("<zinc> and <iron> or <gold>", {"zinc iron", "zinc gold", "iron gold"}),
        ("<zinc> or <iron> and <gold>, <lead> or <tin>", {"zinc", "iron"}),
        ("<zinc>/<iron> and <gold>", {"zinc iron", "zinc gold", "iron gold"}),
        ("<zinc>/<iron>/<tin> and <gold>", {"gold"}),
        ("<zinc> and <iron>, <gold>, <lead>", {"zinc"}),
        ("<zinc>, <iron> and <gold>/<lead>", set()),
        ("<zinc> and <iron> and <gold>", set()),
        ("<zinc>; <iron>; <gold>; and <lead>", set()),
    ],
)
def test_a_run_that_holds_several_coordinations_is_parted(names: str, pairs: set[str]) -> None:
    """A pair is kept if it is named, or if one of its names is and the other is not."""
    found = {" ".join(pair) for pair in kept(f"Give {names} now")}
    every = [name.strip("<>,/;") for name in re.findall(r"<\w+>", names)]
    expected = {
        f"{one} {other}"
        for one, other in itertools.combinations(every, 2)
        if f"{one} {other}" in pairs or (one in pairs) != (other in pairs)
    }
    if names.startswith("<zinc> or <iron> and"):
        expected.add("zinc iron")  # a coordination of two
    assert found == expected


def test_a_long_text_between_mentions_takes_linear_time() -> None:
    between = "; ".join(["word with blanks "] * 3_000)
    started = time.perf_counter()
    assert kept(f"<digoxin> ; {between} and <lithium> ; <zinc>") != []
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("between", [",", "and", "or", ", and", ";"])
def test_coordination_of_two_is_kept(between: str) -> None:
    assert kept(f"<digoxin> {between} <lithium> interact") == [("digoxin", "lithium")]


@pytest.mark.parametrize("between", ["with", "and the", ", and other", ".", "and and", "nor", ""])
def test_other_words_break_a_coordination(between: str) -> None:
    """Three names, the last behind a word that coordinates nothing."""
    assert len(kept(f"<digoxin>, <lithium> {between} <zinc>")) == 3


def test_two_coordinations_of_three_keep_the_pairs_between_them() -> None:
    text = "<a1>, <b1> and <c1> alter <a2>, <b2> and <c2>"
    assert kept(text) == [(x + "1", y + "2") for x in "abc" for y in "abc"]


def test_nested_mentions_do_not_coordinate() -> None:
    doc = make_doc(["beta", "blockers", ",", "zinc"], mentions=[(0, 2), (0, 1), (3, 4)])
    mentions = MentionSource()(doc)
    assert make_filter()(doc, mentions, sentence_pairs(doc, mentions, sentence_index(doc))).all()


def test_each_rule_can_be_switched_off() -> None:
    text = "<zinc>, <Zinc> and <lithium>"
    assert len(kept(text, same_referent=False, coordination=False)) == 3
    assert len(kept(text, coordination=False)) == 2
    assert kept(text, same_referent=False) == []


def test_no_pairs_and_no_mentions() -> None:
    doc = make_doc(["a"])
    nothing = np.zeros((0, 2), dtype=np.int64)
    assert make_filter()(doc, [], nothing).shape == (0,)


def test_registered_filter_survives_pickle() -> None:
    negative_filter = make_filter(coordination=False)
    assert isinstance(negative_filter, NegativeFilter)
    again = pickle.loads(pickle.dumps(negative_filter))
    doc = text_doc("<zinc>, <Zinc> and <lithium>")
    mentions = MentionSource()(doc)
    assert again(doc, mentions, sentence_pairs(doc, mentions, sentence_index(doc))).tolist() == [
        False,
        True,
        True,
    ]
